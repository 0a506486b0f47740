package zset

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hashlane/persist/rdb"
)

// FuzzModel reads bytes as limits and operations, and compares what they make with a model in Go.
//
//	byte 0, 1   members and bytes up to which it is small
//	then        operation, member, score: three bytes each
func FuzzModel(f *testing.F) {
	f.Add([]byte("\x04\x08" + "0a10b20c30d40e51a62b"))
	f.Add([]byte("\x00\x00" + "0a10a25b32a1"))
	f.Add([]byte("\x80\x40" + "0z90y80x73a14b2"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 2 {
			return
		}
		c, s := newSpace(t)
		c.Opt().Limits.ZSetMaxListpackEntries = int(in[0] % 64)
		c.Opt().Limits.ZSetMaxListpackValue = int(in[1] % 64)
		r := rand.New(rand.NewPCG(1, uint64(len(in))))
		m := model{score: map[string]float64{}}
		x, _ := open(c, []byte("k"))
		for in = in[2:]; len(in) >= 3; in = in[3:] {
			member := fmt.Sprintf("%d", in[1])
			if in[1]%3 == 0 {
				member = fmt.Sprintf("member of %d bytes and more%*d", in[1], in[1]%40, in[1])
			}
			score := float64(int8(in[2])) / 4
			switch p, ok := x.find([]byte(member)); in[0] % 8 {
			case 5:
				if ok {
					x.remove(p, []byte(member))
					x.dropEmpty()
				}
				m.remove(member)
			case 6:
				if n := len(m.list); n > 0 {
					at := int(in[1]) % n
					k := min(int(in[2])%5, n-at)
					x.take(at, k)
					for range k {
						m.remove(m.list[at].member)
					}
				}
			default:
				if !ok {
					x.add([]byte(member), score)
				} else if p.score != score {
					x.update(p, []byte(member), score)
				}
				m.set(member, score)
			}
			m.same(t, &x, r)
		}
		if x.have {
			body, kind := Type{}.Save(nil, x.Rec)
			if n, err := (Type{}).Load(c, []byte("copy"), 0, kind, body); err != nil || n != len(body) {
				t.Fatalf("what was saved cannot be loaded: %d of %d bytes, %v", n, len(body), err)
			}
			y, _ := open(c, []byte("copy"))
			m.same(t, &y, r)
			c.Delete([]byte("k"), false)
			c.Delete([]byte("copy"), false)
		}
		for s.FreeSome(1e9, func() int64 { return 0 }) {
		}
		if live := s.ArenaLive(); live != 0 {
			t.Errorf("%d bytes live, and nothing is there", live)
		}
	})
}

// FuzzLoad: no bytes make Load panic or leave anything behind.
func FuzzLoad(f *testing.F) {
	f.Add(byte(rdb.TypeZSet), []byte("\x02\x01a\x031.5\x01b\xfe"))
	f.Add(byte(rdb.TypeZSet2), []byte("\x01\x01a\x00\x00\x00\x00\x00\x00\xf0\x3f"))
	f.Add(byte(rdb.TypeZSetListpack), []byte("\x0b\x0b\x00\x00\x00\x02\x00\x81a\x02\x01\x01\xff"))
	f.Add(byte(rdb.TypeZSetZiplist), []byte("\x10\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01a\x03\xf3\xff"))
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		if !(Type{}).Loads(kind) {
			return
		}
		c, s := newSpace(t)
		if _, err := (Type{}).Load(c, []byte("k"), 0, kind, body); err == nil {
			x, _ := open(c, []byte("k"))
			if x.len() == 0 {
				t.Fatal("an empty sorted set was made")
			}
			Type{}.Save(nil, x.Rec)
			c.Delete([]byte("k"), false)
		}
		for s.FreeSome(1e9, func() int64 { return 0 }) {
		}
		if live := s.ArenaLive(); live != 0 {
			t.Errorf("%d bytes live after %v", live, body)
		}
	})
}

// TestLoadOldForms: the forms that older versions of Redis wrote.
func TestLoadOldForms(t *testing.T) {
	for _, x := range []struct {
		kind byte
		body string
		want []entry
	}{
		{rdb.TypeZSet, "\x03\x01a\x031.5\x01b\xfe\x01c\xff", []entry{{1.5, "a"}, {0, "b"}, {0, "c"}}},
		{rdb.TypeZSetListpack, "\x0c\x0c\x00\x00\x00\x02\x00\x81a\x02\x01\x01\xff", []entry{{1, "a"}}},
		{rdb.TypeZSetZiplist, "\x10\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01a\x03\xf3\xff", []entry{{2, "a"}}},
	} {
		c, _ := newSpace(t)
		if n, err := (Type{}).Load(c, []byte("k"), 0, x.kind, []byte(x.body)); err != nil || n != len(x.body) {
			t.Errorf("form %d: %d of %d bytes, %v", x.kind, n, len(x.body), err)
			continue
		}
		z, _ := open(c, []byte("k"))
		if z.len() != len(x.want) {
			t.Errorf("form %d: %d members", x.kind, z.len())
		}
		for _, e := range x.want {
			if p, ok := z.find([]byte(e.member)); !ok || p.score != e.score && e.score != 0 {
				t.Errorf("form %d: %q has %v, %v", x.kind, e.member, p.score, ok)
			}
		}
	}
	for _, bad := range []struct {
		kind byte
		body string
	}{
		{rdb.TypeZSet, "\x00"},
		{rdb.TypeZSet, "\x01\x01a\xfd"},
		{rdb.TypeZSet2, "\x02\x01a\x00\x00\x00\x00\x00\x00\xf0\x3f\x01a\x00\x00\x00\x00\x00\x00\xf0\x40"},
		{rdb.TypeZSet2, "\x81\xff\xff\xff\xff\xff\xff\xff\xff"},
		{rdb.TypeZSet, "\x01\x01a\x02x1"},
	} {
		c, _ := newSpace(t)
		if _, err := (Type{}).Load(c, []byte("k"), 0, bad.kind, []byte(bad.body)); err == nil {
			t.Errorf("%x of form %d was taken for a value", bad.body, bad.kind)
		}
	}
}
