package geo

import (
	"cmp"
	"slices"

	"hashlane/engine"
	"hashlane/engine/ds/geohash"
	"hashlane/engine/zset"
	"hashlane/proto/resp"
)

const (
	errMember   resp.Error = "ERR could not decode requested zset member"
	errRadius   resp.Error = "ERR need numeric radius"
	errRadiusNg resp.Error = "ERR radius cannot be negative"
	errWidth    resp.Error = "ERR need numeric width"
	errHeight   resp.Error = "ERR need numeric height"
	errBoxNg    resp.Error = "ERR height or width cannot be negative"
	errCount    resp.Error = "ERR COUNT must be > 0"
	errAny      resp.Error = "ERR the ANY argument requires COUNT argument"
)

// form is which command a search belongs to.
type form uint8

const (
	byPlace form = iota // GEORADIUS
	byMember
	search
	searchStore
)

type sorting uint8

const (
	unsorted sorting = iota
	ascending
	descending
)

// query is one search.
type query struct {
	form      form
	noStore   bool // the _RO forms
	area      geohash.Area
	unit      float64
	dist      bool // WITHDIST, and so on
	hash      bool
	coord     bool
	sort      sorting
	count     int64 // 0: all
	any       bool
	store     []byte // nil: answer
	storeAt   int    // the position of store among the arguments
	storeDist bool

	from, shape bool // FROMMEMBER or FROMLONLAT, BYRADIUS or BYBOX were given
	byBox       bool
	fromMember  bool
}

// radiusArg reads a distance and its unit.
func (q *query) radiusArg(args [][]byte) (err error) {
	r, ok := resp.ParseDouble(args[0])
	switch {
	case !ok:
		return errRadius
	case r < 0:
		return errRadiusNg
	}
	q.unit, err = unitArg(args[1])
	q.area.Box, q.area.Radius = false, r*q.unit
	return err
}

// boxArg reads a width, a height and their unit.
func (q *query) boxArg(args [][]byte) (err error) {
	w, ok := resp.ParseDouble(args[0])
	if !ok {
		return errWidth
	}
	h, ok := resp.ParseDouble(args[1])
	if !ok {
		return errHeight
	}
	if w < 0 || h < 0 {
		return errBoxNg
	}
	q.unit, err = unitArg(args[2])
	q.area.Box, q.area.Width, q.area.Height = true, w*q.unit, h*q.unit
	return err
}

// memberArg takes the place of a member as the center. Without a key nothing is looked up.
func (q *query) memberArg(v *zset.View, there bool, member []byte) error {
	if !there {
		return nil
	}
	score, ok := v.Score(member)
	if !ok {
		return errMember
	}
	q.area.Center = geohash.Decode(score)
	return nil
}

// parse reads a command line. Without a key (there false) its errors are told all the same.
func (q *query) parse(args [][]byte, v *zset.View, there bool) (err error) {
	at := 2
	switch q.form {
	case byPlace:
		at = 6
		if q.area.Center, err = placeArg(args[2], args[3]); err == nil {
			err = q.radiusArg(args[4:])
		}
	case byMember:
		at = 5
		if there {
			if err = q.memberArg(v, there, args[2]); err == nil {
				err = q.radiusArg(args[3:])
			}
		}
	case searchStore:
		at = 3
		q.store, q.storeAt = args[1], 1
	}
	for err == nil && at < len(args) {
		var used int
		if used, err = q.common(args[at:]); used == 0 && err == nil {
			if used, err = q.special(args, at, v, there); used == 0 && err == nil {
				err = resp.ErrSyntax
			}
		}
		at += used
	}
	if err != nil {
		return err
	}
	return q.check(args[0])
}

// common reads an option that all forms have, and answers the words used, 0 when it is none.
func (q *query) common(args [][]byte) (used int, err error) {
	switch arg := args[0]; {
	case resp.IsWord(arg, "WITHDIST"):
		q.dist = true
	case resp.IsWord(arg, "WITHHASH"):
		q.hash = true
	case resp.IsWord(arg, "WITHCOORD"):
		q.coord = true
	case resp.IsWord(arg, "ANY"):
		q.any = true
	case resp.IsWord(arg, "ASC"):
		q.sort = ascending
	case resp.IsWord(arg, "DESC"):
		q.sort = descending
	case resp.IsWord(arg, "COUNT") && len(args) > 1:
		n, ok := resp.ParseInt(args[1])
		if !ok {
			return 0, resp.ErrNotInt
		}
		if n <= 0 {
			return 0, errCount
		}
		q.count = n
		return 2, nil
	default:
		return 0, nil
	}
	return 1, nil
}

// special reads an option that only some forms have.
func (q *query) special(words [][]byte, at int, v *zset.View, there bool) (used int, err error) {
	args := words[at:]
	arg := args[0]
	if q.form == byPlace || q.form == byMember {
		if dist := resp.IsWord(arg, "STOREDIST"); !q.noStore && len(args) > 1 && (dist || resp.IsWord(arg, "STORE")) {
			q.store, q.storeAt, q.storeDist = args[1], at+1, dist
			return 2, nil
		}
		return 0, nil
	}
	switch {
	case resp.IsWord(arg, "FROMMEMBER") && len(args) > 1 && (!q.from || q.fromMember):
		q.from, q.fromMember = true, true
		return 2, q.memberArg(v, there, args[1])
	case resp.IsWord(arg, "FROMLONLAT") && len(args) > 2 && !q.fromMember:
		q.from = true
		q.area.Center, err = placeArg(args[1], args[2])
		return 3, err
	case resp.IsWord(arg, "BYRADIUS") && len(args) > 2 && (!q.shape || !q.byBox):
		q.shape = true
		return 3, q.radiusArg(args[1:])
	case resp.IsWord(arg, "BYBOX") && len(args) > 3 && (!q.shape || q.byBox):
		q.shape, q.byBox = true, true
		return 4, q.boxArg(args[1:])
	case resp.IsWord(arg, "STOREDIST") && q.form == searchStore:
		q.storeDist = true
		return 1, nil
	}
	return 0, nil
}

// check refuses options that do not go together.
func (q *query) check(name []byte) error {
	searches := q.form == search || q.form == searchStore
	switch {
	case q.store != nil && (q.dist || q.hash || q.coord):
		what := "STORE option in GEORADIUS"
		if q.form == searchStore {
			what = "GEOSEARCHSTORE"
		}
		return resp.Errorf("ERR %s is not compatible with WITHDIST, WITHHASH and WITHCOORD options", what)
	case searches && !q.from:
		return resp.Errorf("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for %s", name)
	case searches && !q.shape:
		return resp.Errorf("ERR exactly one of BYRADIUS and BYBOX can be specified for %s", name)
	case q.any && q.count == 0:
		return errAny
	}
	if q.count > 0 && q.sort == unsorted && !q.any {
		q.sort = ascending // the nearest ones
	}
	return nil
}

// point is a member found.
type point struct {
	score float64
	place geohash.Place
	dist  float64 // metres
	i     int     // in the found pairs
}

// found is the result of a search.
type found struct {
	names  zset.Pairs // members, off the arena
	points []point
}

// run finds the members of the area, in order, no more than are wanted.
func (q *query) run(v *zset.View) (f found) {
	limit := int64(0)
	if q.any {
		limit = q.count
	}
	full := func() bool { return limit > 0 && int64(len(f.points)) >= limit }
	for _, x := range q.area.Cover() {
		if full() {
			break
		}
		v.EachScore(x.Low, x.High, func(member []byte, score float64) bool {
			place := geohash.Decode(score)
			if dist, in := q.area.Distance(place); in {
				f.points = append(f.points, point{score, place, dist, len(f.points)})
				f.names.Add(member, score)
			}
			return !full()
		})
	}
	switch q.sort {
	case ascending:
		slices.SortStableFunc(f.points, func(a, b point) int { return cmp.Compare(a.dist, b.dist) })
	case descending:
		slices.SortStableFunc(f.points, func(a, b point) int { return cmp.Compare(b.dist, a.dist) })
	}
	if q.count > 0 && int64(len(f.points)) > q.count {
		f.points = f.points[:q.count]
	}
	return f
}

// answer writes the points found.
func (q *query) answer(w *resp.Writer, f *found) {
	parts := 1
	for _, with := range [...]bool{q.dist, q.hash, q.coord} {
		if with {
			parts++
		}
	}
	w.Array(len(f.points))
	for i := range f.points {
		p := &f.points[i]
		if parts > 1 {
			w.Array(parts)
		}
		w.Bulk(f.names.Member(p.i))
		if q.dist {
			writeDistance(w, p.dist/q.unit)
		}
		if q.hash {
			w.Int(int64(p.score))
		}
		if q.coord {
			writePlace(w, p.place)
		}
	}
}

// pairs are the points found as a sorted set.
func (q *query) pairs(f *found) *zset.Pairs {
	var p zset.Pairs
	for i := range f.points {
		x := &f.points[i]
		score := x.score
		if q.storeDist {
			score = x.dist / q.unit
		}
		p.Add(f.names.Member(x.i), score)
	}
	p.Sort()
	return &p
}

// searched looks the source up, reads the command line and searches.
func (q *query) searched(c *engine.Ctx, args [][]byte) (f found, err error) {
	source := 1
	if q.form == searchStore {
		source = 2
	}
	v, there, err := zset.Read(c, args[source])
	if err != nil {
		return f, err
	}
	if err := q.parse(args, &v, there); err != nil || !there {
		return f, err
	}
	return q.run(&v), nil
}

func (q *query) event() string {
	if q.form == searchStore {
		return "geosearchstore"
	}
	return "georadiusstore"
}

func georadius(c *engine.Ctx)         { runHere(c, query{form: byPlace}) }
func georadiusro(c *engine.Ctx)       { runHere(c, query{form: byPlace, noStore: true}) }
func georadiusbymember(c *engine.Ctx) { runHere(c, query{form: byMember}) }
func georadiusbymemberro(c *engine.Ctx) {
	runHere(c, query{form: byMember, noStore: true})
}
func geosearch(c *engine.Ctx)      { runHere(c, query{form: search}) }
func geosearchstore(c *engine.Ctx) { runHere(c, query{form: searchStore}) }

func runHere(c *engine.Ctx, q query) {
	f, err := q.searched(c, c.Args)
	switch {
	case err != nil:
		c.Reply.Err(err)
	case q.store == nil:
		q.answer(c.Reply, &f)
	default:
		p := q.pairs(&f)
		store(c, &q, p)
		c.Reply.Int(int64(p.Len()))
	}
}

// store keeps a result; each member counts as a change.
func store(c *engine.Ctx, q *query, p *zset.Pairs) {
	zset.StoreResult(c, q.store, p, q.event())
	if n := p.Len(); n > 0 {
		c.AddDirty(int64(n) - 1)
	}
}

// storePlan is a search whose result goes to another shard.
//
//	hop 0  source: searches
//	hop 1  destination: stores
type storePlan struct {
	q     query
	args  [][]byte
	pairs *zset.Pairs
	reply resp.Writer // of a search that is not stored after all
	err   error
	to    int // position of the destination
}

func planOf(f form) func(*engine.PlanArgs) (engine.Plan, error) {
	return func(a *engine.PlanArgs) (engine.Plan, error) {
		return &storePlan{q: query{form: f}, args: a.Args, reply: resp.Writer{V: a.Proto}}, nil
	}
}

// Step is engine.Plan.
func (p *storePlan) Step(c *engine.Ctx, hop int, keys []int) {
	if hop == 1 {
		store(c, &p.q, p.pairs)
		return
	}
	source := 1
	if p.q.form == searchStore {
		source = 2
	}
	if !slices.Contains(keys, source) {
		return
	}
	f, err := p.q.searched(c, p.args)
	switch {
	case err != nil:
		p.err = err
	case p.q.store == nil:
		p.q.answer(&p.reply, &f)
	default:
		p.pairs = p.q.pairs(&f)
		p.to = p.q.storeAt
	}
}

// Next is engine.Plan.
func (p *storePlan) Next(hop int, w *resp.Writer) ([]int, bool) {
	switch {
	case p.err != nil:
		w.Err(p.err)
	case p.pairs == nil:
		w.Buf = append(w.Buf, p.reply.Buf...)
	case hop == 0:
		return []int{p.to}, false
	default:
		w.Int(int64(p.pairs.Len()))
	}
	return nil, true
}
