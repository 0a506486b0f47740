package engine

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"hashlane/engine/ds/arena"
	"hashlane/proto/resp"
)

// tape is a Taps that writes down what it is told, and checks that keys are whole.
type tape struct{ lines []string }

func (t *tape) Changed(db int, key []byte) { t.add("changed %d %s", db, key) }
func (t *tape) Notify(_ NotifyClass, event string, db int, key []byte) {
	t.add("%s %d %s", event, db, key)
}

func (t *tape) Effect(db int, args ...[]byte) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	t.add("effect %d %s", db, strings.Join(words, " "))
}
func (t *tape) Flushed(db int)   { t.add("flushed %d", db) }
func (t *tape) Swapped(a, b int) { t.add("swapped %d %d", a, b) }

func (t *tape) add(format string, args ...any) {
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

func (t *tape) want(tb testing.TB, lines ...string) {
	tb.Helper()
	if !reflect.DeepEqual(t.lines, lines) && len(t.lines)+len(lines) > 0 {
		tb.Fatalf("taps heard %q, want %q", t.lines, lines)
	}
	t.lines = nil
}

const everything = NotifyClass(1<<14 - 1)

func taped(t testing.TB, change func(o *Options)) (*Space, *Ctx, *tape) {
	o := DefaultOptions()
	o.NotifyEvents = everything
	if change != nil {
		change(o)
	}
	s, c := testSpace(t, o)
	tp := &tape{}
	s.Taps, s.Listening = tp, true
	return s, c, tp
}

func fields(text string) (args [][]byte) {
	for _, w := range strings.Fields(text) {
		args = append(args, []byte(w))
	}
	return args
}

func (c *Ctx) begin(text string, nowMs int64) { c.Reset(nil, fields(text), c.Space.DB(0), nowMs) }

func TestReadCountsAndNotifies(t *testing.T) {
	s, c, tp := taped(t, nil)
	if _, ok := c.Read([]byte("k")); ok {
		t.Fatal("a missing key is found")
	}
	tp.want(t, "keymiss 0 k")
	set(c, "k", "v", 0)
	tp.want(t, "new 0 k")
	set(c, "k", "w", 0)
	c.Read([]byte("k"))
	c.Write([]byte("k"))
	c.Write([]byte("gone"))
	c.Peek([]byte("k"))
	c.Peek([]byte("gone"))
	tp.want(t)
	if s.Stats.Hits != 1 || s.Stats.Misses != 1 {
		t.Fatalf("hits %d, misses %d", s.Stats.Hits, s.Stats.Misses)
	}
}

func TestNotifyIsGated(t *testing.T) {
	for _, on := range []NotifyClass{0, NotifyString, NotifyKeyspace | NotifyKeyevent, NotifyKeyspace | NotifyGeneric} {
		s, c, tp := taped(t, func(o *Options) { o.NotifyEvents = on })
		c.Notify(NotifyString, "set", []byte("k"))
		tp.want(t)
		if s.Stats.NotifyCount != 0 {
			t.Fatal("an event that nobody wants was counted")
		}
	}
	s, c, tp := taped(t, func(o *Options) { o.NotifyEvents = NotifyKeyevent | NotifyString })
	c.Notify(NotifyString, "set", []byte("k"))
	tp.want(t, "set 0 k")
	if s.Stats.NotifyCount != 1 {
		t.Fatal("NotifyCount")
	}
}

func TestEffects(t *testing.T) {
	s, c, tp := taped(t, func(o *Options) { o.NotifyEvents = 0 })
	finish := func(dirty int64) {
		t.Helper()
		if got := c.Finish(); got != dirty {
			t.Fatalf("Finish() = %d, want %d", got, dirty)
		}
	}
	c.begin("GET a", 1)
	finish(0)
	tp.want(t)

	c.begin("SET a b", 1)
	c.Changed([]byte("a"))
	finish(1)
	tp.want(t, "changed 0 a", "effect 0 SET a b")

	c.begin("SET a b EX 1", 1)
	c.Changed([]byte("a"))
	c.AddDirty(2)
	c.Effect(fields("SET a b PXAT 1001")...)
	finish(3)
	tp.want(t, "changed 0 a", "effect 0 SET a b PXAT 1001")

	c.begin("X a", 1)
	c.Changed([]byte("a"))
	c.NoEffect()
	finish(1)
	tp.want(t, "changed 0 a")

	c.begin("MOVE a 3", 1)
	c.Select(3)
	c.Changed([]byte("a"))
	c.Effect(fields("SET a b")...)
	finish(1)
	tp.want(t, "changed 3 a", "effect 3 SET a b")

	c.begin("MOVE a 3", 1)
	c.Select(3)
	c.Changed([]byte("a"))
	finish(1)
	tp.want(t, "changed 3 a", "effect 0 MOVE a 3")

	s.Listening = false
	c.begin("SET a b", 1)
	c.Changed([]byte("a"))
	c.Effect(fields("SET a b")...)
	finish(1)
	tp.want(t, "changed 0 a")
	if s.Stats.Dirty != 8 {
		t.Fatalf("Dirty = %d", s.Stats.Dirty)
	}
}

func TestEffectsCostNothingWhenNobodyListens(t *testing.T) {
	s, c, _ := taped(t, func(o *Options) { o.NotifyEvents = 0 })
	s.Taps, s.Listening = noTaps{}, false
	set(c, "k", "v", 0)
	key, val, name, args, db := []byte("k"), []byte("v"), []byte("SET"), fields("SET k v"), s.DB(0)
	if n := testing.AllocsPerRun(1000, func() {
		c.Reset(nil, args, db, 5)
		r, _ := c.Read(key)
		r = c.Create(key, TString, 0, len(r.Value()), 0)
		c.Edit(r)
		copy(r.Value(), val)
		c.Changed(key)
		c.Notify(NotifyString, "set", key)
		c.Effect(name, key, val)
		c.Finish()
	}); n != 0 {
		t.Fatalf("%v allocations a command", n)
	}
}

func TestLazyExpiry(t *testing.T) {
	for _, lazy := range []bool{false, true} {
		word := map[bool]string{false: "DEL", true: "UNLINK"}[lazy]
		for name, look := range map[string]func(c *Ctx, k []byte) bool{
			"read":   func(c *Ctx, k []byte) bool { _, ok := c.Read(k); return ok },
			"write":  func(c *Ctx, k []byte) bool { _, ok := c.Write(k); return ok },
			"delete": func(c *Ctx, k []byte) bool { return c.Delete(k, true) },
		} {
			s, c, tp := taped(t, func(o *Options) { o.LazyExpire = lazy })
			c.begin("X", 1000)
			set(c, "k", "v", 1100)
			tp.want(t, "new 0 k")
			c.begin("X", 1100)
			if !s.Has(0, []byte("k")) {
				t.Fatal("gone at its very time")
			}
			c.begin("X", 1101)
			if _, ok := c.Peek([]byte("k")); ok || s.Has(0, []byte("k")) {
				t.Fatal("seen after its time")
			}
			tp.want(t)
			if look(c, []byte("k")) {
				t.Fatalf("%s finds a key after its time", name)
			}
			want := []string{"changed 0 k", "expired 0 k", "effect 0 " + word + " k"}
			if name == "read" {
				want = append(want, "keymiss 0 k")
			}
			tp.want(t, want...)
			if c.Finish() != 0 || s.DB(0).Len() != 0 || s.DB(0).Volatile() != 0 || s.Stats.Expired != 1 {
				t.Fatalf("left: %d keys, %d volatile, expired %d", s.DB(0).Len(), s.DB(0).Volatile(), s.Stats.Expired)
			}
		}
	}
}

func TestCreateOverExpiredKeyIsNew(t *testing.T) {
	_, c, tp := taped(t, nil)
	c.begin("X", 1000)
	set(c, "k", "v", 1100)
	c.begin("X", 2000)
	set(c, "k", "w", 0)
	tp.want(t, "new 0 k", "changed 0 k", "expired 0 k", "effect 0 DEL k", "new 0 k")
}

func TestReplicaHidesOnly(t *testing.T) {
	s, c, tp := taped(t, func(o *Options) { o.Replica = true })
	c.begin("X", 1000)
	set(c, "k", "v", 1100)
	tp.want(t, "new 0 k")
	c.begin("X", 2000)
	if _, ok := c.Write([]byte("k")); ok || s.DB(0).Len() != 1 {
		t.Fatal("a replica must hide the key and keep it")
	}
	s.ExpireSome(c, 1e9, func() int64 { return 0 })
	tp.want(t)
	if !c.Delete([]byte("k"), false) || s.DB(0).Len() != 0 {
		t.Fatal("the master's DEL")
	}
}

func TestNoTouchAndClock(t *testing.T) {
	_, c, _ := taped(t, nil)
	c.begin("X", 10_000)
	set(c, "k", "v", 0)
	c.begin("X", 70_000)
	c.Session = &Session{NoTouch: true}
	r, _ := c.Read([]byte("k"))
	if r.IdleMs(70_000) != 60_000 {
		t.Fatalf("idle %d", r.IdleMs(70_000))
	}
	c.Session.NoTouch = false
	r, _ = c.Write([]byte("k"))
	if r.IdleMs(75_999) != 5000 {
		t.Fatalf("idle %d", r.IdleMs(75_999))
	}
	c.SetIdle(r, 3_600_000)
	if r.IdleMs(70_000) != 3_600_000 {
		t.Fatalf("idle %d", r.IdleMs(70_000))
	}
	c.Touch(r)
	if r.IdleMs(70_000) != 0 || string(r.Value()) != "v" {
		t.Fatalf("idle %d", r.IdleMs(70_000))
	}
}

func TestLFU(t *testing.T) {
	s, c, _ := taped(t, func(o *Options) { o.MaxMemoryPolicy = "allkeys-lfu" })
	const start = 100_000 * 60_000
	c.begin("X", start)
	r := set(c, "k", "v", 0)
	if r.Freq(start, s.Opt) != lfuStart {
		t.Fatalf("a new key has %d", r.Freq(start, s.Opt))
	}
	hit := func(n int) {
		for range n {
			c.Read([]byte("k"))
		}
	}
	hit(1)
	if r.Freq(start, s.Opt) != lfuStart+1 {
		t.Fatal("the first access counts for sure")
	}
	hit(1000)
	atThousand := r.Freq(start, s.Opt)
	hit(100_000)
	atMany := r.Freq(start, s.Opt)
	// Redis documents for factor 10: 18 at 1,000 hits, 142 at 100,000.
	if atThousand < 12 || atThousand > 26 || atMany < 120 || atMany > 165 {
		t.Fatalf("counter %d after 1000 hits, %d after 100000", atThousand, atMany)
	}
	if got := r.Freq(start+10*60_000, s.Opt); got != atMany-10 {
		t.Fatalf("after ten minutes %d of %d", got, atMany)
	}
	r = set(c, "k", "another", 0)
	if r.Freq(start, s.Opt) != atMany {
		t.Fatal("SET forgets the frequency")
	}
	c.SetFreq(r, 200)
	if r.Freq(start, s.Opt) != 200 || r.Freq(start+1000*60_000, s.Opt) != 0 {
		t.Fatal("SetFreq")
	}
	o := *s.Opt
	o.LFUDecayTime, o.LFULogFactor = 0, 0
	s.Opt = &o
	c.begin("X", start+1000*60_000)
	hit(55)
	if got := r.Freq(start+2000*60_000, s.Opt); got != 255 {
		t.Fatalf("factor 0, no decay: %d", got)
	}
}

func TestHint(t *testing.T) {
	_, c, _ := taped(t, nil)
	key := []byte("k")
	set(c, "k", "v", 0)
	wrong := ^HashKey(key)
	c.Hint(key, wrong)
	c.begin("X", 1)
	if _, ok := c.Peek(key); ok {
		t.Fatal("the hint is not used")
	}
	if _, ok := c.Peek([]byte("k")); !ok {
		t.Fatal("the hint is used for other bytes")
	}
	c.Finish()
	if _, ok := c.Peek(key); !ok {
		t.Fatal("the hint outlives its command")
	}
	c.Hint(key, wrong)
	c.begin("X", 1)
	c.begin("X", 1) // the command before gave up without Finish
	if _, ok := c.Peek(key); !ok {
		t.Fatal("the hint outlives a command that gave up")
	}
	c.begin("X", 1)
	c.Hint(key, wrong)
	if _, ok := c.Peek(key); ok {
		t.Fatal("a hint after Reset is not used")
	}
	c.Finish()
}

// TestEveryChangeGoesThroughTheHook makes one change to a record of an old epoch by each path there is.
func TestEveryChangeGoesThroughTheHook(t *testing.T) {
	key := []byte("k")
	paths := map[string]func(s *Space, c *Ctx, r Rec){
		"edit":      func(_ *Space, c *Ctx, r Rec) { c.Edit(r) },
		"overwrite": func(_ *Space, c *Ctx, _ Rec) { set(c, "k", "other", 0) },
		"replace":   func(_ *Space, c *Ctx, _ Rec) { set(c, "k", strings.Repeat("x", 900), 0) },
		"resize":    func(_ *Space, c *Ctx, r Rec) { c.Resize(r, 6, 0) },
		"grow":      func(_ *Space, c *Ctx, r Rec) { c.Resize(r, 9000, 0) },
		"expire":    func(_ *Space, c *Ctx, r Rec) { c.SetExpire(r, 5_000_000) },
		"move":      func(_ *Space, c *Ctx, _ Rec) { c.Move(key, 2, []byte("other")) },
		"move over": func(s *Space, c *Ctx, _ Rec) {
			s.Epoch = 0
			set(c, "from", "x", 0)
			s.Epoch = 1
			seen := s.BeforeChange
			s.BeforeChange = func(db int, r Rec) {
				if string(r.Key()) == "k" {
					seen(db, r)
				}
			}
			c.Move([]byte("from"), 0, key)
		},
		"delete":       func(_ *Space, c *Ctx, _ Rec) { c.Delete(key, false) },
		"unlink":       func(_ *Space, c *Ctx, _ Rec) { c.Delete(key, true) },
		"flush":        func(s *Space, _ *Ctx, _ Rec) { s.Flush(0, false) },
		"flush lazily": func(s *Space, _ *Ctx, _ Rec) { s.Flush(-1, true) },
		"lazy expiry": func(_ *Space, c *Ctx, _ Rec) {
			c.begin("X", 3_000_000)
			c.Read(key)
		},
		"create over expired": func(_ *Space, c *Ctx, _ Rec) {
			c.begin("X", 3_000_000)
			set(c, "k", "new", 0)
		},
		"active expiry": func(s *Space, c *Ctx, _ Rec) {
			c.begin("X", 3_000_000)
			s.ExpireSome(c, 1e9, func() int64 { return 0 })
		},
	}
	for name, change := range paths {
		s, c, _ := taped(t, nil)
		set(c, "k", "value", 2_000_000)
		s.Epoch = 1
		var saw []string
		s.BeforeChange = func(db int, r Rec) {
			saw = append(saw, fmt.Sprintf("%d %s=%s until %d", db, r.Key(), r.Value(), r.ExpireAt()))
		}
		r, _ := c.Peek(key)
		change(s, c, r)
		if len(saw) != 1 || saw[0] != "0 k=value until 2000000" {
			t.Errorf("%s: the hook saw %q", name, saw)
		}
		if r, ok := c.Peek(key); ok && r.Epoch() != 1 {
			t.Errorf("%s: the record is still of the old epoch", name)
		}
	}
}

// TestFullArenaChangesNothing lets every call that needs memory fail.
func TestFullArenaChangesNothing(t *testing.T) {
	o := DefaultOptions()
	s, err := NewSpace(0, o, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	o.ArenaBytes = 64 << 20
	if s, err = NewSpace(0, o, nil, nil); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := &Ctx{Space: s}
	c.begin("X", 1000)
	for i := range 1000 {
		set(c, fmt.Sprint("k", i), "12345678", 0)
	}
	var hog []arena.Handle
	for size := 32 << 20; size >= 8; size /= 2 {
		for {
			h := s.Arena.Alloc(size)
			if h == 0 {
				break
			}
			hog = append(hog, h)
		}
	}
	fails := func(name string, f func()) {
		t.Helper()
		part, _ := s.DB(0).Digest()
		defer func() {
			t.Helper()
			if x, _ := recover().(error); !errors.Is(x, ErrNoMemory) {
				t.Fatalf("%s: panic %v, want ErrNoMemory", name, x)
			}
			if now, n := s.DB(0).Digest(); now != part || n != 1000 || s.DB(0).Volatile() != 0 {
				t.Fatalf("%s changed something: %d keys, %d volatile", name, n, s.DB(0).Volatile())
			}
		}()
		f()
	}
	r, _ := c.Peek([]byte("k7"))
	fails("Create", func() { set(c, "new", "v", 0) })
	fails("Create larger", func() { set(c, "k7", strings.Repeat("x", 5000), 0) })
	fails("Create volatile", func() { set(c, "k7", "12345678", 5000) })
	fails("Resize", func() { c.Resize(r, 5000, 0) })
	fails("SetExpire", func() { c.SetExpire(r, 5000) })
	for _, h := range hog {
		s.Arena.Free(h)
	}
	set(c, "k7", "12345678", 5000)
	s.Flush(-1, false)
	if s.UsedMemory() != 0 {
		t.Fatalf("%d bytes left", s.UsedMemory())
	}
}

func TestSlicesEndBeyondTheLimitOfReplies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		flags Flags
		limit int64
		steps int
	}{
		{"a_read_is_cut", ReadOnly, 1000, 10},
		{"no_limit", ReadOnly, 0, 50},
		{"a_write_is_whole", Write, 1000, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, c, _ := taped(t, nil)
			c.Cmd, c.Reply, c.ReplyLimit = &Command{Flags: tt.flags}, &resp.Writer{V: 2}, tt.limit
			steps := 0
			c.Slices(func(c *Ctx) bool {
				c.Reply.Bulk(make([]byte, 94)) // 101 bytes with its head
				steps++
				return steps == 50
			})
			if steps != tt.steps {
				t.Errorf("%d steps, want %d", steps, tt.steps)
			}
		})
	}
}
