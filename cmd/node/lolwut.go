package node

import (
	"math/rand/v2"
	"strings"

	"hashlane/proto/resp"
	"hashlane/shard"
)

// Size of the picture that LOLWUT draws unless told.
const (
	roadColumns = 66
	roadLanes   = 6
)

// lolwut is LOLWUT [VERSION version] [columns [lanes]]: keys on their way, each in its lane. Versions name
// the pictures of other releases, which we do not have; they get the version line alone.
func lolwut(c *shard.Call) {
	args := c.Args[1:]
	picture := true
	if len(args) >= 2 && strings.EqualFold(string(args[0]), "VERSION") {
		v, ok := resp.ParseInt(args[1])
		if !ok {
			c.Reply.Error(resp.ErrNotInt)
			return
		}
		picture = v == 1
		args = args[2:]
	}
	text := ""
	if picture {
		text = road(dimension(args, 0, roadColumns, 160), dimension(args, 1, roadLanes, 40), rand.Uint64()) + "\n"
	}
	c.Reply.Verbatim("txt", []byte(text+"Redis ver. "+shard.RedisVersion+", Hashlane ver. "+Version+"\n"))
}

// dimension is args[i] as a number in 1..limit, or what is given for lack of it.
func dimension(args [][]byte, i, otherwise int, limit int64) int {
	if i >= len(args) {
		return otherwise
	}
	v, ok := resp.ParseInt(args[i])
	if !ok {
		return otherwise
	}
	return int(min(max(v, 1), limit))
}

// road draws lanes of traffic between two edges.
func road(columns, lanes int, seed uint64) string {
	vehicles := []string{"o=>", "[##]>", "<GET>", "<SET>", "{hash}>", "(o)", "=>", "[lane]>", "~~>", "*:>"}
	rnd := rand.New(rand.NewPCG(seed, seed>>7))
	var b strings.Builder
	edge := strings.Repeat("=", columns) + "\n"
	b.WriteString(edge)
	for lane := range lanes {
		if lane > 0 {
			b.WriteString(strings.TrimRight(strings.Repeat("-  ", columns/3+1)[:columns], " ") + "\n")
		}
		var line strings.Builder
		for line.Len() < columns {
			line.WriteString(strings.Repeat(" ", 1+rnd.IntN(4+2*lane)))
			line.WriteString(vehicles[rnd.IntN(len(vehicles))])
		}
		b.WriteString(strings.TrimRight(line.String()[:columns], " ") + "\n")
	}
	b.WriteString(edge)
	return b.String()
}
