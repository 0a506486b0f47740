package shard

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"hashlane/txn"
)

// takeAll empties the ring as its receiver does and answers the numbers that were in it.
func takeAll(r *ring) (got []int) {
	tail := r.tail.Load()
	for head := r.head.Load(); head != tail; head++ {
		got = append(got, r.slots[head%ringSize].tx.From)
		r.head.Store(head + 1)
	}
	return got
}

func number(i int) item { return item{kind: itemTxn, tx: txn.Msg{From: i}} }

// TestRing puts and takes at random, more than fits now and then: nothing is lost, nothing overtakes.
func TestRing(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		r := &ring{}
		put, shown, taken := 0, 0, 0
		for range 300 {
			switch rnd.IntN(3) {
			case 0:
				for range rnd.IntN(ringSize) {
					r.put(number(put))
					put++
				}
				if got := takeAll(r); len(got) > shown-taken {
					t.Fatalf("seed %d: %d items seen before they were published", seed, len(got)-(shown-taken))
				} else {
					taken += check(t, got, taken)
				}
			case 1:
				r.publish()
				shown = put - len(r.over)
				if r.some() != (shown > taken) {
					t.Fatalf("seed %d: some() is %v with %d to take", seed, r.some(), shown-taken)
				}
			default:
				taken += check(t, takeAll(r), taken)
			}
		}
		for taken < put {
			taken += check(t, takeAll(r), taken)
			if !r.publish() && r.backlog() {
				t.Fatalf("seed %d: the overflow list does not move into an empty ring", seed)
			}
			taken += check(t, takeAll(r), taken)
		}
		if r.full == 0 {
			t.Errorf("seed %d: the ring was never full", seed)
		}
	}
}

func check(t *testing.T, got []int, from int) int {
	t.Helper()
	for i, x := range got {
		if x != from+i {
			t.Fatalf("item %d came where %d was due", x, from+i)
		}
	}
	return len(got)
}

// TestRingOfTwoThreads is for the race detector.
func TestRingOfTwoThreads(t *testing.T) {
	const n = 20_000
	r := &ring{}
	done := make(chan int)
	go func() {
		taken := 0
		for taken < n {
			got := takeAll(r)
			for i, x := range got {
				if x != taken+i {
					done <- x
					return
				}
			}
			taken += len(got)
			runtime.Gosched()
		}
		done <- -1
	}()
	for i := range n {
		r.put(number(i))
		if i%7 == 0 {
			r.publish()
		}
		if len(r.over) > 100 {
			runtime.Gosched()
		}
	}
	for r.backlog() || r.some() {
		r.publish()
		runtime.Gosched()
	}
	if x := <-done; x >= 0 {
		t.Errorf("item %d out of order", x)
	}
}
