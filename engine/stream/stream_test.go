package stream_test

import (
	"strconv"
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/generic"
	"hashlane/engine/str"
	"hashlane/engine/stream"
)

var types = []engine.Type{str.Type{}, stream.Type{}}

func fresh(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, types, stream.Commands(), str.Commands(), generic.Commands()).Multi(2, 5)
}

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }

func TestContract(t *testing.T) {
	rows := [][]engine.Command{stream.Commands(), str.Commands(), generic.Commands()}
	big := []string{}
	for i := range 40 {
		_ = i
		big = append(big, "XADD k * field @rep(200,value) other 12345")
	}
	enginetest.Contract(t, stream.Type{}, types, rows, []enginetest.Case{
		{
			Name: "one", Encoding: "stream", Lines: []string{"XADD k 1-1 a b"},
			Changes: []string{"XADD k 2-1 a c", "XDEL k 1-1", "XTRIM k MAXLEN 0", "XSETID k 9-9", "XGROUP CREATE k g 0"},
		},
		{Name: "empty", Encoding: "stream", Lines: []string{"XADD k 1-1 a b", "XDEL k 1-1"}, Changes: []string{"XADD k 2-2 a b"}},
		{Name: "never_used", Encoding: "stream", Lines: []string{"XGROUP CREATE k g $ MKSTREAM"}, Changes: []string{"XADD k 2-2 a b"}},
		{Name: "nodes", Encoding: "stream", Lines: big, Changes: []string{"XADD k * a b", "XTRIM k MAXLEN 3", "XTRIM k MAXLEN ~ 3"}},
		{
			Name: "groups", Encoding: "stream",
			Lines: []string{
				"XADD k 1-1 a b", "XADD k 2-1 a b c d", "XADD k 3-1 a 1 c d", "XADD k 4-1 a 1000000 c d", "XADD k 5-1 a b", "XDEL k 4-1",
				"XGROUP CREATE k g 0", "XGROUP CREATE k other 2-1 ENTRIESREAD 2", "XGROUP CREATECONSUMER k g idle",
				"XREADGROUP GROUP g alice COUNT 2 STREAMS k >", "XREADGROUP GROUP g bob COUNT 1 STREAMS k >", "XACK k g 1-1",
				"XREADGROUP GROUP other bob STREAMS k >",
			},
			Changes: []string{
				"XACK k g 2-1", "XREADGROUP GROUP g bob STREAMS k >", "XCLAIM k g carol 0 2-1", "XGROUP DESTROY k g", "XGROUP DELCONSUMER k g alice",
				"XAUTOCLAIM k g bob 0 0", "XNACK k g FAIL IDS 1 2-1", "XDELEX k DELREF IDS 1 3-1", "XACKDEL k g IDS 1 2-1",
			},
		},
		{
			Name: "given_back", Encoding: "stream",
			Lines: []string{
				"XADD k 1-1 a b", "XADD k 2-1 a b", "XADD k 3-1 a b", "XGROUP CREATE k g 0", "XREADGROUP GROUP g alice STREAMS k >",
				"XNACK k g SILENT IDS 2 3-1 1-1",
			},
			Changes: []string{"XREADGROUP GROUP g bob CLAIM 100 STREAMS k >", "XACK k g 1-1"},
		},
		{
			Name: "idempotent", Encoding: "stream",
			Lines:   []string{"XADD k IDMP p one * a b", "XADD k IDMP p two * a b", "XADD k IDMPAUTO q * a b"},
			Changes: []string{"XADD k IDMP p three * a b", "XCFGSET k IDMP-MAXSIZE 5"},
		},
	})
}

// TestCopiesKeepWhenConsumersWereActive: the form of Redis 7.0, which files have, does not; a value that stays in
// the server, on the same shard or on its way to another, does.
func TestCopiesKeepWhenConsumersWereActive(t *testing.T) {
	h := fresh(t)
	h.Dof("XADD k 1-1 a b")
	h.Dof("XGROUP CREATE k g 0")
	h.Dof("XREADGROUP GROUP g alice STREAMS k >")
	h.Now += 5000
	h.Dof("XGROUP CREATECONSUMER k g bob")
	h.Now += 2000
	want := "*2\r\n" +
		"*8\r\n$4\r\nname\r\n$5\r\nalice\r\n$7\r\npending\r\n:1\r\n$4\r\nidle\r\n:7000\r\n$8\r\ninactive\r\n:7000\r\n" +
		"*8\r\n$4\r\nname\r\n$3\r\nbob\r\n$7\r\npending\r\n:0\r\n$4\r\nidle\r\n:2000\r\n$8\r\ninactive\r\n:-1\r\n"
	h.Want(want, "XINFO", "CONSUMERS", "k", "g")
	for i := range 6 {
		to := "to" + strconv.Itoa(i)
		h.Want(":1\r\n", "COPY", "k", to)
		h.Want(want, "XINFO", "CONSUMERS", to, "g")
		h.Want("+OK\r\n", "RENAME", to, "re"+to)
		h.Want(want, "XINFO", "CONSUMERS", "re"+to, "g")
	}
}
