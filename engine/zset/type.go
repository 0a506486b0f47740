package zset

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"hashlane/engine"
	"hashlane/engine/ds/listpack"
	"hashlane/persist/rdb"
	"hashlane/proto/resp"
)

// Type is the sorted set type.
type Type struct{}

var _ engine.Type = Type{}

// ID is engine.Type.
func (Type) ID() engine.TypeID { return engine.TZSet }

// Name is engine.Type.
func (Type) Name() string { return "zset" }

// Encoding is engine.Type. The tree goes by the name of what Redis has in its place.
func (Type) Encoding(r engine.Rec) string {
	if r.Enc() == encSmall {
		return "listpack"
	}
	return "skiplist"
}

// Save is engine.Type. A large sorted set is written from its highest score down, as Redis does.
func (Type) Save(dst []byte, r engine.Rec) ([]byte, byte) {
	v := look(r)
	if v.small() {
		return rdb.AppendString(dst, v.lp), rdb.TypeZSetListpack
	}
	n := v.len()
	dst = rdb.AppendLen(dst, uint64(n))
	var buf memberBuf
	for k := v.from(n-1, n, true); k.next(); {
		dst = rdb.AppendString(dst, k.member(buf[:]))
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(k.score()))
	}
	return dst, rdb.TypeZSet2
}

// Loads is engine.Type.
func (Type) Loads(rdbType byte) bool {
	switch rdbType {
	case rdb.TypeZSet, rdb.TypeZSet2, rdb.TypeZSetZiplist, rdb.TypeZSetListpack:
		return true
	}
	return false
}

var errFormat = errors.New("zset: bad value")

// Load is engine.Type.
func (Type) Load(c *engine.Ctx, key []byte, expireAt int64, rdbType byte, src []byte) (int, error) {
	var p Pairs
	var used int
	var err error
	switch rdbType {
	case rdb.TypeZSetListpack:
		used, err = p.readListpack(src)
	case rdb.TypeZSetZiplist:
		used, err = p.readZiplist(src)
	default:
		used, err = p.readPlain(src, rdbType == rdb.TypeZSet)
	}
	if err != nil {
		return 0, err
	}
	if len(p.list) == 0 || !p.distinct() {
		return 0, errFormat
	}
	p.Sort()
	p.Store(c, key, expireAt)
	return used, nil
}

// readPlain reads a count and then members with scores, in text or as doubles.
func (p *Pairs) readPlain(src []byte, text bool) (used int, err error) {
	n, used, err := rdb.ReadLen(src)
	if err != nil {
		return 0, err
	}
	if n > uint64(len(src)) {
		return 0, errFormat
	}
	for range n {
		member, w, err := rdb.ReadString(src[used:])
		if err != nil {
			return 0, err
		}
		used += w
		score, w, ok := readScore(src[used:], text)
		if !ok || math.IsNaN(score) {
			return 0, errFormat
		}
		used += w
		p.Add(member, score)
	}
	return used, nil
}

// readScore reads a score of the current form, 8 bytes, or of the old one: a length and a text, or a length
// that stands for a value without text.
func readScore(b []byte, text bool) (score float64, used int, ok bool) {
	if !text {
		if len(b) < 8 {
			return 0, 0, false
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), 8, true
	}
	if len(b) == 0 {
		return 0, 0, false
	}
	switch n := int(b[0]); n {
	case 253:
		return math.NaN(), 1, true
	case 254:
		return math.Inf(1), 1, true
	case 255:
		return math.Inf(-1), 1, true
	default:
		if len(b) < 1+n {
			return 0, 0, false
		}
		score, err := strconv.ParseFloat(string(b[1:1+n]), 64)
		return score, 1 + n, err == nil
	}
}

// readListpack reads a string that is a listpack.
func (p *Pairs) readListpack(src []byte) (int, error) {
	lp, used, err := rdb.ReadString(src)
	if err != nil {
		return 0, err
	}
	if err := listpack.Validate(lp); err != nil {
		return 0, err
	}
	if listpack.Len(lp)%2 != 0 {
		return 0, errFormat
	}
	var buf memberBuf
	for at := listpack.First(lp); at >= 0; at = skipPair(lp, at) {
		score := scoreAt(lp, listpack.Next(lp, at))
		if math.IsNaN(score) {
			return 0, errFormat
		}
		p.Add(memberAt(lp, at, buf[:]), score)
	}
	return used, nil
}

// readZiplist reads a string that is a ziplist, what Redis had before listpacks.
func (p *Pairs) readZiplist(src []byte) (int, error) {
	text, used, err := rdb.ReadString(src)
	if err != nil {
		return 0, err
	}
	zip := rdb.Ziplist(text)
	var a, b [24]byte
	for {
		member, ok := zip.Next()
		if !ok {
			return used, zip.Err()
		}
		value, ok := zip.Next()
		if !ok {
			return 0, errFormat
		}
		score, err := strconv.ParseFloat(string(value.Append(b[:0])), 64)
		if err != nil || math.IsNaN(score) {
			return 0, errFormat
		}
		p.Add(member.Append(a[:0]), score)
	}
}

// rewriteChunk is how many members a command of a rewritten AOF takes.
const rewriteChunk = 64

// Rewrite is engine.Type.
func (Type) Rewrite(r engine.Rec, emit func(args ...[]byte)) {
	v := look(r)
	for at, n := 0, v.len(); at < n; at += rewriteChunk {
		emit(zaddWords(r.Key(), &v, at, min(rewriteChunk, n-at))...)
	}
}

var wordZadd = []byte("ZADD")

// zaddWords is the command that adds n elements of v.
func zaddWords(key []byte, v *view, rank, n int) [][]byte {
	words := append(make([][]byte, 0, 2+2*n), wordZadd, key)
	for k := v.from(rank, n, false); k.next(); {
		words = append(words, resp.AppendDouble(nil, k.score()), k.member(make([]byte, 0, 24)))
	}
	return words
}

// Digest is engine.Type.
func (Type) Digest(r engine.Rec, d *engine.Digest) {
	v := look(r)
	var buf memberBuf
	var text [64]byte
	for k := v.from(0, v.len(), false); k.next(); {
		var x engine.Digest
		x.Mix(k.member(buf[:]))
		x.Mix(appendG17(text[:0], k.score()))
		d.XorDigest(x)
	}
}

// appendG17 appends f as C's printf does with %.17g.
func appendG17(dst []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case f == 0 && !math.Signbit(f):
		return append(dst, '0')
	}
	return strconv.AppendFloat(dst, f, 'g', 17, 64)
}

// MemoryUse is engine.Type.
func (Type) MemoryUse(r engine.Rec, samples int) int {
	v := look(r)
	return v.memory(samples)
}

// Free is engine.Type.
func (Type) Free(_ *engine.Space, r engine.Rec, budget int) bool {
	v := look(r)
	return v.free(budget)
}

// FreeEffort is engine.Type.
func (Type) FreeEffort(r engine.Rec) int {
	v := look(r)
	if v.small() {
		return 1
	}
	return int(v.tree.nodes) + v.dict.Blocks()
}
