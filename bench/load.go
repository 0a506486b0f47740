package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"hashlane/proto/client"
)

// load is one run of the generator.
type load struct {
	addr    string
	conns   int
	depth   int     // commands a batch (pipeline)
	rate    float64 // requests/s of all connections together; 0: closed loop
	seconds float64
	warm    float64  // seconds before counting
	count   int64    // closed loop: end after so many requests; 0: after seconds
	words   []string // a command; "{key}" stands for a key, "{val}" for a value, "{num}" for the number of a key, "{num+9}" for the last plus 9
	keys    uint64
	dist    string
	zipfS   float64
	value   int // bytes
	seed    uint64
	// place chooses the keys of one connection; nil: all keys.
	place  func(c *client.Conn) (pick func(i uint64) bool, err error)
	report func(done int64, after time.Duration) // progress, about once a second
}

// outcome is what a run measured. Latencies are of batches in the closed loop, of single due times in the
// open one.
type outcome struct {
	requests int64
	seconds  float64
	errors   int64
	hist     *hdrhistogram.Histogram // µs
}

func (o *outcome) rate() float64 { return float64(o.requests) / o.seconds }

// batches is how many different batches a connection sends by turns: enough keys that the server's
// caches see a key space, few enough that making them costs nothing while measuring.
const batches = 512

// batch makes the bytes of one batch.
func (l *load) batch(p *keyPicker, pick func(i uint64) bool, value string) []byte {
	var out []byte
	num := uint64(0)
	words := make([]string, len(l.words))
	for range l.depth {
		for i, w := range l.words {
			switch w {
			case "{key}":
				k := p.next()
				for pick != nil && !pick(k) {
					k = p.next()
				}
				words[i] = keyName(k)
			case "{val}":
				words[i] = value
			case "{num}":
				num = p.next()
				words[i] = strconv.FormatUint(num, 10)
			case "{num+9}":
				words[i] = strconv.FormatUint(num+9, 10)
			default:
				words[i] = w
			}
		}
		out = client.AppendCommand(out, words...)
	}
	return out
}

type worker struct {
	l       *load
	nc      net.Conn
	batches [][]byte
	scan    client.Scanner
	buf     []byte
	hist    *hdrhistogram.Histogram
	counted int64
}

func (l *load) newWorker(id int) (*worker, error) {
	c, err := client.Dial(l.addr)
	if err != nil {
		return nil, err
	}
	var pick func(i uint64) bool
	if l.place != nil {
		if pick, err = l.place(c); err != nil {
			return nil, err
		}
	}
	p, err := newKeyPicker(l.dist, l.zipfS, l.keys, l.seed+uint64(id)*7919+1)
	if err != nil {
		return nil, err
	}
	w := &worker{l: l, nc: c.Net(), buf: make([]byte, 256<<10), hist: newHistogram()}
	value := strings.Repeat("x", l.value)
	for range max(min(batches, 65536/l.depth)*50/max(l.conns, 50), 16) {
		w.batches = append(w.batches, l.batch(p, pick, value))
	}
	return w, nil
}

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, 60_000_000, 3) }

// run drives the load and measures.
func (l *load) run() (*outcome, error) {
	workers := make([]*worker, l.conns)
	for i := range workers {
		w, err := l.newWorker(i)
		if err != nil {
			return nil, err
		}
		defer w.nc.Close()
		workers[i] = w
	}
	var done atomic.Int64
	begin := time.Now()
	from := begin.Add(time.Duration(l.warm * float64(time.Second)))
	end := from.Add(time.Duration(l.seconds * float64(time.Second)))
	stop := l.progress(&done, begin)
	defer stop()
	errs := make([]error, len(workers))
	var wg sync.WaitGroup
	for i, w := range workers {
		wg.Go(func() {
			if l.rate > 0 {
				errs[i] = w.open(from, end, &done, i)
			} else {
				errs[i] = w.closed(from, end, &done)
			}
		})
	}
	wg.Wait()
	o := &outcome{hist: newHistogram(), seconds: min(time.Since(from).Seconds(), l.seconds)}
	if l.count > 0 {
		o.seconds = time.Since(begin).Seconds()
	}
	for _, w := range workers {
		o.requests += w.counted
		o.errors += int64(w.scan.Errors)
		o.hist.Merge(w.hist)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if o.errors > 0 {
		return nil, fmt.Errorf("%d replies are errors", o.errors)
	}
	return o, nil
}

func (l *load) progress(done *atomic.Int64, begin time.Time) (stop func()) {
	if l.report == nil {
		return func() {}
	}
	quit := make(chan struct{})
	go func() {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-quit:
				return
			case <-t.C:
				l.report(done.Load(), time.Since(begin))
			}
		}
	}()
	return func() { close(quit) }
}

// closed sends a batch, waits for its replies, sends the next.
func (w *worker) closed(from, end time.Time, done *atomic.Int64) error {
	l := w.l
	for i := 0; ; i++ {
		t0 := time.Now()
		if l.count > 0 && done.Load() >= l.count || l.count == 0 && t0.After(end) {
			return nil
		}
		if _, err := w.nc.Write(w.batches[i%len(w.batches)]); err != nil {
			return err
		}
		for got := 0; got < l.depth; {
			n, err := w.read()
			if err != nil {
				return err
			}
			got += n
		}
		done.Add(int64(l.depth))
		if l.count > 0 || t0.After(from) {
			w.counted += int64(l.depth)
			_ = w.hist.RecordValue(time.Since(t0).Microseconds())
		}
	}
}

func (w *worker) read() (int, error) {
	n, err := w.nc.Read(w.buf)
	if err != nil {
		return 0, err
	}
	return w.scan.Scan(w.buf[:n])
}

// open sends batches when they are due, whatever the server does, and counts latency from then.
func (w *worker) open(from, end time.Time, done *atomic.Int64, id int) error {
	l := w.l
	gap := time.Duration(float64(time.Second) * float64(l.depth) * float64(l.conns) / l.rate)
	first := time.Now().Add(gap * time.Duration(id) / time.Duration(l.conns))
	total := int(end.Sub(first)/gap) + 1
	sendErr := make(chan error, 1)
	go func() {
		for i := range total {
			due := first.Add(gap * time.Duration(i))
			if d := time.Until(due); d > 0 {
				time.Sleep(d)
			}
			if _, err := w.nc.Write(w.batches[i%len(w.batches)]); err != nil {
				sendErr <- err
				return
			}
		}
		sendErr <- nil
	}()
	for replies := 0; replies < total*l.depth; {
		n, err := w.read()
		if err != nil {
			return errors.Join(err, <-sendErr)
		}
		now := time.Now()
		for range n {
			due := first.Add(gap * time.Duration(replies/l.depth))
			if due.After(from) {
				w.counted++
				_ = w.hist.RecordValue(max(now.Sub(due).Microseconds(), 1))
			}
			replies++
		}
		done.Add(int64(n))
	}
	return <-sendErr
}
