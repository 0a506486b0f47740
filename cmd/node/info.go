package node

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hashlane/proto/resp"
	"hashlane/shard"
)

// infoSection is a row of the table of INFO sections.
type infoSection struct {
	name  string // as a client writes it
	title string
	when  infoWhen
	write func(x *infoText)
}

// infoWhen says which INFO shows a section that was not asked for by name.
type infoWhen uint8

const (
	infoDefault  infoWhen = iota // INFO, INFO default, all, everything
	infoAll                      // INFO all, everything
	infoExplicit                 // by name only
)

// infoSections in the order of the reply.
var infoSections = []infoSection{
	{"server", "Server", infoDefault, (*infoText).server},
	{"clients", "Clients", infoDefault, (*infoText).clients},
	{"memory", "Memory", infoDefault, (*infoText).memory},
	{"persistence", "Persistence", infoDefault, (*infoText).persistence},
	{"stats", "Stats", infoDefault, (*infoText).stats},
	{"replication", "Replication", infoDefault, (*infoText).replication},
	{"cpu", "CPU", infoDefault, (*infoText).cpu},
	{"modules", "Modules", infoDefault, (*infoText).modules},
	{"commandstats", "Commandstats", infoAll, (*infoText).commandstats},
	{"errorstats", "Errorstats", infoDefault, (*infoText).errorstats},
	{"latencystats", "Latencystats", infoAll, (*infoText).latencystats},
	{"cluster", "Cluster", infoDefault, (*infoText).cluster},
	{"keyspace", "Keyspace", infoDefault, (*infoText).keyspace},
	{"shards", "Shards", infoAll, (*infoText).shards},
	{"debug", "Debug", infoExplicit, (*infoText).debug},
}

// infoText assembles the reply.
type infoText struct {
	strings.Builder
	n    *Node
	opt  *shard.Options
	all  *shard.Report
	each []*shard.Report
	now  time.Time
}

// field adds a line.
func (x *infoText) field(name string, value any) { fmt.Fprintf(x, "%s:%v\r\n", name, value) }

func (x *infoText) fieldf(name, format string, args ...any) {
	fmt.Fprintf(x, name+":"+format+"\r\n", args...)
}

// size adds a line in bytes and one for readers.
func (x *infoText) size(name string, bytes int64) {
	x.field(name, bytes)
	x.field(name+"_human", human(bytes))
}

// config adds a line with the value of an option.
func (x *infoText) config(name, option string) { x.field(name, x.n.Config.String(option)) }

// info is INFO [section ...].
func (n *Node) info(c *shard.Call) {
	wanted := wantedSections(c.Args[1:])
	n.withReports(c, func(all *shard.Report, each []*shard.Report, w *resp.Writer) {
		w.Verbatim("txt", []byte(n.infoText(wanted, all, each)))
	})
}

func (n *Node) infoText(wanted []*infoSection, all *shard.Report, each []*shard.Report) string {
	x := &infoText{n: n, opt: n.Shards.Options(), all: all, each: each, now: n.wall()}
	for i, s := range wanted {
		if i > 0 {
			x.WriteString("\r\n")
		}
		x.WriteString("# " + s.title + "\r\n")
		s.write(x)
	}
	return x.String()
}

// wantedSections are the sections that the words name, each once; unknown words name none.
func wantedSections(words [][]byte) (out []*infoSection) {
	level := infoWhen(0)
	names := []string{}
	byLevel := len(words) == 0
	for _, word := range words {
		switch name := strings.ToLower(string(word)); name {
		case "default":
			byLevel = true
		case "all", "everything":
			byLevel, level = true, infoAll
		default:
			names = append(names, name)
		}
	}
	for i := range infoSections {
		s := &infoSections[i]
		if byLevel && s.when <= level || slices.Contains(names, s.name) {
			out = append(out, s)
		}
	}
	return out
}
