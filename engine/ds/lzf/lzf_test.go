package lzf

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func inputs() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 6000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	words := make([]byte, 0, 60000)
	for len(words) < 50000 {
		words = fmt.Appendf(words, "user:%d:name ", r.IntN(500))
	}
	far := append(append([]byte("the needle"), noise...), noise[:3200]...)
	return map[string][]byte{
		"zeros":      make([]byte, 100000),
		"words":      words,
		"two bytes":  bytes.Repeat([]byte("ab"), 4000),
		"far":        append(far, "the needle"...),
		"264 times":  bytes.Repeat([]byte{7}, 265),
		"short":      []byte("aaaaaaaaaaaa"),
		"json":       []byte(strings.Repeat(`{"id":12,"name":"x","tags":[1,2,3]},`, 40)),
		"distance":   []byte("abcdefgh" + strings.Repeat("xy", 4092) + "abcdefgh"),
		"too far":    []byte("abcdefgh" + strings.Repeat("xyz", 2729) + "abcdefgh"),
		"just limit": bytes.Repeat([]byte("0123456789"), 3),
	}
}

func TestCompressAndBack(t *testing.T) {
	for name, src := range inputs() {
		out, ok := Compress([]byte("head"), src, len(src)-4)
		if !ok {
			t.Errorf("%s does not shrink", name)
			continue
		}
		back, err := Decompress([]byte("x"), out[4:], len(src))
		if err != nil || !bytes.Equal(back[1:], src) {
			t.Errorf("%s: %v, %d bytes of %d", name, err, len(back)-1, len(src))
		}
	}
}

func TestCompress(t *testing.T) {
	noise := inputs()["far"][10:5000]
	if out, ok := Compress([]byte("head"), noise, len(noise)-4); ok || string(out) != "head" {
		t.Errorf("noise shrinks: %v %d", ok, len(out))
	}
	if _, ok := Compress(nil, []byte("aaaaaaaaaaaa"), 4); ok {
		t.Error("the limit does not hold")
	}
	out, ok := Compress(nil, []byte("aaaaaaaaaaaa"), 8)
	if got := hex.EncodeToString(out); !ok || got != "0061e00200" {
		t.Errorf("the example of the package is %s, %v", got, ok)
	}
}

func TestDecompressCorrupt(t *testing.T) {
	good, _ := hex.DecodeString("0061e00200")
	cases := map[string]struct {
		block string
		size  int
	}{
		"short output":        {"0061e00200", 13},
		"long output":         {"0061e00200", 11},
		"literals cut":        {"056162", 6},
		"copy cut":            {"006120", 4},
		"long copy cut":       {"0061e0", 12},
		"long copy cut twice": {"0061e002", 12},
		"before the start":    {"00612001", 4},
		"size impossible":     {"0061e00200", 1 << 40},
		"size negative":       {"0061e00200", -1},
		"empty block":         {"", 1},
	}
	for name, c := range cases {
		block, _ := hex.DecodeString(c.block)
		if out, err := Decompress([]byte("a"), block, c.size); err != ErrCorrupt || string(out) != "a" {
			t.Errorf("%s: %q %v", name, out, err)
		}
	}
	if out, err := Decompress(nil, good, 12); err != nil || string(out) != "aaaaaaaaaaaa" {
		t.Errorf("good block: %q %v", out, err)
	}
}

// FuzzLZF takes any bytes as a block to decompress and as text to compress.
func FuzzLZF(f *testing.F) {
	for _, src := range inputs() {
		f.Add(src[:min(len(src), 1000)], 100)
	}
	f.Add([]byte{0, 'a', 0xe0, 2, 0}, 12)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		if size <= 1<<20 {
			if out, err := Decompress(nil, b, size); err == nil && len(out) != size {
				t.Fatalf("%d bytes, announced %d", len(out), size)
			}
		}
		out, ok := Compress(nil, b, len(b)+len(b)/16+16)
		if !ok {
			if len(b) >= minMatch {
				t.Fatal("gave up below its limit")
			}
			return
		}
		back, err := Decompress(nil, out, len(b))
		if err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%q comes back as %q, %v", b, back, err)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	for _, name := range []string{"json", "words", "short"} {
		src := inputs()[name]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			var dst []byte
			for b.Loop() {
				dst, _ = Compress(dst[:0], src, len(src)-4)
			}
			b.ReportMetric(float64(len(dst))/float64(len(src)), "ratio")
		})
	}
}

func BenchmarkDecompress(b *testing.B) {
	src := inputs()["words"]
	block, _ := Compress(nil, src, len(src))
	b.SetBytes(int64(len(src)))
	var dst []byte
	for b.Loop() {
		dst, _ = Decompress(dst[:0], block, len(src))
	}
}
