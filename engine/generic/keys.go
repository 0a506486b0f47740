package generic

import (
	"math/rand/v2"

	"hashlane/engine"
	"hashlane/engine/ds/glob"
	"hashlane/proto/resp"
)

// keysPlan is KEYS: every shard writes its matching keys as bulk strings.
type keysPlan struct {
	pattern []byte // nil: all
	db      int
	found   []resp.Writer // by shard
	count   []int
}

func keys(a *engine.PlanArgs) (engine.Plan, error) {
	p := &keysPlan{pattern: a.Args[1], db: a.DB, found: make([]resp.Writer, a.Shards), count: make([]int, a.Shards)}
	if string(p.pattern) == "*" {
		p.pattern = nil
	}
	return p, nil
}

// Step is engine.Plan. Keys whose time is over are left out and left alone.
func (p *keysPlan) Step(c *engine.Ctx, _ int, _ []int) {
	w := &p.found[c.Space.Shard]
	n := 0
	c.Space.DB(p.db).Each(func(r engine.Rec) bool {
		if key := r.Key(); (p.pattern == nil || glob.Match(p.pattern, key, false)) && !overdue(r, c.Now) {
			w.Bulk(key)
			n++
		}
		return true
	})
	p.count[c.Space.Shard] = n
}

// Next is engine.Plan.
func (p *keysPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	sum := 0
	for _, n := range p.count {
		sum += n
	}
	w.Array(sum)
	for i := range p.found {
		w.Buf = append(w.Buf, p.found[i].Buf...)
	}
	return nil, true
}

// dbsizePlan is DBSIZE.
type dbsizePlan struct {
	db   int
	keys []int // by shard
}

func dbsize(a *engine.PlanArgs) (engine.Plan, error) {
	return &dbsizePlan{db: a.DB, keys: make([]int, a.Shards)}, nil
}

// Step is engine.Plan.
func (p *dbsizePlan) Step(c *engine.Ctx, _ int, _ []int) {
	p.keys[c.Space.Shard] = c.Space.DB(p.db).Len()
}

// Next is engine.Plan.
func (p *dbsizePlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	sum := 0
	for _, n := range p.keys {
		sum += n
	}
	w.Int(int64(sum))
	return nil, true
}

// randomTries bounds the search for a key whose time is not over where such keys may not be deleted.
const randomTries = 100

// randomPlan is RANDOMKEY: every shard offers one of its keys, and the home takes one of the offers with
// the weights of the shards' numbers of keys, so that every key is as likely as any other.
type randomPlan struct {
	db     int
	offers []offer // by shard
}

type offer struct {
	key  []byte
	keys int
}

func randomkey(a *engine.PlanArgs) (engine.Plan, error) {
	return &randomPlan{db: a.DB, offers: make([]offer, a.Shards)}, nil
}

// Step is engine.Plan.
func (p *randomPlan) Step(c *engine.Ctx, _ int, _ []int) {
	db := c.Space.DB(p.db)
	for try := 0; ; try++ {
		r, ok := db.Random(rand.Uint64)
		if !ok {
			return
		}
		key := append([]byte(nil), r.Key()...)
		if stay := c.Opt().Replica || c.Space.KeepExpired; overdue(r, c.Now) && (!stay || try < randomTries) {
			c.Look(key) // which deletes it, unless it is to stay
			continue
		}
		p.offers[c.Space.Shard] = offer{key, db.Len()}
		return
	}
}

// Next is engine.Plan.
func (p *randomPlan) Next(_ int, w *resp.Writer) ([]int, bool) {
	sum := 0
	for i := range p.offers {
		sum += p.offers[i].keys
	}
	if sum == 0 {
		w.Null()
		return nil, true
	}
	at := rand.IntN(sum)
	for i := range p.offers {
		o := &p.offers[i]
		if at < o.keys {
			w.Bulk(o.key)
			break
		}
		at -= o.keys
	}
	return nil, true
}
