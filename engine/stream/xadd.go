package stream

import (
	"bytes"

	"hashlane/engine"
	"hashlane/engine/ds/idtree"
	"hashlane/proto/resp"
)

// addition is a parsed XADD.
type addition struct {
	trimming
	id        ID
	auto      bool // the whole identifier is ours to choose
	autoSeq   bool // its second part is
	noMake    bool
	approxAt  int // position of "~", 0: none
	boundAt   int // of the threshold
	limitAt   int // of LIMIT
	idAt      int
	pid, iid  []byte // of an idempotent message
	autoNamed bool   // iid is worked out from the content
}

var wordEqual = []byte("=")

// trimOptions reads the options that XADD and XTRIM share, from args[i] on; it stops at the first word that is
// none of them. i is where it stopped.
//
//long:one loop over options
func (a *addition) trimOptions(args [][]byte, i int, xadd bool) (int, error) {
	for ; i < len(args); i++ {
		word, more := args[i], len(args)-1-i
		switch {
		case xadd && is(word, "*"):
			return i, nil
		case more > 0 && (resp.IsWord(word, "MAXLEN") || resp.IsWord(word, "MINID")):
			if a.by != 0 {
				return i, resp.ErrTrimTwice
			}
			a.approx = false
			if more >= 2 && (is(args[i+1], "~") || is(args[i+1], "=")) {
				if i++; is(args[i], "~") {
					a.approx, a.approxAt = true, i
				}
			}
			i++
			a.boundAt = i
			if resp.IsWord(word, "MINID") {
				a.by = 'I'
				id, err := strictID(args[i], 0)
				if err != nil {
					return i, err
				}
				a.min = id
				continue
			}
			a.by = 'L'
			n, ok := resp.ParseInt(args[i])
			if !ok {
				return i, resp.ErrNotInt
			}
			if n < 0 {
				return i, resp.ErrTrimMaxLen
			}
			a.most = n
		case more > 0 && resp.IsWord(word, "LIMIT"):
			n, ok := resp.ParseInt(args[i+1])
			if !ok {
				return i, resp.ErrNotInt
			}
			if n < 0 {
				return i, resp.ErrTrimLimit
			}
			a.limit, a.limitAt = n, i
			i++
		case resp.IsWord(word, "KEEPREF"):
			a.refs = keepRefs
		case resp.IsWord(word, "DELREF"):
			a.refs = deleteRefs
		case resp.IsWord(word, "ACKED"):
			a.refs = ackedOnly
		case xadd && resp.IsWord(word, "NOMKSTREAM"):
			a.noMake = true
		case xadd && more > 1 && resp.IsWord(word, "IDMP"):
			a.pid, a.iid, a.autoNamed = args[i+1], args[i+2], false
			i += 2
		case xadd && more > 0 && resp.IsWord(word, "IDMPAUTO"):
			a.pid, a.autoNamed = args[i+1], true
			i++
		default:
			return i, nil
		}
	}
	return i, nil
}

// settleOptions checks how options go together and gives LIMIT its default.
func (a *addition) settleOptions(o *engine.Options) error {
	if a.limitAt > 0 {
		switch {
		case a.by == 0:
			return resp.ErrTrimNoStrategy
		case !a.approx:
			return resp.ErrTrimNoApprox
		}
	} else if a.approx {
		// Whole nodes of a hundred nodes' entries, within sane bounds.
		a.limit = 100 * int64(o.Limits.StreamNodeMaxEntries)
		if a.limit <= 0 {
			a.limit = 10000
		}
		a.limit = min(a.limit, 1000000)
	}
	return nil
}

// parseXadd reads the words of XADD up to the identifier.
func parseXadd(c *engine.Ctx) (a addition, err error) {
	args := c.Args
	if a.idAt, err = a.trimOptions(args, 2, true); err != nil {
		return a, err
	}
	if a.idAt == len(args) {
		return a, resp.ErrSyntax
	}
	word := args[a.idAt]
	switch ms, isAuto := bytes.CutSuffix(word, []byte("-*")); {
	case is(word, "*"):
		a.auto = true
	case isAuto:
		a.autoSeq = true
		ms, ok := number64(ms)
		if !ok {
			return a, resp.ErrStreamID
		}
		a.id.Ms = ms
	default:
		if a.id, err = strictID(word, 0); err != nil {
			return a, err
		}
	}
	if err := a.settleOptions(c.Opt()); err != nil {
		return a, err
	}
	if a.pid != nil && !a.auto {
		return a, resp.ErrIdmpAuto
	}
	return a, nil
}

// choose settles the identifier of the entry to add.
func (a *addition) choose(s stream, nowMs int64) error {
	if s.head == nil {
		s.head = new(head) // what an empty stream says
	}
	if s.last == idtree.Max {
		return resp.ErrStreamFull
	}
	switch {
	case a.auto:
		a.id, _ = s.nextID(nowMs)
	case a.autoSeq && a.id.Ms == s.last.Ms:
		if s.last.Seq == idtree.Max.Seq {
			return resp.ErrStreamTop
		}
		a.id.Seq = s.last.Seq + 1
	}
	if !s.last.Less(a.id) {
		return resp.ErrStreamTop
	}
	return nil
}

// xadd is XADD key [options] id field value [field value ...].
func xadd(c *engine.Ctx) {
	a, err := parseXadd(c)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	pairs := c.Args[a.idAt+1:]
	if len(pairs) < 2 || len(pairs)%2 != 0 {
		c.Reply.Err(resp.Errorf("ERR wrong number of arguments for 'xadd' command"))
		return
	}
	if !a.auto && !a.autoSeq && a.id.IsZero() {
		c.Reply.Err(resp.ErrStreamZero)
		return
	}
	key := c.Args[1]
	s, r, ok, err := findToWrite(c, key)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok && a.noMake {
		c.Reply.Null()
		return
	}
	if a.autoNamed {
		a.iid = autoName(pairs)
	}
	if ok && a.pid != nil {
		if id, was := s.sent(a.pid, a.iid, c.Now); was {
			c.Edit(r)
			s.idmpAt().duplicates++
			writeID(c.Reply, id)
			return
		}
	}
	if err := a.choose(s, c.Now); err != nil {
		c.Reply.Err(err)
		return
	}
	if payload(pairs) > maxElements {
		c.Reply.Err(resp.ErrStreamTooLarge)
		return
	}
	if !ok {
		s, r = create(c, key, 0)
	}
	a.add(c, s, r, pairs, !ok)
}

// add enters the entry, trims and answers. A stream that was made for it goes again when there is no memory.
func (a *addition) add(c *engine.Ctx, s stream, r engine.Rec, pairs [][]byte, made bool) {
	key := c.Args[1]
	c.Edit(r)
	done := false
	defer func() {
		if !done && made {
			c.Delete(key, false)
		}
	}()
	if a.pid != nil {
		s.makeSure(3*payload(pairs) + len(a.pid) + len(a.iid) + 64*len(pairs) + 8192)
	}
	s.append(a.id, pairs, &c.Opt().Limits)
	done = true
	if a.pid != nil {
		s.note(a.pid, a.iid, a.id, c.Now)
	}
	c.Changed(key)
	c.Notify(engine.NotifyStream, "xadd", key)
	if a.by != 0 && s.trim(&a.trimming) > 0 {
		c.Notify(engine.NotifyStream, "xtrim", key)
	}
	writeID(c.Reply, a.id)
	if c.Space.Listening {
		a.effect(c, s)
	}
}

// effect tells the entry with its identifier, and how far the stream was cut.
func (a *addition) effect(c *engine.Ctx, s stream) {
	if !a.auto && !a.autoSeq && !a.approx {
		return
	}
	id := idText(a.id)
	args := a.trimWords(c, s, func(i int) []byte {
		if i == a.idAt {
			return id
		}
		return c.Args[i]
	})
	c.Effect(args...)
	if a.pid != nil {
		c.Effect([]byte("XIDMPRECORD"), c.Args[1], a.pid, a.iid, id)
	}
}

// trimWords are the words of the command with an exact threshold in the place of an approximate one.
func (a *addition) trimWords(c *engine.Ctx, s stream, word func(i int) []byte) [][]byte {
	args := make([][]byte, 0, len(c.Args))
	for i := range c.Args {
		switch {
		case a.approx && i == a.approxAt:
			args = append(args, wordEqual)
		case a.approx && i == a.boundAt && a.by == 'L':
			args = append(args, number(int64(s.length)))
		case a.approx && i == a.boundAt && s.length == 0:
			args = append(args, idText(idtree.Max))
		case a.approx && i == a.boundAt:
			args = append(args, idText(s.nodes.First(s.mem.A).ID()))
		case a.limitAt > 0 && (i == a.limitAt || i == a.limitAt+1):
		case a.pid != nil && i < a.idAt && (resp.IsWord(c.Args[i], "IDMP") || resp.IsWord(c.Args[i], "IDMPAUTO")):
		case a.pid != nil && i < a.idAt && i > 1 && (resp.IsWord(c.Args[i-1], "IDMP") || resp.IsWord(c.Args[i-1], "IDMPAUTO")):
		case a.pid != nil && i < a.idAt && i > 2 && resp.IsWord(c.Args[i-2], "IDMP"):
		default:
			args = append(args, word(i))
		}
	}
	return args
}
