package bitmap

import (
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/str"
)

func TestTranscripts(t *testing.T) {
	enginetest.Transcripts(t, "testdata", func(t testing.TB) *enginetest.Harness { return newHarness(t).Multi(2, 5) })
}

func TestTranscriptsAsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }

func TestOffsetsEndAtTheLimit(t *testing.T) {
	h := newHarness(t)
	h.Configure(func(o *engine.Options) { o.ProtoMaxBulkLen = 1 << 20 })
	const refused = "-ERR bit offset is not an integer or out of range\r\n"
	h.Want(":0\r\n", "SETBIT", "a", "8388607", "1")
	h.Want(":1\r\n", "GETBIT", "a", "8388607")
	h.Want(":1\r\n", "BITCOUNT", "a")
	h.Want(":8388607\r\n", "BITPOS", "a", "1")
	h.Want(refused, "SETBIT", "a", "8388608", "1")
	h.Want(refused, "GETBIT", "a", "8388608")
	h.Want("*1\r\n:0\r\n", "BITFIELD", "b", "SET", "u63", "8388607", "1")
	h.Want(":1048584\r\n", "STRLEN", "b")
	h.Want(refused, "BITFIELD", "b", "SET", "u8", "#1048576", "1")
	h.Want(refused, "BITFIELD", "b", "GET", "i64", "#9223372036854775807")
	h.Want(refused, "BITFIELD", "b", "GET", "i64", "#288230376151711744") // 2^58, which times 64 is 2^64
}

// TestBITOP_over_shards runs every operation with sources of one and of several owners; Do compares the
// worlds and CheckReplay the effects.
func TestBITOP_over_shards(t *testing.T) {
	h := newHarness(t).Multi(2, 3, 8)
	keys := strings.Fields("a b c d e f g nokey")
	for i, k := range keys[:7] {
		h.Do("SET", k, strings.Repeat(string(rune('a'+i)), 1+i*7%19))
	}
	h.Do("SET", "f", "123456")
	for name, op := range operations {
		for n := 1; n <= len(keys); n++ {
			if op == opNot && n > 1 {
				break
			}
			for from := range keys {
				words := []string{"BITOP", name, "dest"}
				for i := range n {
					words = append(words, keys[(from+i*3)%len(keys)])
				}
				reply := h.Do(words...)
				if op.splits() && n < 2 {
					if want := "-ERR BITOP " + strings.ToUpper(name) + " must be called with at least two source keys.\r\n"; reply != want {
						t.Errorf("%q answers %q", words, reply)
					}
					continue
				}
				var sources [][]byte
				for _, k := range words[3:] {
					_, text, _ := strings.Cut(h.Do("GETRANGE", k, "0", "-1"), "\r\n")
					sources = append(sources, []byte(strings.TrimSuffix(text, "\r\n")))
				}
				if got, want := h.Do("GETRANGE", "dest", "0", "-1"), string(combineNaively(op, sources)); !strings.HasSuffix(got, "\r\n"+want+"\r\n") {
					t.Fatalf("%q gives %q, want %q", words, got, want)
				}
				h.Do(words[0], words[1], words[3], words[3], words[len(words)-1]) // into a source
			}
		}
	}
	h.CheckReplay()
}

func newBare(t testing.TB) *enginetest.Bare {
	return enginetest.NewBare(t, []engine.Type{str.Type{}}, Commands(), str.Commands())
}

func TestHandlersAllocateNothing(t *testing.T) {
	x := newBare(t)
	x.Run("SET", "k", strings.Repeat("x", 100))
	x.Run("SET", "n", "12345")
	for _, line := range []string{
		"SETBIT k 7 1", "GETBIT k 7", "GETBIT n 7", "BITCOUNT k", "BITCOUNT n 0 -1", "BITPOS k 1", "BITOP AND k2 k k", "BITOP ONE k2 k k",
		"BITFIELD k GET u8 0 SET i5 3 1 INCRBY u8 8 1", "BITFIELD_RO n GET u8 0",
	} {
		x.Run(strings.Fields(line)...)
		if n := testing.AllocsPerRun(100, x.Again); n != 0 {
			t.Errorf("%s: %v allocations", line, n)
		}
	}
}

func BenchmarkCommands(b *testing.B) {
	for _, line := range []string{
		"SETBIT k 70000 1", "GETBIT k 70000", "BITCOUNT k", "BITPOS z 1", "BITOP AND d k k2", "BITOP AND k k k2", "BITFIELD k INCRBY u8 #9 1",
	} {
		b.Run(strings.ReplaceAll(line, " ", "_"), func(b *testing.B) {
			x := newBare(b)
			x.Run("SET", "k", strings.Repeat("xyz", 30000))
			x.Run("SET", "k2", strings.Repeat("abc", 30000))
			x.Run("SET", "z", strings.Repeat("\x00", 90000))
			x.Run(strings.Fields(line)...)
			b.ReportAllocs()
			for b.Loop() {
				x.Again()
			}
		})
	}
}
