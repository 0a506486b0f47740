package txn

import (
	"fmt"
	"math"
	"slices"
)

// This file is the lists that simulated clients push to, pop from and wait for, and the rules of their elements:
//
//   - each is in one list or has been popped by one command;
//   - of those in line for a key the one that came first gets it, once, and not after its end;
//   - one that was there before the push is not passed by a command that finds the element: but a transaction passes
//     a move that has been claimed, as it passes holds;
//   - what a transaction pushes and takes back is never seen;
//   - when all is quiet, nobody waits for a key that has elements.

// simNever is when a command is answered whose connection has ended.
const simNever = math.MaxInt

// simElem is an element: who pushed it last, and when.
type simElem struct {
	by   *simTx
	at   int
	back bool // taken back by the transaction that pushed it
}

// event numbers what happens to lists and lines.
func (w *simWorld) event() int {
	w.events++
	return w.events
}

func (s *simShard) push(t *simTx, k, e int) {
	s.lists[k] = append(s.lists[k], e)
	s.w.elems[e] = &simElem{by: t, at: s.w.event()}
	s.waken(k)
}

// take pops the first element, for x where it is a waiter.
func (s *simShard) take(t *simTx, x *simWaiter, k int) int {
	e := s.lists[k][0]
	s.lists[k] = s.lists[k][1:]
	if wrong := s.w.passed(t, x, k, s.w.elems[e]); wrong != "" {
		s.w.wrong = wrong
	}
	return e
}

// passed looks for a waiter that the element was for.
func (w *simWorld) passed(t *simTx, x *simWaiter, k int, e *simElem) string {
	mine, inLine := 0, false
	if x != nil {
		mine, inLine = x.since[k]
	}
	for _, y := range w.waiters {
		since, stands := y.since[k]
		if !stands || y == x || y.state == simOver || y.gone {
			continue
		}
		if inLine {
			if since < mine {
				return "a waiter is served before one that came first"
			}
			continue
		}
		over := t.kind == simPlan || t.kind == simGate || x != nil && x.spread()
		if since < e.at && e.by != t && !(over && w.shards[w.owner(k)].core.holds[uint64(k)] != nil) {
			return "a command takes what was for a waiter"
		}
	}
	return ""
}

// edit is what a command that does not wait does to a list: it pushes with its first step and takes with its last.
func (s *simShard) edit(t *simTx, k int, first, last bool) {
	if first {
		for _, e := range t.push[k] {
			s.push(t, k, e)
		}
	}
	if e, ok := t.inside[k]; ok {
		if first {
			s.push(t, k, e)
		}
		if last {
			s.takeBack(k, e)
		}
	}
	if last && t.pops[k] && len(s.lists[k]) > 0 {
		t.got = append(t.got, s.take(t, nil, k))
	}
}

// takeBack takes the last element, which the same transaction has pushed.
func (s *simShard) takeBack(k, e int) {
	n := len(s.lists[k])
	if n == 0 || s.lists[k][n-1] != e {
		s.w.wrong = "somebody saw the middle of a transaction"
		return
	}
	s.lists[k] = s.lists[k][:n-1]
	s.w.elems[e].back = true
}

// quiet is asked whenever all shards sleep.
func (w *simWorld) quiet() string {
	for _, s := range w.shards {
		c := s.core
		if !c.Idle() || len(c.ready)+len(c.deferred)+len(c.begun)+len(c.locks.queues) > 0 {
			return fmt.Sprintf("leak: shard %d still holds something", s.id)
		}
		for k, list := range s.lists {
			if i := slices.IndexFunc(w.waiters, func(x *simWaiter) bool {
				return x.state != simOver && slices.Contains(x.t.waitedFor(), k)
			}); i >= 0 && len(list) > 0 {
				return fmt.Sprintf("command %d waits for key %d, which has elements", w.waiters[i].t.id, k)
			}
		}
	}
	return ""
}

// checkLists judges where the elements have gone.
func (w *simWorld) checkLists() string {
	places := map[int]int{}
	for _, s := range w.shards {
		for k, list := range s.lists {
			for _, e := range list {
				places[e]++
			}
			if len(s.lines[k]) > 0 {
				return "somebody who is over stands in line"
			}
		}
	}
	for _, t := range w.all {
		if t.kind == simBlock && t.resp != simNever && t.null == (len(t.got) > 0) || len(t.got) > 1 && t.kind == simBlock {
			return fmt.Sprintf("command %d is answered null: %v, and got %v", t.id, t.null, t.got)
		}
		if t.kind == simBlock && t.moves() {
			continue
		}
		for _, e := range t.got {
			places[e]++
		}
	}
	for e, x := range w.elems {
		if x.back {
			places[e]++
		}
		if places[e] != 1 {
			return fmt.Sprintf("element %d of command %d is in %d places", e, x.by.id, places[e])
		}
	}
	return ""
}

// newWait makes a blocking pop or move.
func (w *simWorld) newWait(t *simTx) {
	t.kind = simBlock
	keys := w.r.Perm(w.keys)
	if w.r.IntN(5) < 2 {
		t.keys, t.dst = keys[:2], keys[1]
	} else {
		t.keys = keys[:min(1+w.r.IntN(3), w.keys)]
	}
	t.timed = w.r.IntN(2) == 0
}

// newEdits decides what a command that writes does to its lists.
func (w *simWorld) newEdits(t *simTx) {
	t.push, t.pops, t.inside = map[int][]int{}, map[int]bool{}, map[int]int{}
	for i, k := range t.keys {
		e := t.id*100 + 10*i
		switch p := w.r.IntN(10); {
		case !t.wr[k]:
		case p < 5:
			for j := range 1 + w.r.IntN(2) {
				t.push[k] = append(t.push[k], e+j)
			}
		case p < 7 && t.kind != simSingle:
			t.inside[k] = e
		default:
			t.pops[k] = true
		}
	}
}

// interrupt ends the waiting of one that waits, at whatever state it is; sure: of one that is parked, as all are when
// all shards sleep.
func (w *simWorld) interrupt(sure bool) bool {
	var can []*simWaiter
	for _, x := range w.waiters {
		if !x.ended && !x.gone {
			can = append(can, x)
		}
	}
	if len(can) == 0 {
		return false
	}
	x := can[w.r.IntN(len(can))]
	end := x.unblock
	switch p := w.r.IntN(4); {
	case p == 0 && !sure:
		end = x.hangUp
	case p == 1 && x.t.timed:
		end = x.timeout
	}
	x.home.mail = append(x.home.mail, simItem{call: func(*simShard) { end() }})
	return true
}
