package client

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
)

// stream holds one reply of each shape, and how String shows it.
var stream = []struct{ wire, shown string }{
	{"+OK\r\n", `+"OK"`},
	{"-ERR no\r\n", `-"ERR no"`},
	{":-42\r\n", ":-42"},
	{"$5\r\nhe\nlo\r\n", `$"he\nlo"`},
	{"$-1\r\n", "$nil"},
	{"$0\r\n\r\n", `$""`},
	{"*-1\r\n", "*nil"},
	{"*0\r\n", "*[]"},
	{"*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n+x\r\n", `*[:1 *[$"a" $nil] +"x"]`},
	{"_\r\n", "_nil"},
	{"#t\r\n", `#"t"`},
	{",1.5\r\n", `,"1.5"`},
	{"(12345678901234567890\r\n", `("12345678901234567890"`},
	{"=7\r\ntxt:abc\r\n", `="txt:abc"`},
	{"%1\r\n+k\r\n:1\r\n", `%[+"k" :1]`},
	{"~2\r\n:1\r\n:2\r\n", "~[:1 :2]"},
	{">1\r\n+m\r\n", `>[+"m"]`},
}

func TestReadReply(t *testing.T) {
	var all strings.Builder
	for _, c := range stream {
		all.WriteString(c.wire)
	}
	r := bufio.NewReader(strings.NewReader(all.String()))
	for _, c := range stream {
		got, err := ReadReply(r)
		if err != nil || got.String() != c.shown {
			t.Errorf("%q: %s, %v; want %s", c.wire, got, err, c.shown)
		}
	}
	for _, bad := range []string{"", "\r\n", "$x\r\n", "?1\r\n", "$5\r\nab", "*2\r\n:1\r\n"} {
		if r, err := ReadReply(bufio.NewReader(strings.NewReader(bad))); err == nil {
			t.Errorf("%q read as %s", bad, r)
		}
	}
}

func TestScannerCutsAnywhere(t *testing.T) {
	var all []byte
	for _, c := range stream {
		all = append(all, c.wire...)
	}
	for size := 1; size <= len(all); size++ {
		var s Scanner
		n := 0
		for b := all; len(b) > 0; {
			piece := b[:min(size, len(b))]
			got, err := s.Scan(piece)
			if err != nil {
				t.Fatalf("pieces of %d: %v", size, err)
			}
			n += got
			b = b[len(piece):]
		}
		if n != len(stream) || s.Errors != 1 {
			t.Fatalf("pieces of %d: %d replies and %d errors, want %d and 1", size, n, s.Errors, len(stream))
		}
	}
	var s Scanner
	if _, err := s.Scan([]byte("$1x\r\n")); err == nil {
		t.Error("malformed length accepted")
	}
}

// TestConn talks to a peer that answers each command with its words.
func TestConn(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		r := bufio.NewReader(nc)
		for {
			cmd, err := ReadReply(r)
			if err != nil {
				return
			}
			fmt.Fprintf(nc, "+%d words\r\n", len(cmd.Elems))
		}
	}()
	c, err := Dial(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r, err := c.Do("SET", "k", "v"); err != nil || r.Str != "3 words" {
		t.Errorf("%v %v", r, err)
	}
	for range 3 {
		_ = c.Send("PING")
	}
	_ = c.SendRaw(AppendCommand(nil, "ECHO", ""))
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 words", "1 words", "1 words", "2 words"} {
		if r, err := c.Receive(); err != nil || r.Str != want || r.Err() != nil {
			t.Errorf("%v %v, want %s", r, err, want)
		}
	}
	if got := AppendCommand(nil, "a", ""); !bytes.Equal(got, []byte("*2\r\n$1\r\na\r\n$0\r\n\r\n")) {
		t.Errorf("%q", got)
	}
}
