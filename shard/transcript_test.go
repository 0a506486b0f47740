package shard_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hashlane/proto/resp"
	"hashlane/shard"
	"hashlane/shard/sim"
)

// A transcript is what several connections send and what each is answered, line for line as on the wire:
//
//	A SET k v        connection A sends a command
//	  +OK            and gets this reply
//	@sleep 20ms      time passes
//	@close A         A ends its connection
//	@more A          A gets one more reply, or push
//	# a remark
//
// `go test ./shard -run TranscriptsRedis -redis 127.0.0.1:6379` runs them against a real server, which must
// have `requirepass` unset and `enable-debug-command yes`; with -rewrite its replies replace those of the files.
var (
	redisAddr = flag.String("redis", "", "address of a Redis to run the transcripts against")
	rewrite   = flag.Bool("rewrite", false, "write the replies of -redis into the transcripts")
)

// talker is one connection of a transcript.
type talker interface {
	do(words [][]byte) string
	more() string
	close()
}

type simTalker struct{ c *sim.Client }

func (s simTalker) do(words [][]byte) string {
	text := make([]string, len(words))
	for i := range words {
		text[i] = string(words[i])
	}
	return s.c.Do(text...)
}
func (s simTalker) more() string { return s.c.Take() }
func (s simTalker) close()       { s.c.Close() }

// runTranscript answers the file with the replies that dial's connections gave.
func runTranscript(t *testing.T, text string, dial func() talker, sleep func(time.Duration)) string {
	t.Helper()
	conns := map[string]talker{}
	var out strings.Builder
	reply := func(r string) {
		for _, line := range strings.Split(strings.TrimSuffix(r, "\r\n"), "\r\n") {
			fmt.Fprintf(&out, "  %s\n", line)
		}
	}
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		out.WriteString(line + "\n")
		name, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || line[0] == '#':
			continue
		case name == "@sleep":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatal(err)
			}
			sleep(d)
			continue
		case name == "@close":
			conns[rest].close()
			delete(conns, rest)
			continue
		case name == "@more":
			reply(conns[rest].more())
			continue
		}
		if conns[name] == nil {
			conns[name] = dial()
		}
		words, err := resp.SplitWords([]byte(rest))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		reply(conns[name].do(words))
	}
	return out.String()
}

func transcripts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	all := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[f] = string(b)
	}
	return all
}

func TestTranscripts(t *testing.T) {
	for file, text := range transcripts(t) {
		for _, shards := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(file), shards), func(t *testing.T) {
				w := world(t, shards, options(func(o *shard.Options) { o.EnableDebug = "yes" }))
				got := runTranscript(t, text, func() talker { return simTalker{w.Dial()} }, w.Sleep)
				diff(t, got, text)
			})
		}
	}
}

// diff reports the commands whose replies differ between two runs of one transcript.
func diff(t *testing.T, got, want string) {
	t.Helper()
	split := func(text string) (blocks []string) {
		for _, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "  ") && len(blocks) > 0 {
				blocks[len(blocks)-1] += "\n" + line
				continue
			}
			blocks = append(blocks, line)
		}
		return blocks
	}
	a, b := split(got), split(want)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			_, reply, _ := strings.Cut(b[i], "\n")
			t.Errorf("got %s\nwant\n%s", a[i], reply)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%d lines without their replies, want %d", len(a), len(b))
	}
}

type netTalker struct {
	c net.Conn
	r *bufio.Reader
}

func (n netTalker) do(words [][]byte) string {
	text := make([]string, len(words))
	for i := range words {
		text[i] = string(words[i])
	}
	if _, err := n.c.Write(sim.Command(text...)); err != nil {
		return "closed"
	}
	return n.more()
}

func (n netTalker) more() string {
	var all bytes.Buffer
	_ = n.c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if err := readReply(n.r, &all); err != nil {
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			return "no reply"
		}
		return "closed"
	}
	return all.String()
}

func (n netTalker) close() { _ = n.c.Close() }

// readReply copies one whole reply.
func readReply(r *bufio.Reader, to *bytes.Buffer) error {
	line, err := r.ReadBytes('\n')
	to.Write(line)
	if err != nil {
		return err
	}
	n, _ := resp.ParseInt(line[1 : len(line)-2])
	switch line[0] {
	case '$', '=', '!':
		for range max(n, -1) + 2*min(max(n+1, 0), 1) {
			b, err := r.ReadByte()
			if err != nil {
				return err
			}
			to.WriteByte(b)
		}
	case '%', '|':
		n *= 2
		fallthrough
	case '*', '~', '>':
		for range max(n, 0) {
			if err := readReply(r, to); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestTranscriptsRedis(t *testing.T) {
	if *redisAddr == "" {
		t.Skip("no -redis")
	}
	for file, text := range transcripts(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dial := func() talker {
				c, err := net.Dial("tcp", *redisAddr)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = c.Close() })
				return netTalker{c, bufio.NewReader(c)}
			}
			runTranscript(t, "A FLUSHALL\n", dial, time.Sleep)
			got := runTranscript(t, text, dial, time.Sleep)
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			diff(t, got, text)
		})
	}
}
