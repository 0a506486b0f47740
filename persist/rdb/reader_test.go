package rdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"hashlane/engine/ds/listpack"
)

func sampleFile(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/redis70.rdb")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readAll answers all items of a file and the error that ended it, nil at its good end.
func readAll(src io.Reader, size int64) (items []Item, err error) {
	r, err := NewReader(src, size)
	if err != nil {
		return nil, err
	}
	for {
		var x Item
		if err := r.Next(&x); err != nil {
			if err == io.EOF {
				err = nil
			}
			return items, err
		}
		items = append(items, x)
	}
}

// TestReadRedis reads a file of Redis 7.0.15 with all its types.
func TestReadRedis(t *testing.T) {
	b := sampleFile(t)
	items, err := readAll(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Item{}
	aux := map[string]string{}
	for _, x := range items {
		switch x.Kind {
		case KeyItem:
			got[string(x.Key)] = x
		case AuxItem:
			aux[string(x.Name)] = string(x.Text)
		case FunctionItem:
			aux["function"] = string(x.Text)
		}
	}
	if aux["redis-ver"] != "7.0.15" || aux["redis-bits"] != "64" || !strings.Contains(aux["function"], "register_function") {
		t.Errorf("aux: %q", aux)
	}
	for key, kind := range map[string]byte{
		"int8": 0, "text": 0, "zipped": 0, "12345": 0, strings.Repeat("x", 200): 0, "list": 18, "longlist": 18, "plain": 18, "intset": 11,
		"intset64": 11, "set": 2, "zset": 17, "bigzset": 5, "infzset": 5, "hash": 16, "bighash": 16, "longhash": 4, "stream": 19, "other": 0,
	} {
		if x, ok := got[key]; !ok || x.Entry.Kind != kind || b[x.Pos] != kind {
			t.Errorf("%q: %v, type %d, want %d", key, ok, x.Entry.Kind, kind)
		}
	}
	if x := got["other"]; x.DB != 5 {
		t.Errorf("db %d", x.DB)
	}
	if x := got["exp"]; x.ExpireAt < 1e12 || x.Idle < 0 {
		t.Errorf("expires at %d, idle %d", x.ExpireAt, x.Idle)
	}
	if s, n, err := ReadString(got["zipped"].Value); err != nil || string(s) != strings.Repeat("ab", 200) || n != len(got["zipped"].Value) {
		t.Errorf("%q %v", s, err)
	}
	// Byte by byte and without the size it is the same.
	again, err := readAll(iotest.OneByteReader(bytes.NewReader(b)), -1)
	if err != nil || len(again) != len(items) {
		t.Fatalf("%d items, %v", len(again), err)
	}
	for i := range items {
		if fmt.Sprint(items[i]) != fmt.Sprint(again[i]) {
			t.Errorf("item %d: %v, byte by byte %v", i, items[i], again[i])
		}
	}
}

// TestReadCut: whatever the place where a file is cut, it ends with an Error at that place or just before.
func TestReadCut(t *testing.T) {
	b := sampleFile(t)
	for cut := range b {
		for _, size := range []int64{int64(cut), -1} {
			_, err := readAll(bytes.NewReader(b[:cut]), size)
			var e *Error
			if !errors.As(err, &e) || !e.Short || e.Pos > int64(cut) || e.Pos < int64(cut)-5200 {
				t.Fatalf("cut at %d: %v", cut, err)
			}
		}
	}
}

// TestReadChanged: no change of a byte goes unseen, and none ends in a panic.
func TestReadChanged(t *testing.T) {
	b := sampleFile(t)
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1 << (i % 8)
		r, err := NewReader(bytes.NewReader(bad), int64(len(bad)))
		for err == nil {
			var x Item
			err = r.Next(&x)
		}
		// The last eight bytes as zeros would mean no checksum; no single change makes them so.
		var e *Error
		if err == io.EOF || !errors.As(err, &e) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
}

func TestReadReasons(t *testing.T) {
	head := "REDIS0010"
	for file, want := range map[string]string{
		"XEDIS0010":                    "Wrong signature trying to load DB from file",
		"REDIS0099":                    "Can't handle RDB format version 99",
		"REDIS00x1":                    "Can't handle RDB format version 0",
		"REDIS":                        "Unexpected EOF reading RDB file",
		head + "\x77\x01a\x01b":        "Invalid object type: 119",
		head + "\x00\x01a\xc7":         "Unknown RDB string encoding type 7",
		head + "\x06\x01a\x01b":        "Unknown RDB encoding type 6",
		head + "\x01\x01a\xc0":         "Invalid length encoding 0xc0",
		head + "\x07\x01a\x01\x09":     "Unknown opcode 9 in a value of a module",
		head + "\xf6\x01a":             "Pre-release function format not supported.",
		head + "\x20\x01a\x05":         "Unknown template 5 of compact hashes",
		head + "\x00\xc3\x02\x40\xff1": "Unexpected EOF reading RDB file",
	} {
		_, err := readAll(strings.NewReader(file), int64(len(file)))
		var e *Error
		if !errors.As(err, &e) || e.Reason != want {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
	file := head + "\x00\x01a\x01b\xff\x01\x02\x03\x04\x05\x06\x07\x08"
	_, err := readAll(strings.NewReader(file), -1)
	var e *Error
	if !errors.As(err, &e) || e.Reason != reasonCRC || e.Step != StepCheckSum || e.Pos != int64(len(file)) || e.Want != 0x0807060504030201 {
		t.Errorf("%+v", err)
	}
	r, err := NewReader(strings.NewReader(file), -1)
	if err != nil {
		t.Fatal(err)
	}
	r.CheckSum = false
	var x Item
	if err := r.Next(&x); err != nil || string(x.Key) != "a" {
		t.Errorf("%v %q", err, x.Key)
	}
	if err := r.Next(&x); err != io.EOF {
		t.Errorf("without checksum: %v", err)
	}
}

// TestReadLie: a length far beyond the file costs no memory.
func TestReadLie(t *testing.T) {
	file := "REDIS0010\x00\x01a\x81\x00\x00\x00\x7f\xff\xff\xff\xffxyz"
	n := testing.AllocsPerRun(1, func() {
		for _, size := range []int64{-1, int64(len(file))} {
			if _, err := readAll(strings.NewReader(file), size); err == nil {
				t.Error("no error")
			}
		}
	})
	if n > 40 {
		t.Errorf("%v allocations", n)
	}
}

// rareValues are bodies of types that Redis 7.0 does not write.
func rareValues() map[byte][]byte {
	s := func(parts ...any) (b []byte) {
		for _, p := range parts {
			switch p := p.(type) {
			case int:
				b = AppendLen(b, uint64(p))
			case string:
				b = AppendString(b, []byte(p))
			case []byte:
				b = append(b, p...)
			}
		}
		return b
	}
	lp := listpack.New()
	for _, x := range []string{"7", "one", "two"} {
		lp = listpack.Append(lp, []byte(x))
	}
	names := listpack.Append(listpack.Append(listpack.New(), []byte("f")), []byte("g"))
	score := binary.LittleEndian.AppendUint64(nil, math.Float64bits(1.5))
	id := make([]byte, 16)
	stream := s(1, string(id), string(lp), 1, 2, 3)
	stream2 := s(stream, 1, 2, 3, 4, 5)
	group := s("g", 1, 2, 3, 1, id, make([]byte, 8), 1, 1, "alice", make([]byte, 16), 1, id)
	return map[byte][]byte{
		TypeList: s(2, "a", "12"), TypeZSet: s(2, "a", []byte{3, '1', '.', '5'}, "b", []byte{254}), TypeModule2: s(12345, 1, 7, 2, 8, 3, []byte("flot"), 4, score, 5, "text", 0),
		TypeHashZipmap: s("xx"), TypeListZiplist: s("xx"), TypeZSetZiplist: s("xx"), TypeHashZiplist: s("xx"), TypeListQuicklist: s(2, "xx", "yy"),
		TypeStreamListpacks:    s(stream, 1, "g", 1, 2, 1, id, make([]byte, 8), 1, 1, "alice", make([]byte, 8), 1, id),
		TypeStreamListpacks3:   s(stream2, 1, group),
		TypeStreamListpacks4:   s(stream2, 1, group, 100, 100, 1, "p", 1, "i", 1, 2, 3, 4),
		TypeStreamListpacks5:   s(stream2, 1, group, 1, id, 100, 100, 0, 3, 4),
		TypeSetListpack:        s("xx"),
		TypeHashMetadataPreGA:  s(1, 99, "f", "v"),
		TypeHashListpackExPre:  s("xx"),
		TypeHashMetadata:       s(make([]byte, 8), 2, 0, "f", "v", 5, "g", "w"),
		TypeHashListpackEx:     s(make([]byte, 8), "xx"),
		TypeArray:              s(2, 1, 9, 0, 3, "abc", 7, 1, make([]byte, 8)),
		TypeHashTemplatePack:   s(0, string(names), string(lp)),
		TypeHashTemplatePackID: s(string(lp)),
		TypeHashTemplate:       s(1, 2, "f", "g", "v", "w"),
		TypeHashTemplateID:     s(7, "one", "two"),
	}
}

// TestReadRareValues puts each value between two others: the reader finds its end.
func TestReadRareValues(t *testing.T) {
	for kind, body := range rareValues() {
		b := []byte("REDIS0015")
		b = AppendString(AppendString(AppendLen(AppendLen(append(b, OpHashTemplate), 7), 2), []byte("f")), []byte("g"))
		b = append(append(b, 0), "\x01a\x01b"...)
		b = append(AppendString(append(b, kind), []byte("key")), body...)
		b = append(append(b, 0), "\x01c\x01d\xff\x00\x00\x00\x00\x00\x00\x00\x00"...)
		items, err := readAll(bytes.NewReader(b), int64(len(b)))
		if err != nil || len(items) != 3 || string(items[2].Key) != "c" {
			t.Errorf("type %d: %d items, %v", kind, len(items), err)
			continue
		}
		x := items[1]
		switch kind {
		case TypeHashTemplateID, TypeHashTemplatePackID:
			if x.Entry.Kind != TypeHash || string(x.Value) != "\x02\x01f\x03one\x01g\x03two" {
				t.Errorf("compact hash: %d %q", x.Entry.Kind, x.Value)
			}
		default:
			if x.Entry.Kind != kind || !bytes.Equal(x.Value, body) {
				t.Errorf("type %d: %d %x, want %x", kind, x.Entry.Kind, x.Value, body)
			}
		}
		for cut := range b {
			var e *Error
			if _, err := readAll(bytes.NewReader(b[:cut]), -1); !errors.As(err, &e) {
				t.Fatalf("type %d cut at %d: %v", kind, cut, err)
			}
		}
	}
}

func TestReadOpcodes(t *testing.T) {
	b := []byte("REDIS0015")
	b = append(b, OpModuleAux, 9, 2, 1, 5, 1, 'x', 0)
	b = append(b, OpSlotInfo, 1, 2, 3, OpSelectDB, 3, OpResizeDB, 5, 1)
	b = append(b, OpExpireSec, 10, 0, 0, 0, OpFreq, 200, OpKeyMeta, 1, 'c', 'l', 'a', 's', 2, 7, 0, 0, 1, 'k', 1, 'v')
	b = append(b, OpEOF, 0, 0, 0, 0, 0, 0, 0, 0, 'r', 'e', 's', 't')
	r, err := NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []Kind
	var last Item
	for {
		var x Item
		if err := r.Next(&x); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, x.Kind)
		last = x
	}
	if fmt.Sprint(kinds) != fmt.Sprint([]Kind{ModuleItem, SlotItem, DBItem, SizesItem, KeyItem}) {
		t.Errorf("%v", kinds)
	}
	if last.DB != 3 || last.ExpireAt != 10000 || last.Freq != 200 || last.Idle != -1 || string(last.Value) != "\x01v" {
		t.Errorf("%+v", last)
	}
	if rest, err := io.ReadAll(r.Rest()); string(rest) != "rest" || err != nil {
		t.Errorf("%q %v", rest, err)
	}
}

// TestReadLargeValue has a value of several blocks.
func TestReadLargeValue(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 5*blockSize/16)
	b := append(AppendRaw(append([]byte("REDIS0010"), 0, 1, 'a'), big), 0, 1, 'b', 1, 'c', OpEOF)
	b = binary.LittleEndian.AppendUint64(b, CRC64(0, b))
	for _, size := range []int64{-1, int64(len(b))} {
		items, err := readAll(iotest.HalfReader(bytes.NewReader(b)), size)
		if err != nil || len(items) != 2 || !bytes.HasSuffix(items[0].Value, big) || string(items[1].Value) != "\x01c" {
			t.Errorf("size %d: %d items, %v", size, len(items), err)
		}
	}
}

// FuzzReader reads any bytes as a file. What it accepts it can cut into entries whose bytes lie in the file.
func FuzzReader(f *testing.F) {
	f.Add(sampleFile(f))
	for kind, body := range rareValues() {
		f.Add(append(append([]byte("REDIS0015\xf2\x07\x02\x01f\x01g"), kind, 1, 'k'), body...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		r, err := NewReader(bytes.NewReader(b), -1)
		if err != nil {
			return
		}
		r.CheckSum = false
		for {
			var x Item
			if err := r.Next(&x); err != nil {
				var e *Error
				if err != io.EOF && !errors.As(err, &e) {
					t.Fatalf("%v", err)
				}
				return
			}
			if n++; n > len(b) {
				t.Fatal("more items than bytes")
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	var file bytes.Buffer
	w := NewWriter(&file, Version, true)
	value := bytes.Repeat([]byte("v0"), 10)
	var entries []byte
	for i := range 100_000 {
		entries, _ = AppendEntryHead(entries, fmt.Appendf(nil, "key:%012d", i), 0, -1, -1)
		entries = AppendRaw(entries, value)
	}
	if err := w.Entries(0, TypeString, entries); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			b.Fatal(err)
		}
		var x Item
		for err == nil {
			err = r.Next(&x)
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
}

func BenchmarkCRC64(b *testing.B) {
	buf := make([]byte, writeSize)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		CRC64(0, buf)
	}
}
