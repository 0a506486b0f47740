package shard_test

import (
	"fmt"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/shard"
)

// benchEnv has the real clock and no doorbells.
type benchEnv struct{ base time.Time }

func (e benchEnv) Mono() int64 { return int64(time.Since(e.base)) }
func (e benchEnv) Wall() int64 { return e.Mono()/1000 + 1_700_000_000_000_000 }
func (e benchEnv) Now() (monoNs, wallUs int64) {
	ns := e.Mono()
	return ns, ns/1000 + 1_700_000_000_000_000
}
func (benchEnv) Bell(int)                    {}
func (benchEnv) Go(work func())              { work() }
func (benchEnv) After(time.Duration, func()) {}

// nullWire takes everything.
type nullWire struct{ bytes, writes int }

func (w *nullWire) Write(b []byte)   { w.bytes += len(b); w.writes++ }
func (*nullWire) Buffered() int      { return 0 }
func (*nullWire) Close()             {}
func (*nullWire) Detach() shard.Wire { return nil }

// BenchmarkReceive is a tick of one connection without the kernel: depth commands in, one write out.
func BenchmarkReceive(b *testing.B) {
	for _, depth := range []int{1, 16, 64} {
		for _, command := range []string{"PING", "GET", "SET"} {
			b.Run(fmt.Sprintf("%s/depth_%d", command, depth), func(b *testing.B) { benchReceive(b, command, depth) })
		}
	}
}

func benchReceive(b *testing.B, command string, depth int) {
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands())...)
	if err != nil {
		b.Fatal(err)
	}
	o := &shard.Options{
		Shards: 1, MaxClients: 100, QueryBufLimit: 1 << 30, ProtoMaxBulkLen: 512 << 20, SlowlogSlowerUs: 10000, SlowlogMaxLen: 128,
		LatencyTracking: true, Databases: 16, HZ: 10, StallTickUs: 1000,
	}
	s, err := shard.New(shard.Config{Table: table, Types: builtin.Types(), Options: o, Engine: engine.DefaultOptions(), Env: benchEnv{time.Now()}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	l := s.Loop(0)
	w := &nullWire{}
	k := l.Open(w, shard.Peer{})
	const keys = 1 << 10
	var batches [][]byte
	for i := 0; i < keys; i += depth {
		var in []byte
		for j := range depth {
			switch command {
			case "PING":
				in = append(in, "*1\r\n$4\r\nPING\r\n"...)
			case "GET":
				in = fmt.Appendf(in, "*2\r\n$3\r\nGET\r\n$8\r\nkey:%04d\r\n", (i+j)%keys)
			case "SET":
				in = fmt.Appendf(in, "*3\r\n$3\r\nSET\r\n$8\r\nkey:%04d\r\n$8\r\nvalue678\r\n", (i+j)%keys)
			}
		}
		batches = append(batches, in)
	}
	for i := range keys {
		l.Receive(k, fmt.Appendf(nil, "*3\r\n$3\r\nSET\r\n$8\r\nkey:%04d\r\n$8\r\nvalue678\r\n", i))
	}
	b.ReportAllocs()
	b.ResetTimer()
	w.writes = 0
	for i := 0; i < b.N; i++ {
		l.Receive(k, batches[i%len(batches)])
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*depth), "ns/command")
	if w.writes != b.N {
		b.Errorf("%d writes in %d ticks", w.writes, b.N)
	}
}

// bellEnv notes which loops have been rung.
type bellEnv struct {
	benchEnv
	rung *[2]bool
}

func (e bellEnv) Bell(i int) { e.rung[i] = true }

// BenchmarkMGETOverTwoShards is the whole way of one command of ten keys, without the kernel.
func BenchmarkMGETOverTwoShards(b *testing.B) {
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands())...)
	if err != nil {
		b.Fatal(err)
	}
	o := &shard.Options{
		Shards: 2, MaxClients: 100, QueryBufLimit: 1 << 30, ProtoMaxBulkLen: 512 << 20, SlowlogSlowerUs: 10000, SlowlogMaxLen: 128,
		LatencyTracking: true, Databases: 16, HZ: 10, StallTickUs: 1000,
	}
	env := bellEnv{benchEnv{time.Now()}, &[2]bool{}}
	s, err := shard.New(shard.Config{Table: table, Types: builtin.Types(), Options: o, Engine: engine.DefaultOptions(), Env: env})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	settle := func() {
		for env.rung[0] || env.rung[1] {
			for i := range env.rung {
				if env.rung[i] {
					env.rung[i] = false
					s.Loop(i).Wake()
				}
			}
		}
	}
	l, w := s.Loop(0), &nullWire{}
	s.Loop(1).Wake()
	k := l.Open(w, shard.Peer{})
	in := []byte("*11\r\n$4\r\nMGET\r\n")
	for i := range 10 {
		in = fmt.Appendf(in, "$8\r\nkey:%04d\r\n", i)
		l.Receive(k, fmt.Appendf(nil, "*3\r\n$3\r\nSET\r\n$8\r\nkey:%04d\r\n$8\r\nvalue678\r\n", i))
		settle()
	}
	b.ReportAllocs()
	b.ResetTimer()
	w.writes = 0
	for range b.N {
		l.Receive(k, in)
		settle()
	}
	if w.writes != b.N {
		b.Errorf("%d writes of %d replies", w.writes, b.N)
	}
}
