package arena

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func newTest(t testing.TB, reserve int64) *Arena {
	t.Helper()
	a, err := New(reserve, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func TestSizeFor(t *testing.T) {
	for _, c := range []struct{ n, want int }{
		{0, 8},
		{1, 8},
		{8, 8},
		{9, 16},
		{64, 64},
		{65, 72},
		{128, 128},
		{129, 144},
		{1000, 1024},
		{1025, 1152},
		{8192, 8192},
		{8193, 12288},
		{1 << 20, 1 << 20},
		{1<<20 + 1, 1<<20 + 4096},
	} {
		if got := SizeFor(c.n); got != c.want {
			t.Errorf("SizeFor(%d) = %d, want %d", c.n, got, c.want)
		}
	}
	for n := 65; n <= MaxSmall; n++ {
		if waste := SizeFor(n) - n; waste > n/8+8 {
			t.Fatalf("SizeFor(%d) wastes %d bytes", n, waste)
		}
	}
}

// block is one block of the model: its capacity and what was written into it.
type block struct {
	h    Handle
	size int
	fill byte
}

// check reads the first and last bytes of a block: nobody else may have written there (I1).
func (b block) check(a *Arena) error {
	mem := a.Bytes(b.h, b.size)
	n := min(b.size, 64)
	want := bytes.Repeat([]byte{b.fill}, n)
	if !bytes.Equal(mem[:n], want) || !bytes.Equal(mem[b.size-n:], want) {
		return fmt.Errorf("block %#x of %d bytes was overwritten", b.h, b.size)
	}
	return nil
}

// drive applies ops to an arena and to a list of blocks: a byte pair allocates, frees or trims.
func drive(a *Arena, ops []byte) error {
	var blocks []block
	var live int64
	var away []Pages
	for i := 0; i+1 < len(ops); i += 2 {
		op, arg := ops[i], int(ops[i+1])
		switch {
		case op < 150:
			size := arg * (1 + int(op)%5*7)
			if op%8 == 0 {
				size = (arg + 1) << 10
			}
			h := a.Alloc(size)
			if h == 0 {
				return errors.New("no block although there is room")
			}
			b := block{h, size, byte(i)}
			if c := a.Cap(h); c != SizeFor(size) {
				return fmt.Errorf("capacity %d of a block of %d bytes, want %d", c, size, SizeFor(size))
			}
			mem := a.Bytes(h, size)
			for j := range mem {
				mem[j] = b.fill
			}
			blocks = append(blocks, b)
			live += int64(SizeFor(size))
		case op < 250 && len(blocks) > 0:
			k := arg % len(blocks)
			b := blocks[k]
			if err := b.check(a); err != nil {
				return err
			}
			a.Free(b.h)
			live -= int64(SizeFor(b.size))
			blocks[k] = blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
		default:
			// What was taken before comes back only now: blocks have come and gone beside it.
			for _, p := range away {
				a.Settle(p)
			}
			away = away[:0]
			for range arg {
				if p, ok := a.TakeExtent(); ok {
					p.GiveBack()
					away = append(away, p)
				}
			}
		}
		if a.Live() != live {
			return fmt.Errorf("I2: live %d, the blocks sum up to %d", a.Live(), live)
		}
	}
	for _, b := range blocks {
		if err := b.check(a); err != nil {
			return err
		}
		a.Free(b.h)
	}
	for _, p := range away {
		a.Settle(p)
	}
	return drained(a)
}

// giveBack gives all free memory to the kernel, but for the few slabs that stay.
func giveBack(a *Arena) {
	for _, take := range []func() (Pages, bool){a.TakeExtent, a.TakeSlab} {
		for p, ok := take(); ok; p, ok = take() {
			p.GiveBack()
			a.Settle(p)
		}
	}
}

// drained checks that an arena without blocks has given everything back.
func drained(a *Arena) error {
	giveBack(a)
	if a.Live() != 0 || a.ext.used != 0 || a.ext.dirty != 0 {
		return fmt.Errorf("I2: live %d, extents used %d dirty %d after all was freed", a.Live(), a.ext.used, a.ext.dirty)
	}
	if a.ext.free != 0 || a.low != a.pages {
		return fmt.Errorf("I3: %d free pages stand apart, low %d of %d", a.ext.free, a.low, a.pages)
	}
	return nil
}

func TestArenaModel(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		ops := make([]byte, 4000)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		if err := drive(newTest(t, 0), ops); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func FuzzArena(f *testing.F) {
	f.Add([]byte{0, 200, 1, 10, 200, 0, 8, 255, 251, 30, 160, 0})
	f.Add([]byte{16, 9, 16, 9, 16, 9, 200, 1, 200, 0, 200, 0, 24, 40})
	f.Fuzz(func(t *testing.T, ops []byte) {
		a, err := New(1<<30, false)
		if err != nil {
			t.Skip(err)
		}
		defer a.Close()
		if err := drive(a, ops[:min(len(ops), 4000)]); err != nil {
			t.Fatal(err)
		}
	})
}

func TestArenaFills(t *testing.T) {
	a := newTest(t, minReserve)
	var hs []Handle
	for h := a.Alloc(1 << 20); h != 0; h = a.Alloc(1 << 20) {
		hs = append(hs, h)
	}
	if len(hs) != minReserve>>20-1 { // the first slab is not for extents
		t.Errorf("%d blocks of 1 MiB in 64 MiB", len(hs))
	}
	if a.Alloc(2<<20) != 0 || a.Alloc(1<<40) != 0 {
		t.Error("a block from a full arena")
	}
	n := 0
	for a.Alloc(4096) != 0 {
		n++
	}
	if n == 0 || a.Room() >= slabSize {
		t.Errorf("%d small blocks, then %d bytes of room left over", n, a.Room())
	}
	a.Free(hs[3])
	if a.Alloc(1<<20) == 0 {
		t.Error("the room of a freed extent is lost")
	}
}

// TestArenaGivesMemoryBack: freed slabs and extents leave the resident set.
func TestArenaGivesMemoryBack(t *testing.T) {
	a := newTest(t, 0)
	var hs []Handle
	for range 200_000 {
		h := a.Alloc(500)
		*(*byte)(a.Ptr(h)) = 1
		hs = append(hs, h)
	}
	big := a.Alloc(64 << 20)
	for i := 0; i < 64<<20; i += 4096 {
		a.Bytes(big, 64<<20)[i] = 1
	}
	full := resident(t, a)
	for _, h := range hs {
		a.Free(h)
	}
	a.Free(big)
	giveBack(a)
	left := resident(t, a)
	if full < 150<<20 || left > 4<<20 {
		t.Errorf("resident: %d MiB in use, %d MiB after all was freed", full>>20, left>>20)
	}
	if held := a.Held(); held > 4<<20 {
		t.Errorf("held %d MiB after all was freed", held>>20)
	}
}

// resident counts the pages of the blocks' mapping that the kernel holds.
func resident(t *testing.T, a *Arena) (size int64) {
	t.Helper()
	const step = 1 << 30
	vec := make([]byte, step>>pageShift)
	for off := uintptr(0); off < uintptr(a.pages)<<pageShift; off += step {
		n := min(step, uintptr(a.pages)<<pageShift-off)
		at := unsafe.Add(a.base, off)
		if _, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(at), n, uintptr(unsafe.Pointer(&vec[0]))); errno != 0 {
			t.Fatal(errno)
		}
		for _, v := range vec[:n>>pageShift] {
			size += int64(v&1) << pageShift
		}
	}
	return size
}

// TestArenaStepwise takes the way of kernels that charge memory when it is made usable.
func TestArenaStepwise(t *testing.T) {
	a := newTest(t, 1<<30)
	a.step, a.botDone, a.topDone = true, 0, uintptr(a.pages)<<pageShift
	if err := unix.Mprotect(unsafe.Slice((*byte)(a.base), 1<<30), unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	ops := make([]byte, 4000)
	for i := range ops {
		ops[i] = byte(rnd.Uint32())
	}
	if err := drive(a, ops); err != nil {
		t.Fatal(err)
	}
	for a.Alloc(3<<20) != 0 {
	}
	for a.Alloc(8192) != 0 {
	}
	if room := a.Room(); room > slabSize {
		t.Errorf("%d bytes cannot be reached stepwise", room)
	}
}

// TestArenaUnderLimit: with little address space New takes less, with none it says so.
func TestArenaUnderLimit(t *testing.T) {
	if limit := os.Getenv("ARENA_TEST_LIMIT_MB"); limit != "" {
		underLimit(t, limit)
		return
	}
	for limit, want := range map[string]string{"4096": "reserved some", "48": "the kernel refuses"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestArenaUnderLimit$", "-test.v")
		cmd.Env = append(os.Environ(), "ARENA_TEST_LIMIT_MB="+limit)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("limit %s MB above use: %v, output %.2000s", limit, err, out)
		}
	}
}

func underLimit(t *testing.T, limit string) {
	var mb, pages uint64
	fmt.Sscan(limit, &mb)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Sscan(string(statm), &pages)
	most := pages*uint64(os.Getpagesize()) + mb<<20
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: most, Max: most}); err != nil {
		t.Fatal(err)
	}
	a, err := New(0, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	fmt.Println("reserved some:", a.Room()>>20, "MiB")
	if a.Alloc(1<<20) == 0 {
		t.Error("nothing usable")
	}
}

func BenchmarkAllocFree(b *testing.B) {
	a := newTest(b, 0)
	var ring [1024]Handle
	i := 0
	for b.Loop() {
		k := i % len(ring)
		if ring[k] != 0 {
			a.Free(ring[k])
		}
		ring[k] = a.Alloc(24 + i%64)
		i++
	}
}
