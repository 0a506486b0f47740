package resp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// feed shows stream to a parser in the pieces that cuts name and answers the commands and the error.
func feed(stream []byte, cuts []int, auth bool) (got []string, rest int, err error) {
	p := Parser{MaxBulk: 512 << 20, Unauthenticated: !auth}
	var buf []byte
	at := 0
	for i := 0; i <= len(cuts); i++ {
		end := len(stream)
		if i < len(cuts) {
			end = cuts[i]
		}
		buf = append(buf, stream[at:end]...)
		at = end
		for {
			args, n, err := p.Next(buf)
			if err != nil {
				return got, len(buf), err
			}
			if n == 0 {
				break
			}
			if len(args) > 0 {
				got = append(got, fmt.Sprintf("%q", args))
			}
			buf = buf[n:]
		}
		p.Reset()
	}
	return got, len(buf), nil
}

func TestParser(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		err            error
	}{
		{"two words", "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", `["GET" "k"]`, nil},
		{"pipeline", "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n", `["PING"]["PING"]`, nil},
		{"empty word", "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", `["ECHO" ""]`, nil},
		{"nothing", "*0\r\n*-1\r\n\r\nPING\r\n", `["PING"]`, nil},
		{"inline", "SET a  'b c' \"\\x41\\n\"\n", `["SET" "a" "b c" "A\n"]`, nil},
		{"inline without return", "PING\n", `["PING"]`, nil},
		{"twelve words", "*12\r\n" + strings.Repeat("$1\r\nx\r\n", 12), `["x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x" "x"]`, nil},
		{"unbalanced", "SET a 'b\r\n", "", ErrUnbalanced},
		{"glued quote", "SET \"a\"b\r\n", "", ErrUnbalanced},
		{"count", "*x\r\n", "", ErrMbulkLength},
		{"count too large", "*3000000000\r\n", "", ErrMbulkLength},
		{"count never ends", "*" + strings.Repeat("1", 70000), "", ErrMbulkTooBig},
		{"no dollar", "*1\r\nGET\r\n", "", Error("ERR Protocol error: expected '$', got 'G'")},
		{"no dollar but return", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n\r\n", `?`, Error("ERR Protocol error: expected '$', got '\r'")},
		{"bulk negative", "*1\r\n$-1\r\n", "", ErrBulkLength},
		{"bulk empty", "*1\r\n$\r\n", "", ErrBulkLength},
		{"bulk leading zero", "*1\r\n$04\r\nPING\r\n", "", ErrBulkLength},
		{"bulk huge", "*1\r\n$600000000\r\n", "", ErrBulkLength},
		{"bulk never ends", "*1\r\n$" + strings.Repeat("1", 70000), "", ErrBulkCountLong},
		{"inline never ends", strings.Repeat("a", 70000), "", ErrInlineTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := feed([]byte(c.in), nil, true)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if c.want != "?" && strings.Join(got, "") != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestParserUnauthenticated(t *testing.T) {
	for in, want := range map[string]error{
		"*11\r\n":                            ErrMbulkUnauth,
		"*1\r\n$16385\r\n":                   ErrBulkUnauth,
		"*2\r\n$4\r\nAUTH\r\n$4\r\nx123\r\n": nil,
		"*10\r\n" + strings.Repeat("$1\r\na\r\n", 10): nil,
	} {
		if _, _, err := feed([]byte(in), nil, false); !errors.Is(err, want) {
			t.Errorf("%.20q: error %v, want %v", in, err, want)
		}
	}
}

func TestParserWant(t *testing.T) {
	p := Parser{MaxBulk: 512 << 20}
	in := []byte("*2\r\n$3\r\nGET\r\n$1000\r\nabc")
	if _, n, err := p.Next(in); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if want := bytes.Index(in, []byte("abc")) + 1002; p.Want() != want {
		t.Errorf("want %d, got %d", want, p.Want())
	}
}

// FuzzParser: any bytes, cut anywhere, give the same commands, the same rest and the same error as the whole.
func FuzzParser(f *testing.F) {
	f.Add([]byte("*2\r\n$3\r\nGET\r\n$1\r\nk\r\nPING\r\n*1\r\n$4\r\nPING\r\n"), 5, 11, true)
	f.Add([]byte("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nhello\r\nSET 'a b' \"c\\x00\"\r\n"), 2, 20, false)
	f.Add([]byte("*1\r\n$4\r\nPING\r\n*x\r\n"), 14, 15, true)
	f.Fuzz(func(t *testing.T, in []byte, a, b int, auth bool) {
		if len(in) == 0 {
			return
		}
		a, b = abs(a)%(len(in)+1), abs(b)%(len(in)+1)
		if a > b {
			a, b = b, a
		}
		want, wantRest, wantErr := feed(in, nil, auth)
		got, rest, err := feed(in, []int{a, b}, auth)
		if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) || err == nil && rest != wantRest {
			t.Fatalf("cut at %d, %d: %v %d %v; whole: %v %d %v", a, b, got, rest, err, want, wantRest, wantErr)
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return max(-n, 0)
	}
	return n
}

func TestParserAllocatesNothing(t *testing.T) {
	in := bytes.Repeat([]byte("*3\r\n$3\r\nSET\r\n$5\r\nkey:1\r\n$3\r\nabc\r\n"), 16)
	p := Parser{MaxBulk: 512 << 20}
	run := func() {
		p.Reset()
		for b := in; len(b) > 0; {
			_, n, _ := p.Next(b)
			b = b[n:]
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations for 16 commands", n)
	}
}

func BenchmarkParser(b *testing.B) {
	in := []byte("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$3\r\nabc\r\n")
	p := Parser{MaxBulk: 512 << 20}
	b.ReportAllocs()
	for b.Loop() {
		p.Reset()
		p.Next(in)
	}
}
