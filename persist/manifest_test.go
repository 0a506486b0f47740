package persist

import (
	"errors"
	"strings"
	"testing"
)

//long:subtests
func TestManifest(t *testing.T) {
	t.Run("life_of_a_log", func(t *testing.T) {
		m := &Manifest{}
		m.setBase("a.aof", true)
		m.addIncr("a.aof")
		m.addIncr("a.aof")
		old := m.clone()
		m.setBase("a.aof", false)
		m.retireIncr(1)
		const want = "file a.aof.2.base.aof seq 2 type b\nfile a.aof.1.incr.aof seq 1 type h\nfile a.aof.1.base.rdb seq 1 type h\nfile a.aof.2.incr.aof seq 2 type i\n"
		if got := string(m.Append(nil)); got != want {
			t.Errorf("manifest\n%swant\n%s", got, want)
		}
		if parts := m.Parts(); len(parts) != 2 || parts[0].Type != BasePart || parts[1].Seq != 2 {
			t.Errorf("parts %v", parts)
		}
		if got := len(old.Parts()); got != 3 || len(old.History) != 0 {
			t.Errorf("the clone has changed: %s", old.Append(nil))
		}
	})
	t.Run("numbers_of_history_are_not_used_again", func(t *testing.T) {
		m := &Manifest{}
		m.setBase("a", true)
		m.addIncr("a")
		m.setBase("a", true)
		m.retireIncr(0)
		if p := m.addIncr("a"); p.Seq != 2 {
			t.Errorf("%+v beside %+v", p, m.History)
		}
		m.History = nil
		m.retireIncr(0)
		m.History = nil
		if p := m.addIncr("a"); p.Seq != 1 {
			t.Errorf("%+v with no history", p)
		}
	})
	t.Run("what_is_written_is_read", func(t *testing.T) {
		for _, name := range []string{"appendonly.aof", "with space", "q\"uote\\", "\x01\xff\n"} {
			m := &Manifest{}
			m.setBase(name, true)
			m.addIncr(name)
			text := m.Append(nil)
			back, err := ParseManifest(text)
			if strings.ContainsRune(name, '\\') {
				if err == nil {
					t.Errorf("%q: a path was taken for a name", text)
				}
				continue
			}
			if err != nil || string(back.Append(nil)) != string(text) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
	t.Run("errors", func(t *testing.T) {
		for text, want := range map[string]string{
			"":                               manifestEmpty,
			"# only a comment\n":             manifestEmpty,
			"file a seq 1 type b":            manifestLong,
			strings.Repeat("x", 1100) + "\n": manifestLong,
			"\n":                             manifestFormat,
			"file a seq 1\n":                 manifestFormat,
			"file a seq 0 type b\n":          manifestFormat,
			"file a seq 1 type b odd\n":      manifestFormat,
			"file d/a seq 1 type b\n":        manifestPath,
			"file a seq 1 type z\n":          manifestType,
			"file a seq 1 type b\nfile b seq 2 type b\n": manifestDuplicate,
			"file a seq 2 type i\nfile b seq 2 type i\n": manifestOrder,
		} {
			_, err := ParseManifest([]byte(text))
			var bad *ManifestError
			if !errors.As(err, &bad) || bad.Reason != want {
				t.Errorf("%.40q: %v, want %s", text, err, want)
			}
		}
	})
	t.Run("unknown_words_are_skipped", func(t *testing.T) {
		m, err := ParseManifest([]byte("# c\nseq 3 FILE a type i startoffset 0 endoffset 9\r\n"))
		if err != nil || len(m.Incr) != 1 || m.addIncr("a").Seq != 4 {
			t.Errorf("%v %+v", err, m)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte("file appendonly.aof.2.base.rdb seq 2 type b\nfile appendonly.aof.1.incr.aof seq 1 type h\nfile x seq 2 type i\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		again, err := ParseManifest(m.Append(nil))
		if err != nil || string(again.Append(nil)) != string(m.Append(nil)) {
			t.Errorf("%q is not read again: %v", m.Append(nil), err)
		}
	})
}
