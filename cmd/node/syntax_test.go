package node

import (
	"fmt"
	"strings"
	"testing"

	"hashlane/engine"
)

// show writes an argument tree in one line: name:type, TOKEN before it, ? optional, * multiple, +* with its
// token, @n its key spec.
func show(args []Argument) string {
	var parts []string
	for i := range args {
		a := &args[i]
		s := a.Name + ":" + a.Type
		if a.Token != "" {
			s = a.Token + " " + s
		}
		if a.KeySpec >= 0 {
			s += fmt.Sprintf("@%d", a.KeySpec)
		}
		if len(a.Args) > 0 {
			s += "(" + show(a.Args) + ")"
		}
		if a.Optional {
			s += "?"
		}
		if a.MultipleToken {
			s += "+"
		}
		if a.Multiple {
			s += "*"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func TestArguments(t *testing.T) {
	const oneKey = "RW idx1 range(last=0,step=1,limit=0)"
	const allKeys = "RW idx1 range(last=-1,step=1,limit=0)"
	cases := []struct{ keys, syntax, want string }{
		{"", "PING [message]", "message:string?"},
		{oneKey, "GET key", "key:key@0"},
		{allKeys, "DEL key [key ...]", "key:key@0*"},
		{"OW idx1 range(last=-1,step=2,limit=0)", "MSET key value [key value ...]", "key_value:block(key:key@0, value:string)*"},
		{oneKey, "EXPIRE key seconds [NX | XX | GT | LT]", "key:key@0, seconds:integer, condition:oneof(NX nx:pure-token, XX xx:pure-token, GT gt:pure-token, LT lt:pure-token)?"},
		{
			oneKey, "GETEX key [EX seconds | PXAT unix-time-milliseconds | PERSIST]",
			"key:key@0, expiration:oneof(EX seconds:integer, PXAT unix-time-milliseconds:unix-time, PERSIST persist:pure-token)?",
		},
		{oneKey, "SORT key [LIMIT offset count] [GET pattern [GET pattern ...]]", "key:key@0, LIMIT offset_count:block(offset:integer, count:integer)?, GET pattern:pattern?+*"},
		{"RO idx1 range(last=1,step=1,limit=0)", "LCS key1 key2 [LEN]", "key1:key@0, key2:key@0, LEN len:pure-token?"},
		{"OW idx2 range(last=0,step=1,limit=0);RO idx3 range(last=-1,step=1,limit=0)", "BITOP <AND | OR> destkey key [key ...]", "and_or:oneof(AND and:pure-token, OR or:pure-token), destkey:key@0, key:key@1*"},
		{"RW idx1 keynum(numidx=0,first=1,step=1)", "MPOP numkeys key [key ...] <LEFT | RIGHT>", "numkeys:integer, key:key@0*, left_right:oneof(LEFT left:pure-token, RIGHT right:pure-token)"},
		{
			"RO kw:STREAMS@1 range(last=-1,step=1,limit=2)", "READ [COUNT count] STREAMS key [key ...] id [id ...]",
			"COUNT count:integer?, STREAMS key:key@0*, id:string*",
		},
		{
			oneKey, "BITFIELD key [GET encoding offset | [OVERFLOW <WRAP | SAT>] <SET encoding offset value> [GET encoding offset | [OVERFLOW <WRAP | SAT>] <SET encoding offset value> ...]]",
			"key:key@0, encoding_offset_wrap_sat_encoding_offset_value:oneof(GET encoding_offset:block(encoding:string, offset:integer), " +
				"wrap_sat_encoding_offset_value:block(OVERFLOW wrap_sat:oneof(WRAP wrap:pure-token, SAT sat:pure-token)?, SET encoding_offset_value:block(encoding:string, offset:integer, value:string)))?*",
		},
		{"", "HELLO [protover [AUTH username password]]", "protover_username_password:block(protover:integer, AUTH username_password:block(username:string, password:string)?)?"},
		{"", "WITH source", "source:string"}, // the name of a key, but no key
	}
	for _, c := range cases {
		name, _, _ := strings.Cut(c.syntax, " ")
		table, err := engine.NewTable([]engine.Command{{Name: name, Arity: -1, Keys: c.keys, Syntax: c.syntax}})
		if err != nil {
			t.Fatal(err)
		}
		if got := show(Arguments(table.All()[0])); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.syntax, got, c.want)
		}
	}
}

// TestArgumentsOfAllRows parses the syntax of every row: brackets must match, and words must not be lost.
func TestArgumentsOfAllRows(t *testing.T) {
	n, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range n.Table.All() {
		words := syntaxWords(c.Syntax)
		open := 0
		for _, w := range words {
			switch w {
			case "[":
				open++
			case "]":
				open--
			}
		}
		if open != 0 {
			t.Errorf("%s: brackets of %q do not match", c.Full(), c.Syntax)
		}
		text := show(Arguments(c))
		for _, w := range words[min(len(strings.Split(c.Full(), "|")), len(words)):] {
			if strings.ContainsAny(w, "[]<>|.\"") {
				continue
			}
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q of the syntax is not in %s", c.Full(), w, text)
			}
		}
	}
}
