package enginetest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Another is a second connection to the server of r, for as long as the test t.
func (r *Peer) Another(t testing.TB) *Peer {
	t.Helper()
	addr := r.conn.RemoteAddr()
	c, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &Peer{t: t, conn: c, in: bufio.NewReader(c)}
}

// next reads one raw reply or message.
func (r *Peer) next() string {
	r.t.Helper()
	if err := r.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	b, err := r.reply(nil)
	if err != nil {
		r.t.Fatalf("waiting for a message: %v", err)
	}
	return string(b)
}

// replayServer is a real Redis on which transcripts run.
type replayServer struct {
	first   *Peer
	version string
}

func startReplay(t *testing.T) *replayServer {
	t.Helper()
	s := &replayServer{first: StartPeer(t, "--repl-diskless-sync", "no", "--notify-keyspace-events", "KEAnm", "--repl-ping-replica-period", "1000", "--loglevel", "warning")}
	_, after, _ := strings.Cut(s.first.Do("INFO", "server"), "redis_version:")
	s.version, _, _ = strings.Cut(after, "\r\n")
	s.first.Do("DEBUG", "SET-ACTIVE-EXPIRE", "0")
	return s
}

// onRedis runs a transcript on a real server. A subscriber sees the events and a connection that calls
// itself a replica sees the effects; a PUBLISH after each command marks where its share ends in both.
type onRedis struct {
	t       *testing.T
	server  *replayServer
	main    *Peer
	events  *Peer
	effects *Peer
	control *Peer
	mark    int
}

const markChannel = "the-mark"

func (s *replayServer) fresh(t *testing.T) *onRedis {
	t.Helper()
	x := &onRedis{t: t, server: s, main: s.first.Another(t), events: s.first.Another(t), effects: s.first.Another(t), control: s.first.Another(t)}
	x.control.Do("FLUSHALL")
	x.events.Do("PSUBSCRIBE", "__keyevent@*__:*")
	x.events.Do("SUBSCRIBE", markChannel)
	x.effects.sync()
	x.settle()
	return x
}

// sync begins replication and skips the snapshot.
func (r *Peer) sync() {
	r.t.Helper()
	if _, err := r.conn.Write([]byte("SYNC\r\n")); err != nil {
		r.t.Fatal(err)
	}
	head := "\n"
	for head == "\n" { // sent while the snapshot is made
		var err error
		if head, err = r.in.ReadString('\n'); err != nil {
			r.t.Fatal(err)
		}
	}
	n, err := strconv.Atoi(strings.TrimSpace(head[1:]))
	if err != nil {
		r.t.Fatalf("SYNC answers %q", head)
	}
	if _, err := io.CopyN(io.Discard, r.in, int64(n)); err != nil {
		r.t.Fatal(err)
	}
}

func (x *onRedis) now() int64 { return time.Now().UnixMilli() }

func (x *onRedis) knows(version string) bool { return atLeast(x.server.version, version) }

// atLeast compares versions of dotted numbers.
func atLeast(a, b string) bool {
	p, q := strings.Split(a, "."), strings.Split(b, ".")
	for i := 0; i < len(p) && i < len(q); i++ {
		n, _ := strconv.Atoi(p[i])
		m, _ := strconv.Atoi(q[i])
		if n != m {
			return n > m
		}
	}
	return true
}

func (x *onRedis) directive(words []string) error {
	switch words[0] {
	case "resp":
		x.main.Do("HELLO", words[1])
	case "sleep":
		ms, err := strconv.Atoi(words[1])
		time.Sleep(time.Duration(ms) * time.Millisecond)
		return err
	case "config":
		old := bulks(x.control.Do("CONFIG", "GET", words[1]))[1]
		if r := x.control.Do("CONFIG", "SET", words[1], words[2]); r != "+OK\r\n" {
			return fmt.Errorf("CONFIG SET %s %s: %s", words[1], words[2], r)
		}
		x.t.Cleanup(func() { x.server.first.Do("CONFIG", "SET", words[1], old) })
	default:
		return fmt.Errorf("unknown directive %q", words)
	}
	return nil
}

func (x *onRedis) do(words []string) (string, []string, []string) {
	reply := x.main.Do(words...)
	events, effects := x.settle()
	return reply, events, effects
}

// settle reads events and effects up to a new mark.
func (x *onRedis) settle() (events, effects []string) {
	x.mark++
	mark := strconv.Itoa(x.mark)
	x.control.Do("PUBLISH", markChannel, mark)
	for {
		m := bulks(x.events.next())
		if m[0] == "message" && m[2] == mark {
			break
		}
		if m[0] == "pmessage" {
			_, event, _ := strings.Cut(m[2], ":")
			events = append(events, event+" "+Quote(m[3]))
		}
	}
	for {
		m := bulks(x.effects.next())
		switch strings.ToUpper(m[0]) {
		case "PUBLISH":
			if m[2] == mark {
				return events, effects
			}
		case "SELECT", "MULTI", "EXEC", "PING":
		default:
			effects = append(effects, QuoteAll(m))
		}
	}
}

// bulks are the elements of a flat array of bulk strings and integers.
func bulks(raw string) []string {
	var out []string
	_, raw, _ = strings.Cut(raw, "\r\n")
	for raw != "" {
		head, rest, _ := strings.Cut(raw, "\r\n")
		n, err := strconv.Atoi(head[1:])
		if head[0] != '$' || err != nil || len(rest) < n+2 {
			out = append(out, head)
			raw = rest
			continue
		}
		out = append(out, rest[:n])
		raw = rest[n+2:]
	}
	return out
}
