package enginetest

import (
	"bytes"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// item is one line with what belongs to it.
type item struct {
	line  int
	text  string   // as in the file
	want  []string // what follows a command
	loose bool
}

var transcriptFlag = flag.String("transcript", "", "rewrite transcripts from what `engine` or redis answers")

// Transcripts runs every transcript of dir, each on a harness of its own. With -transcript engine it
// writes the files anew.
//
// A transcript is a text of commands with all that they cause:
//
//	# a comment
//	> SET k v EX 10
//	+OK
//	! set k
//	! expire k
//	= SET k v PXAT @+10000
//	>~ PTTL k
//	:10000
//	% sleep 20
//
//	>   a command, its words quoted as inline commands quote them; with >~ integers may be off by a second
//	!   the events it caused, in order: name and key
//	=   the effects it had
//	%   a directive: resp 2|3; sleep MS; config NAME VALUE; since VERSION (what follows is not for an
//	    older Redis); differs (the next command's events and effects are our own choice)
//
// A reply is shown an element a line, nested ones indented: bulk strings in quotes, or when long as
// $length and a hash; everything else as on the wire. In words of commands @+N is the clock plus N ms,
// @s+N the clock in seconds plus N, @rep(N,text) a repetition. In effects, times near the clock are
// shown as @+N.
func Transcripts(t *testing.T, dir string, fresh func(t testing.TB) *Harness) {
	for _, file := range transcriptFiles(t, dir) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			h := fresh(t)
			runTranscript(t, file, &onEngine{h}, *transcriptFlag == "engine")
			h.CheckReplay()
		})
	}
}

// TranscriptsRedis runs them on a real redis-server, where one is installed: replies, events and the
// replication stream must be those of the files. With -transcript redis it writes the files anew.
func TranscriptsRedis(t *testing.T, dir string) {
	files := transcriptFiles(t, dir)
	server := startReplay(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			runTranscript(t, file, server.fresh(t), *transcriptFlag == "redis")
		})
	}
}

func transcriptFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts in %s: %v", dir, err)
	}
	return files
}

// executor is what a transcript runs on.
type executor interface {
	// do answers the raw reply, the events as "name key" and the effects as quoted words.
	do(words []string) (reply string, events, effects []string)
	directive(words []string) error
	now() int64
	// knows reports whether commands of this version are there.
	knows(version string) bool
}

type onEngine struct{ h *Harness }

func (x *onEngine) now() int64        { return x.h.Now }
func (x *onEngine) knows(string) bool { return true }

func (x *onEngine) do(words []string) (string, []string, []string) {
	reply := x.h.Do(words...)
	return reply, x.h.Events, x.h.Effects
}

func (x *onEngine) directive(words []string) error {
	switch words[0] {
	case "resp":
		x.h.Session.V, _ = strconv.Atoi(words[1])
	case "sleep":
		ms, err := strconv.Atoi(words[1])
		x.h.Now += int64(ms)
		return err
	case "config":
		return x.configure(words[1], words[2])
	default:
		return fmt.Errorf("unknown directive %q", words)
	}
	return nil
}

func (x *onEngine) configure(name, value string) error {
	n, _ := strconv.ParseInt(value, 10, 64)
	yes := value == "yes"
	known := true
	x.h.Configure(func(o *engine.Options) {
		switch name {
		case "proto-max-bulk-len":
			o.ProtoMaxBulkLen = n
		case "lazyfree-lazy-user-del":
			o.LazyUserDel = yes
		case "lazyfree-lazy-server-del":
			o.LazyServerDel = yes
		case "lazyfree-lazy-expire":
			o.LazyExpire = yes
		case "hll-sparse-max-bytes":
			o.HLLSparseMaxBytes = int(n)
		default:
			limit := limitOf(&o.Limits, name)
			if known = limit != nil; known {
				*limit = int(n)
			}
		}
	})
	if !known {
		return fmt.Errorf("unknown option %s", name)
	}
	return nil
}

// limitOf is the option that bounds a compact encoding, nil for other names.
func limitOf(l *engine.Limits, name string) *int {
	return map[string]*int{
		"list-max-listpack-size": &l.ListMaxListpackSize, "list-compress-depth": &l.ListCompressDepth,
		"hash-max-listpack-entries": &l.HashMaxListpackEntries, "hash-max-listpack-value": &l.HashMaxListpackValue,
		"set-max-intset-entries": &l.SetMaxIntsetEntries, "set-max-listpack-entries": &l.SetMaxListpackEntries,
		"set-max-listpack-value": &l.SetMaxListpackValue, "zset-max-listpack-entries": &l.ZSetMaxListpackEntries,
		"zset-max-listpack-value": &l.ZSetMaxListpackValue, "stream-node-max-bytes": &l.StreamNodeMaxBytes,
		"stream-node-max-entries": &l.StreamNodeMaxEntries,
	}[name]
}

func runTranscript(t *testing.T, file string, x executor, rewrite bool) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	differs, skipping := false, false
	for _, it := range parseTranscript(string(text)) {
		out.WriteString(it.text + "\n")
		switch {
		case strings.HasPrefix(it.text, "%"):
			words := strings.Fields(it.text[1:])
			switch {
			case words[0] == "since":
				skipping = !x.knows(words[1])
			case words[0] == "differs":
				differs = true
			case skipping:
			default:
				if err := x.directive(words); err != nil {
					t.Fatalf("%s:%d: %v", file, it.line, err)
				}
			}
		case !strings.HasPrefix(it.text, ">"):
		case skipping:
			out.WriteString(joinLines(it.want))
		default:
			got := perform(t, x, &it)
			if rewrite && !(differs && *transcriptFlag == "redis") {
				out.WriteString(joinLines(got))
			} else {
				out.WriteString(joinLines(it.want))
				_, onRedis := x.(*onRedis)
				compareLines(t, fmt.Sprintf("%s:%d: %s", file, it.line, it.text), it.want, got, it.loose, differs && onRedis)
			}
			differs = false
		}
	}
	if rewrite && out.String() != string(text) {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// perform runs one command and answers the lines that it gives.
func perform(t *testing.T, x executor, it *item) []string {
	t.Helper()
	raw, err := resp.SplitWords([]byte(strings.TrimPrefix(strings.TrimPrefix(it.text, ">"), "~")))
	if err != nil || len(raw) == 0 {
		t.Fatalf("line %d: %q: %v", it.line, it.text, err)
	}
	now := x.now()
	var words []string
	for _, w := range raw {
		words = append(words, expand(string(w), now))
	}
	reply, events, effects := x.do(words)
	lines, rest := render(nil, reply, "")
	if rest != "" {
		t.Errorf("line %d: %q answers more than one reply: %q", it.line, it.text, reply)
	}
	for _, e := range events {
		lines = append(lines, "! "+e)
	}
	for _, e := range effects {
		lines = append(lines, "= "+relative(e, now))
	}
	return lines
}

func parseTranscript(text string) []item {
	var items []item
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		belongs := len(items) > 0 && strings.HasPrefix(items[len(items)-1].text, ">") &&
			line != "" && !strings.HasPrefix(line, ">") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "% ")
		if belongs {
			last := &items[len(items)-1]
			last.want = append(last.want, line)
			continue
		}
		items = append(items, item{line: i + 1, text: line, loose: strings.HasPrefix(line, ">~")})
	}
	return items
}

func joinLines(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// looseMs is how far times may be apart: commands on a real server take their time, and EXAT has seconds.
const looseMs = 1100

func compareLines(t *testing.T, what string, want, got []string, loose, replyOnly bool) {
	t.Helper()
	if replyOnly {
		want, got = replyLines(want), replyLines(got)
	}
	same := len(want) == len(got)
	for i := 0; same && i < len(want); i++ {
		same = sameLine(want[i], got[i], loose)
	}
	if !same {
		t.Errorf("%s\n got:\n  %s\n want:\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func replyLines(lines []string) []string {
	for i, l := range lines {
		if strings.HasPrefix(l, "! ") || strings.HasPrefix(l, "= ") {
			return lines[:i]
		}
	}
	return lines
}

func sameLine(a, b string, loose bool) bool {
	if a == b {
		return true
	}
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] == y[i] {
			continue
		}
		n, ok1 := timeWord(x[i], loose)
		m, ok2 := timeWord(y[i], loose)
		limit := int64(looseMs)
		if n < looseMs && !strings.HasPrefix(x[i], "@") {
			limit = 1 // seconds
		}
		if !ok1 || !ok2 || n-m > limit || m-n > limit {
			return false
		}
	}
	return true
}

func timeWord(w string, loose bool) (int64, bool) {
	switch {
	case strings.HasPrefix(w, "@"):
		w = w[1:]
	case strings.HasPrefix(w, ":") && loose:
		w = w[1:]
	default:
		return 0, false
	}
	n, err := strconv.ParseInt(w, 10, 64)
	return n, err == nil
}

// expand replaces the macros of a command's word.
func expand(w string, now int64) string {
	var n int64
	var text string
	switch {
	case strings.HasPrefix(w, "@s"):
		if _, err := fmt.Sscanf(w, "@s%d", &n); err == nil {
			return strconv.FormatInt(now/1000+n, 10)
		}
	case strings.HasPrefix(w, "@rep("):
		if _, err := fmt.Sscanf(w, "@rep(%d,%s", &n, &text); err == nil {
			return strings.Repeat(strings.TrimSuffix(text, ")"), int(n))
		}
	case strings.HasPrefix(w, "@+") || strings.HasPrefix(w, "@-"):
		if _, err := fmt.Sscanf(w, "@%d", &n); err == nil {
			return strconv.FormatInt(now+n, 10)
		}
	}
	return w
}

// nearMs is how close to the clock a number of an effect must be to count as a time: about 11 days.
const nearMs = 1_000_000_000

// relative shows the words of an effect that are times.
func relative(effect string, now int64) string {
	words := strings.Split(effect, " ")
	for i, w := range words {
		if len(w) != 13 {
			continue
		}
		if n, err := strconv.ParseInt(w, 10, 64); err == nil && n-now < nearMs && now-n < nearMs {
			words[i] = fmt.Sprintf("@%+d", n-now)
		}
	}
	return strings.Join(words, " ")
}

// shownBulk is the longest bulk string that is shown as it is.
const shownBulk = 120

// render appends the lines of the first reply of raw and answers what follows it.
func render(lines []string, raw, indent string) (out []string, rest string) {
	head, rest, ok := strings.Cut(raw, "\r\n")
	if !ok || head == "" {
		return append(lines, indent+"unfinished "+strconv.Quote(raw)), ""
	}
	n, _ := strconv.Atoi(head[1:])
	switch kind := head[0]; {
	case (kind == '$' || kind == '=') && n >= 0 && len(rest) >= n+2:
		text := strconv.Quote(rest[:n])
		if n > shownBulk {
			f := fnv.New64a()
			f.Write([]byte(rest[:n]))
			text = fmt.Sprintf("$%d %016x", n, f.Sum64())
		}
		return append(lines, indent+text), rest[n+2:]
	case strings.IndexByte("*~>%|", kind) >= 0 && n > 0:
		lines = append(lines, indent+head)
		if kind == '%' || kind == '|' {
			n *= 2
		}
		for range n {
			lines, rest = render(lines, rest, indent+"  ")
		}
		return lines, rest
	}
	return append(lines, indent+head), rest
}
