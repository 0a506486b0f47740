package listpack

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestBytes(t *testing.T) {
	lp := Append(Append(New(), []byte("hi")), []byte("1000"))
	if got := hex.EncodeToString(lp); got != "0e0000000200"+"82686903"+"c3e802"+"ff" {
		t.Errorf("the pack of the package comment is %s", got)
	}
	for elem, want := range map[string]string{
		"0": "0001", "127": "7f01", "-1": "dfff02", "4095": "cfff02", "-4096": "d00002",
		"128": "c08002", "4096": "f1001003", "-32768": "f1008003", "32768": "f200800004", "-8388608": "f200008004",
		"8388608": "f30000800005", "-2147483648": "f30000008005", "2147483648": "f4000000800000000009",
		"-9223372036854775808": "f4000000000000008009", "9223372036854775807": "f4ffffffffffffff7f09",
		"": "8001", "-": "812d02", "-0": "822d3003", "01": "82303103", "+1": "822b3103",
	} {
		got := New()
		got = Append(got, []byte(elem))
		if s := hex.EncodeToString(got[HeaderSize : len(got)-1]); s != want {
			t.Errorf("entry of %q is %s, want %s", elem, s, want)
		}
		if SizeOf([]byte(elem)) != len(want)/2 {
			t.Errorf("SizeOf(%q) = %d, want %d", elem, SizeOf([]byte(elem)), len(want)/2)
		}
	}
}

// sample are elements of every head and every length of backlen up to the fourth.
func sample() [][]byte {
	var out [][]byte
	for _, n := range []int{0, 1, 63, 64, 125, 126, 127, 4095, 4096, 16377, 16378, 16379, 1 << 21} {
		out = append(out, bytes.Repeat([]byte{'x'}, n))
	}
	for shift := range 64 {
		for d := int64(-1); d <= 1; d++ {
			v := int64(uint64(1)<<shift) + d
			out = append(out, strconv.AppendInt(nil, v, 10), strconv.AppendInt(nil, -v, 10))
		}
	}
	return append(out, []byte("9223372036854775808"), []byte("-9223372036854775809"), []byte("99999999999999999999"))
}

func TestElementsOfAllSizes(t *testing.T) {
	want := sample()
	lp := New()
	for _, e := range want {
		lp = Append(lp, e)
	}
	agree(t, lp, want)
	back := New()
	for _, e := range slices.Backward(want) {
		back = Insert(back, First(back), e)
	}
	if !bytes.Equal(lp, back) {
		t.Error("pushing at the head does not make the same bytes")
	}
	for i, e := range want {
		pos := Find(lp, First(lp), e, 0)
		if pos < 0 || !Get(lp, pos).Equal(e) {
			t.Fatalf("element %d is not found", i)
		}
	}
	if Find(lp, First(lp), []byte("absent"), 0) != -1 || Find(lp, -1, []byte("x"), 0) != -1 {
		t.Error("what is not there is found")
	}
}

// agree fails unless lp is valid and holds want, whichever way it is read.
func agree(t *testing.T, lp []byte, want [][]byte) {
	t.Helper()
	if err := Validate(lp); err != nil {
		t.Fatalf("%v: %x", err, lp)
	}
	if Len(lp) != len(want) || Size(lp) != len(lp) {
		t.Fatalf("%d entries in %d bytes, want %d in %d", Len(lp), Size(lp), len(want), len(lp))
	}
	i := 0
	for p := First(lp); p >= 0; p = Next(lp, p) {
		v := Get(lp, p)
		if string(v.Append(nil)) != string(want[i]) || v.Len() != len(want[i]) || !v.Equal(want[i]) {
			t.Fatalf("element %d is %.40q, want %.40q", i, v.Append(nil), want[i])
		}
		i++
	}
	for p := Last(lp); p >= 0; p = Prev(lp, p) {
		i--
		if !Get(lp, p).Equal(want[i]) || EntrySize(lp, p) != SizeOf(want[i]) {
			t.Fatalf("backwards, element %d is %.40q, want %.40q", i, Get(lp, p).Append(nil), want[i])
		}
	}
	n := len(want)
	for _, at := range []int{0, 1, n / 2, n - 1, n, -1, -n / 2, -n, -n - 1} {
		k := at
		if k < 0 {
			k += n
		}
		pos := Seek(lp, at)
		if (pos >= 0) != (k >= 0 && k < n) || pos >= 0 && !Get(lp, pos).Equal(want[k]) {
			t.Fatalf("Seek(%d) of %d is wrong", at, n)
		}
	}
}

func TestCountBeyondTheHeader(t *testing.T) {
	lp := New()
	for range unknown + 5 {
		lp = Append(lp, []byte("7"))
	}
	if Len(lp) != unknown+5 || Validate(lp) != nil {
		t.Fatalf("%d entries", Len(lp))
	}
	if Seek(lp, unknown+4) < 0 || Seek(lp, unknown+5) >= 0 || Seek(lp, -unknown-5) != HeaderSize || Seek(lp, -unknown-6) >= 0 {
		t.Error("Seek without a count is wrong")
	}
	lp = Delete(lp, Seek(lp, 3), unknown+5)
	if Len(lp) != 3 || len(lp) != EmptySize+6 {
		t.Errorf("%d entries in %d bytes are left", Len(lp), len(lp))
	}
}

func TestFindSkips(t *testing.T) {
	lp := New()
	for _, e := range strings.Fields("a b b a 3 c") {
		lp = Append(lp, []byte(e))
	}
	if got := Find(lp, First(lp), []byte("b"), 1); got != Seek(lp, 2) {
		t.Errorf("field b is at %d, want the third entry", got)
	}
	if got := Find(lp, First(lp), []byte("c"), 1); got != -1 {
		t.Errorf("value c is found as a field at %d", got)
	}
}

// TestShortBacklen reads the form of a backlen at its limit that newer servers write.
func TestShortBacklen(t *testing.T) {
	body := 1<<14 - 1
	lp := Append(Append(New(), bytes.Repeat([]byte{'x'}, body-5)), []byte("next"))
	at := HeaderSize + body
	if !bytes.Equal(lp[at:at+3], []byte{0, 0xff, 0xff}) {
		t.Fatalf("backlen is %x", lp[at:at+3])
	}
	lp[at+1] = 0x7f
	lp = slices.Delete(lp, at, at+1)
	setHeader(lp, len(lp), 0)
	if err := Validate(lp); err != nil {
		t.Fatal(err)
	}
	if p := Next(lp, First(lp)); p < 0 || !Get(lp, p).Equal([]byte("next")) || Prev(lp, p) != HeaderSize {
		t.Error("a short backlen is not passed over")
	}
}

func TestValidateRefuses(t *testing.T) {
	good := Append(Append(Append(New(), []byte("abc")), []byte("12345")), bytes.Repeat([]byte{'y'}, 200))
	for i := range good {
		if Validate(good[:i]) == nil {
			t.Fatalf("the first %d bytes pass", i)
		}
	}
	for name, change := range map[string]func(b []byte){
		"count":    func(b []byte) { b[4]++ },
		"total":    func(b []byte) { b[0]++ },
		"end":      func(b []byte) { b[len(b)-1] = 0 },
		"head":     func(b []byte) { b[HeaderSize] = 0xf5 },
		"length":   func(b []byte) { b[HeaderSize]++ },
		"backlen":  func(b []byte) { b[HeaderSize+4]++ },
		"high bit": func(b []byte) { b[len(b)-2] &= 0x7f },
	} {
		bad := slices.Clone(good)
		change(bad)
		if Validate(bad) == nil {
			t.Errorf("a wrong %s passes", name)
		}
	}
}

func TestValueLen(t *testing.T) {
	for _, v := range []int64{0, 9, 10, 99, 100, -1, -9, -10, math.MaxInt64, math.MinInt64} {
		if got := (Value{Int: v, IsInt: true}).Len(); got != len(fmt.Sprint(v)) {
			t.Errorf("Len of %d is %d", v, got)
		}
	}
}

// FuzzModel turns bytes into edits of a listpack and of a slice of strings.
func FuzzModel(f *testing.F) {
	f.Add([]byte("\x00\x05\x01\x46\x02\x81\x00\x03\x04\x01\x02\xff\x03\x01\x04"))
	f.Add([]byte("\x00\xf1\x00\xf2\x01\xf3\x02\x00\x03\x00\x00\xc7"))
	pool := sample()
	pool = pool[:len(pool):len(pool)]
	f.Fuzz(func(t *testing.T, ops []byte) {
		lp, model := New(), [][]byte(nil)
		for len(ops) >= 3 && len(model) < 300 && len(lp) < 1<<18 {
			op, at, e := ops[0], int(ops[1]), pool[int(ops[2])%len(pool)]
			if len(e) > 1<<15 {
				e = e[:130]
			}
			ops = ops[3:]
			switch i := at % (len(model) + 1); {
			case op%4 <= 1:
				lp = Insert(lp, Seek(lp, i), e)
				model = slices.Insert(model, i, e)
			case i == len(model):
			case op%4 == 2:
				lp = Replace(lp, Seek(lp, i), e)
				model[i] = e
			default:
				n := min(int(op>>2)%5, len(model)-i)
				lp = Delete(lp, Seek(lp, i), n)
				model = slices.Delete(model, i, i+n)
			}
			agree(t, lp, model)
		}
	})
}

// FuzzValidate walks through whatever passes.
func FuzzValidate(f *testing.F) {
	f.Add(Append(Append(New(), []byte("abc")), []byte("-70000")))
	f.Add(Append(New(), bytes.Repeat([]byte{'z'}, 300)))
	f.Fuzz(func(t *testing.T, lp []byte) {
		if Validate(lp) != nil {
			return
		}
		n := 0
		for p := First(lp); p >= 0; p = Next(lp, p) {
			Get(lp, p).Append(nil)
			n++
		}
		for p := Last(lp); p >= 0; p = Prev(lp, p) {
			n--
		}
		if n != 0 {
			t.Fatalf("forwards and backwards differ by %d", n)
		}
		Find(lp, First(lp), []byte("absent"), 1)
	})
}

func BenchmarkAppend(b *testing.B) {
	lp := make([]byte, EmptySize, 8192)
	Init(lp)
	elem := []byte("element:0001")
	for b.Loop() {
		if len(lp) > 8000 {
			lp = Init(lp)
		}
		lp = Append(lp, elem)
	}
}

func BenchmarkWalk(b *testing.B) {
	lp := New()
	for i := range 128 {
		lp = Append(lp, []byte("element:"+strconv.Itoa(i)))
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for p := First(lp); p >= 0; p = Next(lp, p) {
			n += len(Get(lp, p).Str)
		}
	}
}

func TestPack(t *testing.T) {
	all := sample()
	lp := New()
	for _, e := range all {
		lp = Append(lp, e)
	}
	cut := Seek(lp, 5)
	dst := make([]byte, len(lp))
	Pack(dst, len(all), lp[HeaderSize:cut], Entries(lp)[cut-HeaderSize:])
	if !bytes.Equal(dst, lp) {
		t.Error("two halves are not the whole")
	}
}

func TestEditsAtTheFront(t *testing.T) {
	want := sample()[:20]
	lp := New()
	for _, e := range want {
		lp = Append(lp, e)
	}
	front := []byte("in front")
	buf := append(make([]byte, SizeOf(front)), lp...)
	PrependAt(buf, SizeOf(front), front)
	agree(t, buf, append([][]byte{front}, want...))
	agree(t, buf[CutFront(buf, 4):], want[3:])
}
