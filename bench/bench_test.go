package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"hashlane/proto/client"
)

// peer is a server that answers every command with +OK, after a stall once.
func peer(t *testing.T, reply string, stallAfter int, stall time.Duration) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				r := bufio.NewReader(nc)
				for n := 1; ; n++ {
					if _, err := client.ReadReply(r); err != nil {
						return
					}
					if n == stallAfter {
						time.Sleep(stall)
					}
					if _, err := io.WriteString(nc, reply); err != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}

func testLoad(addr string) load {
	return load{addr: addr, conns: 2, depth: 4, seconds: 0.2, words: []string{"SET", "{key}", "{val}"}, keys: 100, dist: "uniform", value: 8}
}

func TestClosedLoop(t *testing.T) {
	l := testLoad(peer(t, "+OK\r\n", 0, 0))
	o, err := l.run()
	if err != nil || o.requests < 100 || o.rate() < 500 || o.hist.TotalCount() != o.requests/4 {
		t.Fatalf("%+v %v", o, err)
	}
	l.count, l.seconds = 1000, 0
	if o, err = l.run(); err != nil || o.requests < 1000 || o.requests > 1100 {
		t.Errorf("%d requests in place of 1000: %v", o.requests, err)
	}
}

func TestErrorsFailTheRun(t *testing.T) {
	l := testLoad(peer(t, "-ERR no\r\n", 0, 0))
	if _, err := l.run(); err == nil {
		t.Error("error replies pass")
	}
}

// TestOpenLoopCountsTheWait (I3): one stall of 200 ms delays all requests due in it, so a large share of
// the latencies must be high, although only one request was slow.
func TestOpenLoopCountsTheWait(t *testing.T) {
	l := testLoad(peer(t, "+OK\r\n", 50, 200*time.Millisecond))
	l.conns, l.depth, l.rate, l.seconds = 1, 1, 500, 0.8
	o, err := l.run()
	if err != nil {
		t.Fatal(err)
	}
	if o.requests < 350 || o.requests > 410 {
		t.Errorf("%d requests at 500/s in 0.8 s", o.requests)
	}
	if p90 := o.hist.ValueAtQuantile(90); p90 < 50_000 {
		t.Errorf("p90 is %d µs: the stall is hidden", p90)
	}
	if p50 := o.hist.ValueAtQuantile(50); p50 > 50_000 {
		t.Errorf("p50 is %d µs", p50)
	}
}

func TestKeyPicker(t *testing.T) {
	share := func(dist string) float64 {
		p, err := newKeyPicker(dist, 1.2, 1000, 1)
		if err != nil {
			t.Fatal(err)
		}
		count := map[uint64]int{}
		most := 0
		for range 20_000 {
			k := p.next()
			if k >= 1000 {
				t.Fatalf("key %d of 1000", k)
			}
			count[k]++
			most = max(most, count[k])
		}
		return float64(most) / 20_000
	}
	if u, z := share("uniform"), share("zipf"); u > 0.005 || z < 0.1 {
		t.Errorf("share of the most frequent key: uniform %.4f, zipf %.4f", u, z)
	}
	if _, err := newKeyPicker("zipf", 1, 10, 1); err == nil {
		t.Error("exponent 1 accepted")
	}
	if len(keyName(7)) != keyBytes {
		t.Errorf("key %q is not %d bytes long", keyName(7), keyBytes)
	}
}

func TestSlot(t *testing.T) {
	if slot("123456789") != 0x31C3 || slot("") != 0 {
		t.Error("CRC16 check value")
	}
}

func TestReport(t *testing.T) {
	w := workload{name: "x", title: "a < b", measure: cpuPerReq, bar: 1.05}
	r := row{Name: w.name, Title: w.title, Measure: w.measure, Bar: w.bar}
	for _, ours := range []float64{3, 1, 2} {
		r.add(&w, figures{cpuPerReq: ours, reqPerSec: 10}, figures{cpuPerReq: 2, reqPerSec: 5})
	}
	r.finish(&w)
	if r.Median != 1 || r.Rate != 2 || !r.Met {
		t.Errorf("%+v", r)
	}
	if median([]float64{1, 2, 3, 10}) != 2.5 || median(nil) != 0 {
		t.Error("median")
	}
	w.atLeast = true
	if w.met(1) || !w.met(2) {
		t.Error("bar to be reached")
	}
	dir := t.TempDir()
	rep := report{Rounds: 3, Rows: []row{r}}
	if err := rep.write(dir, "all"); err != nil {
		t.Fatal(err)
	}
	var back report
	text, err := os.ReadFile(resultFile(dir, "all", ".json"))
	if err != nil || json.Unmarshal(text, &back) != nil || math.Abs(back.Rows[0].Median-1) > 1e-9 {
		t.Errorf("%s %v", text, err)
	}
	svg, _ := os.ReadFile(resultFile(dir, "all", ".svg"))
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
	}
	if md := string(rep.markdown()); !strings.Contains(md, "| a < b | CPU µs/request | 1 | x2.00 | ≤ 1.05 | met |") {
		t.Errorf("%s", md)
	}
	if _, err := choose("get-1,nothing"); err == nil {
		t.Error("unknown workload accepted")
	}
}
