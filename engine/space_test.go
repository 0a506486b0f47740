package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

func testSpace(t testing.TB, o *Options) (*Space, *Ctx) {
	t.Helper()
	if o == nil {
		o = DefaultOptions()
	}
	o.ArenaBytes = 4 << 30
	s, err := NewSpace(0, o, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &Ctx{Space: s}
	c.Reset(nil, nil, s.DB(0), 1_000_000)
	return s, c
}

func set(c *Ctx, key, val string, at int64) Rec {
	r := c.Create([]byte(key), TString, 0, len(val), at)
	copy(r.Value(), val)
	return r
}

// model is what the space should hold: one database.
type model map[string]struct {
	val string
	at  int64
}

// step does one random operation on both and compares what they answer.
func step(t testing.TB, rnd *rand.Rand, c *Ctx, m model, keys int) {
	key := fmt.Sprintf("key:%0*d", 1+rnd.IntN(140)*rnd.IntN(2), rnd.IntN(keys))
	k := []byte(key)
	e, there := m[key]
	switch rnd.IntN(9) {
	case 0, 1, 2:
		e.val, e.at = string(bytes.Repeat([]byte{byte(rnd.Uint32())}, rnd.IntN(300))), 0
		switch rnd.IntN(40) {
		case 0:
			e.val = string(bytes.Repeat([]byte{'x'}, rnd.IntN(40000)))
		case 1, 2, 3:
			e.at = c.Now + rnd.Int64N(1<<46)
		case 4:
			e.at = c.Now + rnd.Int64N(1<<62)
		}
		set(c, key, e.val, e.at)
		m[key] = e
	case 3:
		if got := c.Delete(k, false); got != there {
			t.Fatalf("Delete(%q) = %v, want %v", key, got, there)
		}
		delete(m, key)
	case 4:
		r, ok := c.Write(k)
		if ok != there {
			t.Fatalf("Write(%q) = %v, want %v", key, ok, there)
		}
		if ok {
			n := rnd.IntN(2*len(e.val) + 20)
			r = c.Resize(r, n, 1)
			v := make([]byte, n)
			copy(v, e.val)
			if n > 0 {
				r.Value()[n-1], v[n-1] = 'z', 'z'
			}
			e.val = string(v)
			m[key] = e
		}
	case 5:
		if r, ok := c.Write(k); ok {
			switch e.at = 0; rnd.IntN(3) {
			case 0:
				e.at = c.Now + rnd.Int64N(1<<45)
			case 1:
				e.at = c.Now + rnd.Int64N(1<<62)
			}
			r = c.SetExpire(r, e.at)
			m[key] = e
			if r.ExpireAt() != e.at {
				t.Fatalf("SetExpire(%q, %d) gives %d", key, e.at, r.ExpireAt())
			}
		}
	default:
		r, ok := c.Read(k)
		if ok != there || ok && (string(r.Value()) != e.val || r.ExpireAt() != e.at || string(r.Key()) != key) {
			t.Fatalf("Read(%q) = %v, want %v of %d bytes", key, ok, there, len(e.val))
		}
	}
	if c.DB.Len() != len(m) {
		t.Fatalf("Len() = %d, want %d", c.DB.Len(), len(m))
	}
}

func TestSpaceMatchesModel(t *testing.T) {
	for _, cluster := range []bool{false, true} {
		o := DefaultOptions()
		o.Cluster = cluster
		s, c := testSpace(t, o)
		rnd := rand.New(rand.NewPCG(1, 2))
		m := model{}
		n := 100_000
		if testing.Short() {
			n /= 10
		}
		for i := 0; i < n; i++ {
			keys := 20000
			if i > n/2 {
				keys = 300
			}
			step(t, rnd, c, m, keys)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		seen := 0
		s.DB(0).Each(func(r Rec) bool {
			seen++
			if e, ok := m[string(r.Key())]; !ok || e.val != string(r.Value()) || e.at != r.ExpireAt() {
				t.Fatalf("Each: %q is wrong", r.Key())
			}
			return true
		})
		vol := 0
		for _, e := range m {
			if e.at != 0 {
				vol++
			}
		}
		if seen != len(m) || s.DB(0).Volatile() != vol {
			t.Fatalf("Each saw %d of %d, volatile %d want %d", seen, len(m), s.DB(0).Volatile(), vol)
		}
		for key := range m {
			if !c.Delete([]byte(key), false) {
				t.Fatalf("Delete(%q)", key)
			}
		}
		for s.FreeSome(1e9, func() int64 { return 0 }) {
		}
		if s.UsedMemory() != 0 {
			t.Fatalf("cluster %v: %d bytes in use after everything is gone", cluster, s.UsedMemory())
		}
	}
}
