package rdb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestWriter writes a file and reads it.
func TestWriter(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, 0, true)
	w.Aux("redis-ver", "7.0.15")
	w.AuxInt("ctime", 1234567890)
	w.Function([]byte("#!lua name=x"))
	w.Sizes(0, 2, 1)
	w.Sizes(3, 1, 0)
	head, at := AppendEntryHead(nil, []byte("k"), 1000, -1, -1)
	if head[at] != 0 || fmt.Sprintf("%x", head) != "fce803000000000000"+"00"+"016b" {
		t.Fatalf("head %x, type at %d", head, at)
	}
	first := AppendString(head, []byte("value"))
	second, _ := AppendEntryHead(nil, []byte("idle"), 0, 70, -1)
	second = AppendString(second, []byte("1"))
	third, _ := AppendEntryHead(nil, []byte("freq"), 0, -1, 9)
	third = AppendString(third, bytes.Repeat([]byte("long"), writeSize))
	for _, x := range []struct {
		db int
		b  []byte
	}{{0, first}, {0, second}, {3, third}, {0, first}} {
		if err := w.Entries(x.db, TypeString, x.b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if b := w.Patch(); b != nil {
		t.Fatalf("patch %q", b)
	}
	items, err := readAll(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || w.Size() != int64(b.Len())-sumSize {
		t.Fatalf("%v, size %d of %d", err, w.Size(), b.Len())
	}
	got := ""
	for _, x := range items {
		switch x.Kind {
		case KeyItem:
			got += fmt.Sprintf("key %d %s at %d idle %d freq %d; ", x.DB, x.Key, x.ExpireAt, x.Idle, x.Freq)
		case AuxItem:
			got += fmt.Sprintf("aux %s=%s; ", x.Name, x.Text)
		case FunctionItem:
			got += fmt.Sprintf("function %s; ", x.Text)
		case DBItem:
			got += fmt.Sprintf("db %d; ", x.DB)
		case SizesItem:
			got += fmt.Sprintf("sizes %d %d; ", x.Keys, x.Expires)
		}
	}
	const want = "aux redis-ver=7.0.15; aux ctime=1234567890; function #!lua name=x; db 0; sizes 2 1; " +
		"key 0 k at 1000 idle -1 freq -1; key 0 idle at 0 idle 70 freq -1; db 3; sizes 1 0; " +
		"key 3 freq at 0 idle -1 freq 9; db 0; key 0 k at 1000 idle -1 freq -1; "
	if got != want {
		t.Errorf("read\n%s, want\n%s", got, want)
	}
}

// TestPatch writes data that needs a later version than the head promised.
func TestPatch(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.rdb")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := NewWriter(f, Version, true)
	for kind, body := range rareValues() {
		if kind == TypeHashTemplateID || kind == TypeHashTemplatePackID {
			continue
		}
		e, at := AppendEntryHead(nil, fmt.Append(nil, "key", kind), 0, -1, -1)
		e[at] = kind
		if err := w.Entries(0, kind, append(e, body...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(w.Patch(), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(b[:headerSize]) != "REDIS0015" {
		t.Errorf("head %q", b[:headerSize])
	}
	if items, err := readAll(bytes.NewReader(b), -1); err != nil || len(items) != len(rareValues())-2+1 {
		t.Errorf("%d items, %v", len(items), err)
	}
}

func TestPatched(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		diff := make([]byte, rnd.IntN(n+1))
		c := bytes.Clone(b)
		for i := range diff {
			diff[i] = byte(rnd.Uint32())
			c[i] ^= diff[i]
		}
		if got, want := patched(CRC64(0, b), diff, int64(n)), CRC64(0, c); got != want {
			t.Fatalf("%d bytes, %d changed: %x, want %x", n, len(diff), got, want)
		}
	}
}

func TestCompressionOff(t *testing.T) {
	s := bytes.Repeat([]byte("a"), 100)
	SetCompression(false)
	defer SetCompression(true)
	if b := AppendString(nil, s); !bytes.Equal(b, AppendRaw(nil, s)) {
		t.Errorf("%x", b)
	}
}
