package shard

import (
	"bytes"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"hashlane/engine"
)

// Every plain counter of a Report must be added: a field forgotten in Add shows here.
func TestReportAddSumsEveryCounter(t *testing.T) {
	a, b := &Report{}, &Report{}
	vb := reflect.ValueOf(b).Elem()
	for i := range vb.NumField() {
		if f := vb.Field(i); f.Kind() == reflect.Int64 {
			f.SetInt(3)
		} else if f.Kind() == reflect.Float64 {
			f.SetFloat(3)
		}
	}
	b.Stats = engine.Stats{Hits: 3}
	a.Add(b)
	a.Add(b)
	worst := map[string]bool{"MaxInBuf": true, "MaxOutBuf": true, "ExceededMs": true, "ExceededTotalMs": true, "LongestUs": true}
	va := reflect.ValueOf(a).Elem()
	for i := range va.NumField() {
		name, got, want := va.Type().Field(i).Name, 0.0, 6.0
		switch f := va.Field(i); f.Kind() {
		case reflect.Int64:
			got = float64(f.Int())
		case reflect.Float64:
			got = f.Float()
		default:
			continue
		}
		if worst[name] {
			want = 3
		}
		if got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if a.Stats.Hits != 6 {
		t.Errorf("hits %d", a.Stats.Hits)
	}
}

func TestReportAddJoinsCommandsAndDatabases(t *testing.T) {
	h := &Histogram{}
	h.Record(5000)
	a := &Report{}
	for range 2 {
		a.Add(&Report{
			Errors:       map[string]int64{"ERR": 1},
			CommandStats: []CommandStat{{ID: 2, Calls: 1, Hist: h.Clone()}},
			DBs:          []DBReport{{Index: 1, Keys: 4, Expires: 2, AvgTTL: 100}},
		})
	}
	if c := a.CommandStats[2]; c.Calls != 2 || c.Hist.Count() != 2 {
		t.Errorf("command %+v", c)
	}
	if d := a.DBs[1]; d.Keys != 8 || d.Expires != 4 || d.AvgTTL != 100 {
		t.Errorf("database %+v", d)
	}
	if a.Errors["ERR"] != 2 {
		t.Errorf("errors %v", a.Errors)
	}
}

func TestSlowlogKeepsTheNewestAndMergesByID(t *testing.T) {
	var ids atomic.Int64
	a, b := NewSlowlog(&ids), NewSlowlog(&ids)
	for i := range 10 {
		log := a
		if i%2 == 1 {
			log = b
		}
		log.Add([][]byte{[]byte("x")}, 1, 1, "", "", 3)
	}
	var got []int64
	for _, e := range MergeSlowlogs([][]SlowEntry{a.Entries(), b.Entries()}, 4) {
		got = append(got, e.ID)
	}
	if !reflect.DeepEqual(got, []int64{9, 8, 7, 6}) {
		t.Errorf("merged %v", got)
	}
	a.Add([][]byte{[]byte("x")}, 1, 1, "", "", 2)
	if e := a.Entries(); a.Len() != 2 || e[0].ID != 10 || e[1].ID != 8 {
		t.Errorf("after the limit shrank: %+v", e)
	}
	a.Reset()
	if a.Len() != 0 || len(a.Entries()) != 0 {
		t.Error("reset")
	}
}

func TestSlowlogTrimsArguments(t *testing.T) {
	many := make([][]byte, 40)
	for i := range many {
		many[i] = []byte("a")
	}
	many[1] = bytes.Repeat([]byte("b"), 130)
	got := trimArgs(many)
	if len(got) != 32 || string(got[31]) != "... (9 more arguments)" {
		t.Errorf("%d words, last %q", len(got), got[len(got)-1])
	}
	if want := strings.Repeat("b", 128) + "... (2 more bytes)"; string(got[1]) != want {
		t.Errorf("%q", got[1])
	}
	if exact := trimArgs(many[:32]); string(exact[31]) != "a" {
		t.Errorf("32 words were cut: %q", exact[31])
	}
}
