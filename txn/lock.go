package txn

// queue is the FIFO of one fingerprint. The first granted entries hold the lock: one writer, or a run of
// readers.
type queue struct {
	ents    []entry
	granted int
}

type entry struct {
	req   *Request
	write bool
}

// locks is a shard's lock table. Grants are strictly first in, first out (I3).
type locks struct {
	queues map[uint64]*queue
	free   []*queue
}

// conflicts reports whether a new request for k would have to wait.
func (l *locks) conflicts(k Key) bool {
	q := l.queues[k.FP]
	if q == nil {
		return false
	}
	if k.Write || q.granted < len(q.ents) {
		return true
	}
	return q.ents[0].write
}

// enter adds r to all its queues in one step (I2); r.need counts the locks it waits for.
func (l *locks) enter(r *Request) {
	r.need = 0
	for _, k := range r.Keys {
		q := l.queues[k.FP]
		if q == nil {
			q = l.newQueue()
			l.queues[k.FP] = q
		}
		if q.granted == len(q.ents) && (len(q.ents) == 0 || !k.Write && !q.ents[0].write) {
			q.granted++
		} else {
			r.need++
		}
		q.ents = append(q.ents, entry{r, k.Write})
	}
}

func (l *locks) newQueue() *queue {
	if n := len(l.free); n > 0 {
		q := l.free[n-1]
		l.free = l.free[:n-1]
		return q
	}
	return &queue{}
}

// leave takes r, which holds all its locks, out of its queues and calls ready for each request that now
// holds all of its own.
func (l *locks) leave(r *Request, ready func(*Request)) {
	for _, k := range r.Keys {
		q := l.queues[k.FP]
		i := 0
		for q.ents[i].req != r {
			i++
		}
		if i >= q.granted {
			panic("txn: I3 broken: release of a lock that is not held")
		}
		q.ents = append(q.ents[:i], q.ents[i+1:]...)
		q.granted--
		q.grant(ready)
		if len(q.ents) == 0 {
			delete(l.queues, k.FP)
			l.free = append(l.free, q)
		}
	}
}

// grant extends the granted run as far as the rules allow.
func (q *queue) grant(ready func(*Request)) {
	for q.granted < len(q.ents) {
		e := q.ents[q.granted]
		if q.granted > 0 && (e.write || q.ents[0].write) {
			return
		}
		q.granted++
		e.req.need--
		if e.req.need == 0 {
			ready(e.req)
		}
	}
}
