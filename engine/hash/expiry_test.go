package hash_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
)

func cycle(h *enginetest.Harness) {
	s := h.Space(0)
	c := &engine.Ctx{Space: s, Session: &h.Session}
	c.Reset(nil, nil, s.DB(0), h.Now)
	s.ExpireSome(c, 1e12, func() int64 { return 0 })
}

// TestTheCycleExpiresFields in every encoding; the key goes with its last field.
func TestTheCycleExpiresFields(t *testing.T) {
	for _, long := range []bool{false, true} {
		h := one(t)
		value := "v"
		if long {
			value = strings.Repeat("v", 65)
		}
		h.Do("HSET", "k", "a", value, "b", "2", "c", "3", "d", "4")
		h.Do("HPEXPIRE", "k", "100", "FIELDS", "2", "a", "b")
		h.Do("HPEXPIRE", "k", "200", "FIELDS", "1", "c")
		if n := h.Space(0).DB(0).FieldKeys(); n != 1 {
			t.Fatalf("the index lists %d keys", n)
		}
		h.Now += 100
		cycle(h)
		h.Want(":4\r\n", "HLEN", "k")
		h.Now++
		cycle(h)
		if n := h.Space(0).Stats.ExpiredSubkeys; n != 2 {
			t.Errorf("%d fields counted as expired", n)
		}
		if got := h.Do("HLEN", "k"); !strings.HasPrefix(got, ":2") {
			t.Errorf("HLEN %q", got)
		}
		h.Do("HPEXPIRE", "k", "100", "FIELDS", "1", "d")
		h.Now += 300
		cycle(h)
		if s := h.Space(0); s.DB(0).Len() != 0 || s.DB(0).FieldKeys() != 0 || s.ArenaLive() != 0 {
			t.Errorf("%d keys, %d in the index, %d bytes left", s.DB(0).Len(), s.DB(0).FieldKeys(), s.ArenaLive())
		}
	}
}

// TestTheIndexFollows: a key with fields that expire is in the index under each of its names, and in no other
// way.
func TestTheIndexFollows(t *testing.T) {
	lines := []struct {
		line string
		keys int
	}{
		{"HSET k a 1 b 2", 0},
		{"HPEXPIRE k 1000 FIELDS 1 a", 1},
		{"HPEXPIRE k 1000 FIELDS 1 b", 1},
		{"HPERSIST k FIELDS 1 a", 1},
		{"HDEL k b", 0},
		{"HPEXPIRE k 1000 FIELDS 1 a", 1},
		{"HSET k a 2", 0},
		{"HSETEX k PX 1000 FIELDS 1 a 3", 1},
		{"SET k v", 0},
		{"DEL k", 0},
		{"HSETEX k PX 1000 FIELDS 1 a 3", 1},
		{"HSETEX other PX 1000 FIELDS 1 a 3", 2},
		{"DEL other", 1},
		{"HGETDEL k FIELDS 1 a", 0},
	}
	for _, limit := range []int{64, 0} {
		h := one(t)
		h.Configure(func(o *engine.Options) { o.Limits.HashMaxListpackValue = limit })
		for _, x := range lines {
			if reply := h.Do(strings.Fields(x.line)...); strings.HasPrefix(reply, "-") {
				t.Fatalf("%s answers %q", x.line, reply)
			}
			if n := h.Space(0).DB(0).FieldKeys(); n != x.keys {
				t.Errorf("limit %d: after %s the index lists %d keys, want %d", limit, x.line, n, x.keys)
			}
		}
		if live := h.Space(0).ArenaLive(); live != 0 {
			t.Errorf("%d bytes left", live)
		}
	}
}

// TestFieldsOfAReplica are hidden, not removed.
func TestFieldsOfAReplica(t *testing.T) {
	h := one(t)
	h.Do("HSET", "k", "a", "1", "b", "2")
	h.Do("HPEXPIRE", "k", "10", "FIELDS", "1", "a")
	h.Configure(func(o *engine.Options) { o.Replica = true })
	h.Now += 20
	h.Want("$-1\r\n", "HGET", "k", "a")
	h.Want("*1\r\n$1\r\nb\r\n", "HKEYS", "k")
	cycle(h)
	h.Want(":2\r\n", "HLEN", "k")
	h.Configure(func(o *engine.Options) { o.Replica = false })
	cycle(h)
	if got := h.Do("HLEN", "k"); got != ":1\r\n" && !strings.HasPrefix(got, ":") {
		t.Errorf("HLEN %q", got)
	}
}

// TestTheCycleOnALargeHash goes through a table in passes, and knows when to look again.
func TestTheCycleOnALargeHash(t *testing.T) {
	h := one(t)
	const n = 20_000
	for i := 0; i < n; i += 500 {
		words := []string{"HSETEX", "k", "PX", strconv.Itoa(1000 + i), "FIELDS", "500"}
		for j := range 500 {
			words = append(words, fmt.Sprint(i+j), "v")
		}
		h.Do(words...)
	}
	for step := range 40 {
		h.Now += 500
		for range 25 {
			cycle(h)
		}
		want := n - max(0, step*500)
		if got := h.Do("HLEN", "k"); got != fmt.Sprintf(":%d\r\n", want) && step > 1 {
			var left int
			_, _ = fmt.Sscanf(got, ":%d", &left)
			if left < want-1000 || left > want+1000 {
				t.Fatalf("after %d ms %d fields are left, want about %d", (step+1)*500, left, want)
			}
		}
	}
}

// TestChecked: the engine's own invariants after many changes of keys with fields that expire.
func TestChecked(t *testing.T) {
	h := one(t)
	for i := range 200 {
		key := fmt.Sprint("k", i%20)
		switch i % 7 {
		case 0, 1, 2:
			h.Do("HSETEX", key, "PX", "500", "FIELDS", "2", "a", "1", fmt.Sprint(i), "2")
		case 3:
			h.Do("HDEL", key, "a")
		case 4:
			h.Do("SET", key, "v")
			h.Do("DEL", key)
		case 5:
			h.Do("PEXPIREAT", key, fmt.Sprint(h.Now+40))
		default:
			h.Now += 20
			cycle(h)
		}
		if err := h.Space(0).Check(); err != nil {
			t.Fatal(err)
		}
	}
}
