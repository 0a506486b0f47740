package txn

// This file judges a finished history: is there one order of all commands that explains every reply,
// respects real time (strict serializability), and is the order of the journal?

// graph has an edge from each command to those that must come after it.
type graph struct {
	after [][]int
	color []uint8
}

func (g *graph) add(a, b int) {
	if a != 0 && b != 0 && a != b {
		g.after[a] = append(g.after[a], b)
	}
}

func (g *graph) cyclic() bool {
	g.color = make([]uint8, len(g.after))
	for i := range g.after {
		if g.color[i] == 0 && g.visit(i) {
			return true
		}
	}
	return false
}

func (g *graph) visit(i int) bool {
	g.color[i] = 1
	for _, j := range g.after[i] {
		if g.color[j] == 1 || g.color[j] == 0 && g.visit(j) {
			return true
		}
	}
	g.color[i] = 2
	return false
}

// check answers what is wrong with the history, or "".
func (w *simWorld) check() string {
	g := &graph{after: make([][]int, len(w.all)+1)}
	w.dataOrder(g)
	for _, a := range w.all {
		for _, b := range w.all {
			if a.resp < b.inv && a.kind != simCut && b.kind != simCut {
				g.add(a.id, b.id)
			}
		}
	}
	w.connOrder(g)
	if g.cyclic() {
		return "not strictly serializable"
	}
	// A transaction that only reads, in one hop, sees a state that need not be a prefix of the journal:
	// two writes it lies between may be stamped the other way round, as they touch different keys.
	for _, t := range w.all {
		if t.oneHopRead() {
			g.after[t.id] = nil
		}
	}
	for i := 1; i < len(w.journal); i++ {
		g.add(w.journal[i-1].id, w.journal[i].id)
	}
	if g.cyclic() {
		return "the journal is in another order"
	}
	if wrong := w.checkLists(); wrong != "" {
		return wrong
	}
	return w.checkJournal()
}

// dataOrder adds write-write, write-read and read-write order of each key.
func (w *simWorld) dataOrder(g *graph) {
	for k := range w.keys {
		hist := w.shards[w.owner(k)].hist[k]
		next := map[int]int{}
		prev := 0
		for _, id := range hist {
			next[prev] = id
			g.add(prev, id)
			prev = id
		}
		for _, t := range w.all {
			v, ok := t.reads[k]
			if !ok {
				continue
			}
			g.add(v, t.id)
			g.add(t.id, next[v])
		}
	}
}

// connOrder adds the order of commands of one connection that share a key.
func (w *simWorld) connOrder(g *graph) {
	for _, c := range w.conns {
		for i, a := range c.hist {
			for _, b := range c.hist[i+1:] {
				if a.shares(b) {
					g.add(a.id, b.id)
				}
			}
		}
	}
}

func (t *simTx) shares(o *simTx) bool {
	for _, a := range t.keys {
		for _, b := range o.keys {
			if a == b {
				return true
			}
		}
	}
	return false
}

// checkJournal checks that the journal holds every write once, that it replays to the data, and that each
// cut is the state after the units before it.
func (w *simWorld) checkJournal() string {
	units := map[int]int{}
	state := map[int]int{}
	states := []map[int]int{{}}
	for _, t := range w.journal {
		units[t.id]++
		next := map[int]int{}
		for k, v := range state {
			next[k] = v
		}
		for k := range t.wr {
			next[k] = t.id
		}
		state = next
		states = append(states, state)
	}
	for _, t := range w.all {
		if want := min(len(t.wr), 1); units[t.id] != want {
			return "a write is not in the journal once"
		}
	}
	for k := range w.keys {
		if state[k] != w.shards[w.owner(k)].store[k] {
			return "the journal does not replay to the data"
		}
	}
	for _, t := range w.all {
		if t.kind != simCut {
			continue
		}
		for k := range w.keys {
			if t.snap[k] != states[t.cutSeq][k] {
				return "a cut is not the state at its place in the journal"
			}
		}
	}
	return ""
}
