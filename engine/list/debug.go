package list

import (
	"fmt"
	"strings"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
)

// Figures are what DEBUG OBJECT tells of a quicklist, in Redis' form, with a blank in front; "" for a listpack.
func Figures(r engine.Rec, o *engine.Options) string {
	l := view(r)
	if !l.quick() {
		return ""
	}
	size, average, depth := uint64(0), 0.0, 0
	for h := l.q.head; h != 0; h = at(l.a, h).next {
		size += uint64(at(l.a, h).size)
	}
	if l.q.nodes > 0 {
		average = float64(l.q.count) / float64(l.q.nodes)
	}
	if o.Limits.ListCompressDepth > 0 {
		depth = 1
	}
	return fmt.Sprintf(" ql_nodes:%d ql_avg_node:%.2f ql_listpack_max:%d ql_compressed:%d ql_uncompressed_size:%d",
		l.q.nodes, average, o.Limits.ListMaxListpackSize, depth, size)
}

// Describe writes a line for each node of a quicklist, and with elements one for each of these.
func Describe(b *strings.Builder, r engine.Rec, elements bool) {
	l := view(r)
	fmt.Fprintf(b, "quicklist of %d nodes, %d elements\n", l.q.nodes, l.q.count)
	i := 0
	for x, ok := l.edge(false); ok; x, ok = l.beside(&x, false) {
		n := at(l.a, x.h)
		fmt.Fprintf(b, "node %d: %d elements, plain %v, %d bytes, compressed %v\n", i, x.count, x.plain, n.size, n.deep())
		i++
		if !elements {
			continue
		}
		if x.plain {
			fmt.Fprintf(b, "  %.80q\n", x.lp)
			continue
		}
		for p := listpack.First(x.lp); p >= 0; p = listpack.Next(x.lp, p) {
			fmt.Fprintf(b, "  %.80q\n", listpack.Get(x.lp, p).Append(nil))
		}
	}
}
