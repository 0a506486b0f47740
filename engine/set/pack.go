package set

import (
	"bytes"
	"slices"
	"sync"
	"unsafe"

	"hashlane/proto/resp"
)

// pack is members on their way between shards, copied off the arena: one after the other as they stand in a reply.
type pack struct {
	text resp.Writer
	ends []int // where the bulk strings end
}

const lineEnd = len("\r\n")

func (p *pack) add(m []byte) {
	p.text.Bulk(m)
	p.ends = append(p.ends, len(p.text.Buf))
}

func (p *pack) size() int { return len(p.ends) }

func (p *pack) start(i int) int {
	if i == 0 {
		return 0
	}
	return p.ends[i-1]
}

func (p *pack) member(i int) []byte {
	bulk := p.text.Buf[p.start(i) : p.ends[i]-lineEnd]
	return bulk[bytes.IndexByte(bulk, '\n')+1:]
}

// reply writes the members that pass, those beside each other in one piece.
func (p *pack) reply(w *resp.Writer, passes func(i int) bool) {
	from := 0
	for i := range p.ends {
		if !passes(i) {
			w.Buf = append(w.Buf, p.text.Buf[from:p.start(i)]...)
			from = p.ends[i]
		}
	}
	w.Buf = append(w.Buf, p.text.Buf[from:]...)
}

// packs holds what packs of finished plans lay in.
var packs = sync.Pool{New: func() any { return new(pack) }}

// reset empties a pack; one without room takes that of a finished plan, if there is any.
func (p *pack) reset() {
	if p.text.Buf == nil {
		*p = *packs.Get().(*pack)
	}
	p.text.Buf, p.ends = p.text.Buf[:0], p.ends[:0]
}

// release gives the room of packs that nobody reads any more to the next plan.
func release(given []pack) {
	for i := range given {
		if p := given[i]; p.text.Buf != nil && cap(p.text.Buf) <= keepBuffer {
			given[i] = pack{}
			packs.Put(&p)
		}
	}
}

// distinct are the members of all packs, each once. They lie in the packs.
func distinct(given []pack) (members [][]byte) {
	n := 0
	for i := range given {
		n += given[i].size()
	}
	members = make([][]byte, 0, n)
	given = slices.Clone(given)
	slices.SortFunc(given, func(a, b pack) int { return a.size() - b.size() })
	largest := given[len(given)-1].size()
	seen := make(map[string]struct{}, n-largest)
	for i := range given {
		p, last := &given[i], i == len(given)-1
		for j := range p.size() {
			m := p.member(j)
			text := unsafe.String(unsafe.SliceData(m), len(m))
			if _, again := seen[text]; again {
				continue
			}
			if !last { // a pack holds no member twice
				seen[text] = struct{}{}
			}
			members = append(members, m)
		}
	}
	return members
}
