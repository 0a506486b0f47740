package persist_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"hashlane/persist"
	"hashlane/persist/faultfs"
)

// texts is a target that keeps what it gets.
type texts struct{ b []byte }

func (x *texts) Begin(string) error                          { return nil }
func (x *texts) RDB(string, io.Reader, int64) (int64, error) { return 0, io.ErrUnexpectedEOF }
func (x *texts) Units(b []byte) error                        { x.b = append(x.b, b...); return nil }
func (x *texts) End() error                                  { return nil }
func (x *texts) Known(words [][]byte) bool                   { return string(words[0]) != "BLA" }
func (x *texts) Progress(int64, int64)                       {}

const oneIncr = "file a.aof.1.incr.aof seq 1 type i\n"

// loaded is what a log of one part gives.
func loaded(fs *faultfs.FS, truncated bool) (text string, result persist.Result, w *world) {
	o := options()
	o.LoadTruncated = truncated
	w = newWorld(fs, o)
	if w.aof.ReadManifest() != nil {
		return "", persist.LoadFailed, w
	}
	x := &texts{}
	result = w.aof.Load(x)
	return string(x.b), result, w
}

func logFS(text string) *faultfs.FS {
	fs := faultfs.New()
	fs.Put("dir/a.aof.manifest", oneIncr)
	fs.Put("dir/a.aof.1.incr.aof", text)
	return fs
}

func TestLoad(t *testing.T) {
	set, multi, exec := command("SET", "k", "v"), command("MULTI"), command("exec")
	cases := []struct {
		name, text, want, says string
		ok                     bool
	}{
		{"whole", set + "#TS:5\r\n" + multi + set + exec, set + multi + set + exec, "DB loaded from incr file a.aof.1.incr.aof", true},
		{"torn_command", set + set[:9], set, "Truncating the AOF a.aof.1.incr.aof at offset 27", true},
		{"torn_length", set + "*3\r\n$", set, "Warning: short read", true},
		{"open_multi", set + multi + set, set, "Revert incomplete MULTI/EXEC transaction in AOF file a.aof.1.incr.aof", true},
		{"bad_byte", set + "!!!", "", "Bad file format reading the append only file a.aof.1.incr.aof", false},
		{"bad_end_of_word", strings.Replace(set, "k\r\n", "kxx", 1), "", "Bad file format", false},
		{"unknown_command", set + command("BLA", "x"), "", "Unknown command 'BLA' reading the append only file a.aof.1.incr.aof", false},
		{"empty", "", "", "", true},
		{"snapshot_that_ends", "REDIS0009", "", "Error reading the RDB preamble of the AOF file a.aof.1.incr.aof, AOF loading aborted", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			fs := logFS(c.text)
			text, result, w := loaded(fs, true)
			if c.ok != (result == persist.Loaded) || c.ok && text != c.want || !w.said(c.says) {
				t.Errorf("result %d, text %q, log %q", result, text, w.lines)
			}
			if !c.ok {
				return
			}
			if again, result, _ := loaded(fs, false); result != persist.Loaded || again != c.want {
				t.Errorf("the second time, not truncating: result %d, text %q", result, again)
			}
		})
	}
	t.Run("not_truncating", func(t *testing.T) {
		fs := logFS(set + set[:9])
		if _, result, w := loaded(fs, false); result != persist.LoadFailed || !w.said("Unexpected end of file reading the append only file") || fs.Get("dir/a.aof.1.incr.aof") != set+set[:9] {
			t.Errorf("result %d, log %q", result, w.lines)
		}
	})
	t.Run("only_the_last_part_may_be_torn", func(t *testing.T) {
		fs := logFS(set[:9])
		fs.Put("dir/a.aof.2.incr.aof", set)
		fs.Put("dir/a.aof.manifest", oneIncr+"file a.aof.2.incr.aof seq 2 type i\n")
		if _, result, w := loaded(fs, true); result != persist.LoadFailed || !w.said("the truncated file is not the last file") {
			t.Errorf("result %d, log %q", result, w.lines)
		}
	})
	t.Run("a_part_that_is_missing", func(t *testing.T) {
		fs := faultfs.New()
		fs.Put("dir/a.aof.manifest", oneIncr)
		if _, result, w := loaded(fs, true); result != persist.LoadFailed || !w.said("Unable to obtain the AOF file a.aof.1.incr.aof length. stat: No such file or directory") {
			t.Errorf("result %d, log %q", result, w.lines)
		}
	})
}

func check(fs *faultfs.FS, in string, args ...string) (status int, out string) {
	var b bytes.Buffer
	status = persist.CheckLog(fs, append([]string{"check-aof"}, args...), strings.NewReader(in), &b, func(string, io.Reader, int64, io.Writer) (int64, bool) { return 0, false })
	return status, b.String()
}

// FuzzLoad loads any text: what is loaded are whole units from the start of it, what is left of the file after
// a load or after check-aof --fix loads to the same without complaint.
func FuzzLoad(f *testing.F) {
	set, multi, exec := command("SET", "k", "v"), command("MULTI"), command("EXEC")
	for _, text := range []string{set + multi + set + exec, set + "#TS:1\r\n" + set[:5], set + multi + set, "*1\r\n$1000000\r\nx", "*1000000\r\n", "#", "*1\r\n$-1\r\n\r\n", set + exec} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.HasPrefix(text, []byte("REDIS")) {
			return // snapshots have targets of their own
		}
		fs := logFS(string(text))
		first, result, _ := loaded(fs, true)
		if result == persist.Loaded && len(text) > 0 {
			rest := fs.Get("dir/a.aof.1.incr.aof")
			if !strings.HasPrefix(string(text), rest) {
				t.Fatalf("%q has become %q", text, rest)
			}
			again, result, _ := loaded(fs, false)
			if result != persist.Loaded || again != first {
				t.Fatalf("%q gives %q, then %q", text, first, again)
			}
		}
		fs = logFS(string(text))
		if status, out := check(fs, "y\n", "--fix", "dir/a.aof.manifest"); status != 0 {
			t.Fatalf("%q cannot be fixed: %s", text, out)
		}
		if status, out := check(fs, "", "dir/a.aof.manifest"); status != 0 {
			t.Fatalf("%q is not valid after the fix: %s", fs.Get("dir/a.aof.1.incr.aof"), out)
		}
	})
}
