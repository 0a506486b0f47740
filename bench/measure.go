package main

import (
	"fmt"
	"strconv"
	"time"

	"hashlane/proto/client"
)

// figures are what one measurement of one side gives; a workload fills in what it is about.
type figures map[string]float64

const (
	reqPerSec   = "requests/s"
	cpuPerReq   = "CPU µs/request"
	bytesPerKey = "bytes/key"
	p999        = "p99.9 µs"
	gcShare     = "GC share of CPU %"
	longestTick = "longest tick µs"
)

// throughput measures requests/s and CPU per request of l against a running server.
func throughput(s *server, l load) (figures, error) {
	l.addr = s.addr
	// The warm-up is a run of its own, so that the CPU time covers the measured requests exactly. A load of a
	// fixed number of requests has none.
	if l.count == 0 {
		warm := l
		warm.seconds, warm.warm = 0.4, 0
		if _, err := warm.run(); err != nil {
			return nil, err
		}
	}
	before, err := s.cpuSeconds()
	if err != nil {
		return nil, err
	}
	o, err := l.run()
	if err != nil {
		return nil, err
	}
	after, err := s.cpuSeconds()
	if err != nil {
		return nil, err
	}
	if o.requests == 0 {
		return nil, fmt.Errorf("no request was answered")
	}
	return figures{
		reqPerSec: o.rate(),
		cpuPerReq: (after - before) * 1e6 / float64(o.requests),
		p999:      float64(o.hist.ValueAtQuantile(99.9)),
	}, nil
}

// fill stores keys 0..n-1 with values of size bytes.
func fill(s *server, n uint64, size int) error {
	c, err := client.Dial(s.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	const window = 512
	value := fmt.Sprintf("%0*d", size, 0)
	value = "v" + value[1:]
	var out []byte
	for at := uint64(0); at < n; {
		out = out[:0]
		m := min(window, n-at)
		for i := range m {
			out = client.AppendCommand(out, "SET", keyName(at+i), value)
		}
		at += m
		if err := c.SendRaw(out); err != nil {
			return err
		}
		if err := c.Flush(); err != nil {
			return err
		}
		for range m {
			if r, err := c.Receive(); err != nil || r.Str != "OK" {
				return fmt.Errorf("SET: %v %w", r, err)
			}
		}
	}
	return nil
}

// residentPerKey measures the growth of the resident memory by a million keys.
func residentPerKey(s *server, keys uint64, size int) (figures, error) {
	before, err := s.rss()
	if err != nil {
		return nil, err
	}
	if err := fill(s, keys, size); err != nil {
		return nil, err
	}
	time.Sleep(1500 * time.Millisecond) // a rehash ends, pages go back
	after, err := s.rss()
	if err != nil {
		return nil, err
	}
	return figures{bytesPerKey: float64(after-before) / float64(keys)}, nil
}

// number reads a numeric INFO field; missing is an error.
func (s *server) number(section, field string) (float64, error) {
	v, err := s.info(section, field)
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return 0, fmt.Errorf("INFO %s has no number %s: %q", section, field, v)
	}
	return f, nil
}
