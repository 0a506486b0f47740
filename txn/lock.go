package txn

import "slices"

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

// locks is a shard's lock table. Grants are strictly first in, first out (I3), but for enterFirst.
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
		q := l.queue(k.FP)
		if q.granted == len(q.ents) && (len(q.ents) == 0 || !k.Write && !q.ents[0].write) {
			q.granted++
		} else {
			r.need++
		}
		q.ents = append(q.ents, entry{r, k.Write})
	}
}

// enterFirst is enter for a request with one exclusive lock that comes before all that wait.
func (l *locks) enterFirst(r *Request) {
	if len(r.Keys) != 1 || !r.Keys[0].Write {
		panic("txn: I3 broken: only a request with one exclusive lock may come first")
	}
	q := l.queue(r.Keys[0].FP)
	q.ents = slices.Insert(q.ents, q.granted, entry{r, true})
	r.need = 1
	if q.granted == 0 {
		q.granted, r.need = 1, 0
	}
}

// queue finds or makes the queue of a fingerprint.
func (l *locks) queue(fp uint64) *queue {
	q := l.queues[fp]
	if q != nil {
		return q
	}
	if n := len(l.free); n > 0 {
		q = l.free[n-1]
		l.free = l.free[:n-1]
	} else {
		q = &queue{}
	}
	l.queues[fp] = q
	return q
}

// leave takes r, which holds all its locks, out of its queues and calls ready for each request that now
// holds all of its own.
func (l *locks) leave(r *Request, ready func(*Request)) {
	for _, k := range r.Keys {
		q := l.queues[k.FP]
		if !q.remove(r) {
			panic("txn: I3 broken: release of a lock that is not held")
		}
		l.goOn(k.FP, q, ready)
	}
}

// withdraw takes the single-shard commands out that wait for a fingerprint, but for those that serve lines, and
// answers them in their order. They have not run: it is as if they had not come.
func (l *locks) withdraw(fp uint64, ready func(*Request)) (out []*Request) {
	q := l.queues[fp]
	if q == nil {
		return nil
	}
	for _, e := range q.ents[q.granted:] {
		if e.req.tx == nil && !e.req.Past {
			out = append(out, e.req)
		}
	}
	for _, r := range out {
		for _, k := range r.Keys {
			l.queues[k.FP].remove(r)
		}
	}
	// Only now, so that none of them is granted anything.
	for _, r := range out {
		for _, k := range r.Keys {
			if q := l.queues[k.FP]; q != nil {
				l.goOn(k.FP, q, ready)
			}
		}
	}
	return out
}

// remove takes r out; true: it held the lock.
func (q *queue) remove(r *Request) bool {
	i := 0
	for q.ents[i].req != r {
		i++
	}
	q.ents = slices.Delete(q.ents, i, i+1)
	if i >= q.granted {
		return false
	}
	q.granted--
	return true
}

// goOn grants what may be granted after somebody has left the queue.
func (l *locks) goOn(fp uint64, q *queue, ready func(*Request)) {
	q.grant(ready)
	if len(q.ents) == 0 {
		delete(l.queues, fp)
		l.free = append(l.free, q)
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
