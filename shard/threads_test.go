package shard_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hashlane/engine"
	"hashlane/engine/builtin"
	"hashlane/engine/generic"
	"hashlane/shard"
	"hashlane/shard/sim"
)

// threads is a shard.Env whose loops run at the same time, each on a goroutine of its own, without sockets:
// what the race detector is to look at.
type threads struct {
	start time.Time
	srv   *shard.Server
	bells []chan struct{}
	input []chan func(l *shard.Loop)
	stop  chan struct{}
	loops sync.WaitGroup
}

func (e *threads) Mono() int64 { return int64(time.Since(e.start)) }
func (e *threads) Wall() int64 { return time.Now().UnixMicro() }

func (e *threads) Bell(i int) {
	select {
	case e.bells[i] <- struct{}{}:
	default:
	}
}

func (e *threads) Go(work func())                  { e.loops.Go(work) }
func (e *threads) After(d time.Duration, f func()) { time.AfterFunc(d, f) }

func startThreads(t *testing.T, shards int) *threads {
	t.Helper()
	table, err := engine.NewTable(append(builtin.Commands(), shard.Commands())...)
	if err != nil {
		t.Fatal(err)
	}
	e := &threads{start: time.Now(), stop: make(chan struct{})}
	for range shards {
		e.bells = append(e.bells, make(chan struct{}, 1))
		e.input = append(e.input, make(chan func(l *shard.Loop)))
	}
	o := engine.DefaultOptions()
	o.ArenaBytes = 256 << 20
	e.srv, err = shard.New(shard.Config{
		Table: table, Types: builtin.Types(), Options: sim.DefaultOptions(shards), Engine: o, Env: e, CursorShard: generic.CursorShard,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range shards {
		e.loops.Go(func() { e.run(e.srv.Loop(i), e.bells[i], e.input[i]) })
	}
	t.Cleanup(func() {
		close(e.stop)
		e.loops.Wait()
		for i := range shards {
			e.srv.Loop(i).Space.Close()
		}
	})
	return e
}

func (e *threads) run(l *shard.Loop, bell chan struct{}, input chan func(l *shard.Loop)) {
	cron := time.NewTicker(20 * time.Millisecond)
	defer cron.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-bell:
			l.Wake()
		case f := <-input:
			f(l)
		case <-cron.C:
			l.Cron()
		}
	}
}

// threadClient is a connection whose calls wait for their replies.
type threadClient struct {
	e       *threads
	shard   int
	conn    *shard.Conn
	replies chan []byte
	unread  []byte
	closed  atomic.Bool
}

// threadWire is its shard.Wire. Runs on the loop.
type threadWire struct{ *threadClient }

func (w threadWire) Write(b []byte)     { w.replies <- bytes.Clone(b) }
func (w threadWire) Buffered() int      { return 0 }
func (w threadWire) Detach() shard.Wire { return nil }
func (w threadWire) Close() {
	if !w.closed.Swap(true) {
		w.e.srv.Loop(w.shard).Closed(w.conn, false)
	}
}

func (e *threads) dial(i int) *threadClient {
	c := &threadClient{e: e, shard: i, replies: make(chan []byte, 10000)}
	opened := make(chan struct{})
	e.input[i] <- func(l *shard.Loop) {
		l.Turn(func() { c.conn = l.Open(threadWire{c}, shard.Peer{Addr: "test:" + strconv.Itoa(i)}) })
		close(opened)
	}
	<-opened
	return c
}

// send puts commands on their way in one piece.
func (c *threadClient) send(lines ...string) {
	var b []byte
	for _, line := range lines {
		b = append(b, sim.Command(strings.Fields(line)...)...)
	}
	c.e.input[c.shard] <- func(l *shard.Loop) { l.Receive(c.conn, b) }
}

// take waits for n replies and answers the last one.
func (c *threadClient) take(n int) string {
	for {
		at, have := 0, 0
		last := ""
		for have < n {
			size := replySize(c.unread[at:])
			if size == 0 {
				break
			}
			last = string(c.unread[at : at+size])
			at += size
			have++
		}
		if have == n {
			c.unread = c.unread[at:]
			return last
		}
		select {
		case b := <-c.replies:
			c.unread = append(c.unread, b...)
		case <-time.After(20 * time.Second):
			return "no reply"
		}
	}
}

func (c *threadClient) do(lines ...string) string {
	c.send(lines...)
	return c.take(len(lines))
}

// replySize is the length of the first whole reply, 0 when there is none.
func replySize(b []byte) int {
	end := bytes.Index(b, []byte("\r\n")) + 2
	if end < 2 {
		return 0
	}
	n, _ := strconv.Atoi(string(b[1 : end-2]))
	switch {
	case b[0] == '$' && n >= 0:
		if end += n + 2; len(b) < end {
			return 0
		}
	case b[0] == '*':
		for range n {
			size := replySize(b[end:])
			if size == 0 {
				return 0
			}
			end += size
		}
	}
	return end
}

// TestThreads moves money between accounts of all shards from many goroutines, with everything else that
// crosses shards going on: monitors, pauses, CLIENT LIST, FLUSHDB of another database, a journal. The sum
// stays, also in what the journal makes.
func TestThreads(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 120
	}
	e := startThreads(t, 4)
	const accounts = 6
	first := e.dial(0)
	for i := range accounts {
		first.do(fmt.Sprintf("SET acc%d 100", i))
	}
	s := &tape{t: t, next: -1}
	listening := make(chan struct{})
	e.srv.Listen(s, func(int64) {
		s.next = 0
		close(listening)
	})
	<-listening
	stop, merged := make(chan struct{}), make(chan struct{})
	go func() {
		e.srv.Journal().Run(stop)
		close(merged)
	}()
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() { shuffleMoney(t, e, g, rounds, accounts) })
	}
	wg.Go(func() { disturb(t, e, rounds/8) })
	wg.Wait()
	close(stop)
	<-merged
	if got := sumOf(first.do("MGET acc0 acc1 acc2 acc3 acc4 acc5")); got != accounts*100 {
		t.Errorf("the sum is %d", got)
	}
	if s.next <= 0 {
		t.Errorf("the journal has %d units", s.next)
	}
}

func sumOf(reply string) (sum int) {
	lines := strings.Split(reply, "\r\n")
	for i := 2; i < len(lines); i += 2 {
		n, _ := strconv.Atoi(lines[i])
		sum += n
	}
	return sum
}

func shuffleMoney(t *testing.T, e *threads, g, rounds, accounts int) {
	c := e.dial(g % 4)
	r := rand.New(rand.NewPCG(uint64(g), 5))
	for i := range rounds {
		p := r.Perm(accounts)
		switch r.IntN(5) {
		case 0:
			if got := sumOf(c.do("MGET acc0 acc1 acc2 acc3 acc4 acc5")); got != accounts*100 {
				t.Errorf("goroutine %d, round %d: the sum is %d", g, i, got)
				return
			}
		case 1:
			c.do("MULTI", fmt.Sprintf("DECRBY acc%d 7", p[0]), fmt.Sprintf("INCRBY acc%d 7", p[1]), "EXEC")
		case 2:
			from, to := fmt.Sprintf("acc%d", p[0]), fmt.Sprintf("acc%d", p[1])
			have := strings.Split(c.do("WATCH "+from+" "+to, "MGET "+from+" "+to), "\r\n")
			a, _ := strconv.Atoi(have[2])
			b, _ := strconv.Atoi(have[4])
			c.do("MULTI", fmt.Sprintf("MSET %s %d %s %d", from, a-1, to, b+1), "EXEC")
		default:
			var lines []string
			for j := range 20 {
				lines = append(lines, fmt.Sprintf("INCR n%d", j))
			}
			c.do(append(lines, fmt.Sprintf("SET v%d x PX 30", g), "GET n1")...)
		}
	}
}

// disturb does what reaches all shards.
func disturb(t *testing.T, e *threads, rounds int) {
	m, c := e.dial(1), e.dial(2)
	m.do("MONITOR")
	for i := range rounds {
		c.do("CLIENT LIST", "CLIENT PAUSE 1 WRITE", "SELECT 1", "MSET a 1 b 2 c 3", "FLUSHDB", "DBSIZE", "SELECT 0", "CLIENT UNPAUSE", "KEYS acc*")
		x := e.dial(i % 4)
		x.send("WATCH acc1 acc2", "MULTI", "GET acc1", "EXEC", "MSET q 1 r 2")
		if got := c.do(fmt.Sprintf("CLIENT KILL ID %d", x.conn.ID)); got != ":1\r\n" {
			t.Errorf("kill: %q", got)
		}
		for len(m.replies) > 0 {
			<-m.replies
		}
		e.srv.Visit(func(l *shard.Loop) any { return l.Report() })
	}
}
