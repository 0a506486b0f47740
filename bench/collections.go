package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hashlane/proto/client"
)

const (
	roundTrip  = "round trip µs"
	bigKey     = "big"
	smallCount = 8
)

// element is how one element of a collection is added.
type element struct {
	name string
	bar  float64 // bytes an element, of a real Redis
	// add is the command that puts element i into key.
	add func(key string, i uint64) []string
}

func elements() []element {
	return []element{
		{"zset", 0.6, func(key string, i uint64) []string {
			return []string{"ZADD", key, strconv.FormatUint(i, 10), keyName(i)}
		}},
		{"set", 0.75, func(key string, i uint64) []string { return []string{"SADD", key, keyName(i)} }},
		{"hash", 0.6, func(key string, i uint64) []string { return []string{"HSET", key, keyName(i), "v:000001"} }},
		{"list", 1.05, func(key string, i uint64) []string { return []string{"RPUSH", key, keyName(i)} }},
		{"stream", 1.05, func(key string, i uint64) []string { return []string{"XADD", key, "*", "field", keyName(i)} }},
	}
}

// send runs n commands over one connection, many in flight; an error reply ends it.
func send(s *server, n uint64, command func(i uint64) []string) error {
	c, err := client.Dial(s.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	const window = 512
	var out []byte
	for at := uint64(0); at < n; {
		out = out[:0]
		m := min(window, n-at)
		for i := range m {
			out = client.AppendCommand(out, command(at+i)...)
		}
		at += m
		if err := c.SendRaw(out); err != nil {
			return err
		}
		if err := c.Flush(); err != nil {
			return err
		}
		for range m {
			r, err := c.Receive()
			if err == nil {
				err = r.Err()
			}
			if err != nil {
				return fmt.Errorf("%s: %w", command(at - 1)[0], err)
			}
		}
	}
	return nil
}

// grown measures the growth of the resident memory by n commands, a unit.
func grown(s *server, n, units uint64, command func(i uint64) []string) (figures, error) {
	before, err := s.rss()
	if err != nil {
		return nil, err
	}
	if err := send(s, n, command); err != nil {
		return nil, err
	}
	time.Sleep(1500 * time.Millisecond) // a rehash ends, pages go back
	after, err := s.rss()
	if err != nil {
		return nil, err
	}
	return figures{bytesPerKey: float64(after-before) / float64(units)}, nil
}

// bothSides compares one measurement of one shard with a real Redis.
func bothSides(w workload, m func(s *server, o *options) (figures, error)) workload {
	w.ours, w.reference = side{"hashlane", hashlane(1), m}, side{"redis", redis, m}
	return w
}

func elementMemory(e element) workload {
	return bothSides(workload{
		name: "memory-" + e.name, title: "resident bytes an element, " + e.name + " of a million", measure: bytesPerKey, bar: e.bar,
	}, func(s *server, o *options) (figures, error) {
		return grown(s, o.keys, o.keys, func(i uint64) []string { return e.add(bigKey, i) })
	})
}

func smallMemory(e element) workload {
	return bothSides(workload{
		name: "small-" + e.name, title: fmt.Sprintf("resident bytes a key, %s of %d short elements", e.name, smallCount), measure: bytesPerKey, bar: 0.8,
	}, func(s *server, o *options) (figures, error) {
		keys := o.keys / 5
		return grown(s, keys*smallCount, keys, func(i uint64) []string {
			args := e.add(keyName(i/smallCount), i%smallCount)
			for j := 2; j < len(args); j++ {
				if strings.HasPrefix(args[j], "key:") {
					args[j] = "m" + strconv.FormatUint(i%smallCount, 10)
				}
			}
			return args
		})
	})
}

// drained are commands that take elements away: they need so many of them.
const drained = 1_000_000

// onCollection compares a command at a depth; before it prepare fills the server.
func onCollection(name, command string, bar float64, count int64, prepare func(s *server) error) workload {
	verb, _, _ := strings.Cut(command, " ")
	return bothSides(workload{
		name: name, title: verb + " (" + name + "), depth 16", measure: cpuPerReq, bar: bar,
	}, func(s *server, o *options) (figures, error) {
		if prepare != nil {
			if err := prepare(s); err != nil {
				return nil, err
			}
		}
		l := o.load(command, 16)
		l.count, l.keys, l.value = count, 1_000_000, 16
		return throughput(s, l)
	})
}

func filledWith(add func(key string, i uint64) []string, key string, n uint64) func(s *server) error {
	return func(s *server) error { return send(s, n, func(i uint64) []string { return add(key, i) }) }
}

// operands makes two collections of 100,000 members, half of them in common, their keys at different shards of
// two.
func operands(add func(key string, i uint64) []string) func(s *server) error {
	return func(s *server) error {
		for at, key := range []string{operandA, operandB} {
			from := uint64(at) * 50_000
			if err := send(s, 100_000, func(i uint64) []string { return add(key, from+i) }); err != nil {
				return err
			}
		}
		return nil
	}
}

// Keys at shards 0 and 1 of two.
const (
	operandA = "{a}"
	operandB = "{b}"
)

// slow measures a command that takes long, one at a time.
func slow(command string, prepare func(s *server) error) func(s *server, o *options) (figures, error) {
	return func(s *server, o *options) (figures, error) {
		if err := prepare(s); err != nil {
			return nil, err
		}
		l := o.load(command, 1)
		l.conns = 1
		return throughput(s, l)
	}
}

// wake measures how long it takes from a push until the waiting client has the element, one at a time.
func wake(s *server, o *options) (figures, error) {
	waiter, err := client.Dial(s.addr)
	if err != nil {
		return nil, err
	}
	defer waiter.Close()
	pusher, err := client.Dial(s.addr)
	if err != nil {
		return nil, err
	}
	defer pusher.Close()
	var spent time.Duration
	n := 0
	for end := time.Now().Add(time.Duration(o.seconds * float64(time.Second))); time.Now().Before(end); n++ {
		if err := waiter.SendRaw(client.AppendCommand(nil, "BLPOP", operandA, operandB, "0")); err != nil {
			return nil, err
		}
		if err := waiter.Flush(); err != nil {
			return nil, err
		}
		time.Sleep(300 * time.Microsecond) // it waits by now
		t0 := time.Now()
		if r, err := pusher.Do("RPUSH", []string{operandA, operandB}[n%2], "v"); err != nil || r.Err() != nil {
			return nil, fmt.Errorf("RPUSH: %v %w", r, err)
		}
		r, err := waiter.Receive()
		if err != nil || len(r.Elems) != 2 {
			return nil, fmt.Errorf("BLPOP: %v %w", r, err)
		}
		spent += time.Since(t0)
	}
	return figures{roundTrip: float64(spent.Microseconds()) / float64(n)}, nil
}

// longestWhile is the longest tick, in µs, while do runs, and how many took more than 1 ms.
func (s *server) longestWhile(do func() error) (figures, error) {
	if _, err := s.do("CONFIG", "RESETSTAT"); err != nil {
		return nil, err
	}
	if err := do(); err != nil {
		return nil, err
	}
	longest, err := s.number("shards", "longest_tick_usec")
	if err != nil {
		return nil, err
	}
	stalled, err := s.number("shards", "stalled_ticks")
	return figures{longestTick: longest, "ticks above 1 ms": stalled}, err
}

// freeing deletes a zset and a hash of o.big members, then waits until all is free.
func freeing(verb string) func(s *server, o *options) (figures, error) {
	return func(s *server, o *options) (figures, error) {
		for _, e := range elements()[:3] {
			if err := send(s, o.big, func(i uint64) []string { return e.add(e.name, i) }); err != nil {
				return nil, err
			}
		}
		return s.longestWhile(func() error {
			for _, e := range elements()[:3] {
				if _, err := s.do(verb, e.name); err != nil {
					return err
				}
			}
			time.Sleep(3 * time.Second)
			return nil
		})
	}
}

func hashGrowth(s *server, o *options) (figures, error) {
	e := elements()[2]
	return s.longestWhile(func() error {
		return send(s, o.big, func(i uint64) []string { return e.add(bigKey, i) })
	})
}

// collections is the table of bars of lists, hashes, sets, sorted sets and streams.
func collections() []workload {
	all := elements()
	zset, set, list := all[0].add, all[1].add, all[3].add
	var out []workload
	for _, e := range all {
		out = append(out, elementMemory(e))
	}
	for _, e := range all[:4] {
		out = append(out, smallMemory(e))
	}
	const faster = 1 / 1.3
	absolute := func(name, title string, m func(s *server, o *options) (figures, error)) workload {
		return workload{name: name, title: title, measure: longestTick, bar: 1000, absolute: true, ours: side{"hashlane", hashlane(1), m}}
	}
	million := filledWith(zset, bigKey, drained)
	lists := filledWith(list, bigKey, 1000)
	return append(out,
		onCollection("lpush", "LPUSH big {val}", faster, 0, nil),
		onCollection("rpop", "RPOP big", faster, drained*8/10, filledWith(list, bigKey, drained)),
		onCollection("sadd", "SADD big {key}", faster, 0, nil),
		onCollection("hset", "HSET big {key} {val}", faster, 0, nil),
		onCollection("zadd", "ZADD big {num} {key}", faster, 0, nil),
		onCollection("spop", "SPOP big", faster, drained*8/10, filledWith(set, bigKey, drained)),
		onCollection("lrange-100", "LRANGE big 0 99", 1, 0, lists),
		onCollection("lrange-300", "LRANGE big 0 299", 1, 0, lists),
		onCollection("lrange-600", "LRANGE big 0 599", 1, 0, lists),
		onCollection("xadd", "XADD big * field {val}", 1/1.2, 0, nil),
		onCollection("zrange-rank", "ZRANGE big {num} {num+9}", 0.5, 0, million),
		onCollection("zrange-score", "ZRANGE big {num} +inf BYSCORE LIMIT 0 10", 0.5, 0, million),
		onCollection("zrank", "ZRANK big {key}", 0.5, 0, million),
		bothSides(workload{name: "sinter", title: "SINTER of two sets of 100,000", measure: cpuPerReq, bar: 1}, slow("SINTER {a} {b}", operands(set))),
		bothSides(workload{name: "zunionstore", title: "ZUNIONSTORE of two of 100,000", measure: cpuPerReq, bar: 1},
			slow("ZUNIONSTORE {a}3 2 {a} {b}", operands(zset))),
		workload{
			name: "sinter-2", title: "SINTER, 2 shards against 1", measure: cpuPerReq, bar: 1.5,
			ours:      side{"2 shards", hashlane(2), slow("SINTER {a} {b}", operands(set))},
			reference: side{"1 shard", hashlane(1), slow("SINTER {a} {b}", operands(set))},
		},
		workload{
			name: "zunionstore-2", title: "ZUNIONSTORE, 2 shards against 1", measure: cpuPerReq, bar: 1.5,
			ours:      side{"2 shards", hashlane(2), slow("ZUNIONSTORE {a}3 2 {a} {b}", operands(zset))},
			reference: side{"1 shard", hashlane(1), slow("ZUNIONSTORE {a}3 2 {a} {b}", operands(zset))},
		},
		workload{
			name: "blpop", title: "push until a client in BLPOP has it, 2 shards", measure: roundTrip, bar: 1.3,
			ours: side{"hashlane", hashlane(2), wake}, reference: side{"redis", redis, wake},
		},
		absolute("del-tick", "longest tick, DEL of zset, set, hash of 5M, µs", freeing("DEL")),
		absolute("unlink-tick", "longest tick, UNLINK of zset, set, hash of 5M, µs", freeing("UNLINK")),
		absolute("hash-tick", "longest tick while a hash of 5M fields grows, µs", hashGrowth),
	)
}
