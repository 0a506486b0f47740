package list

import "hashlane/engine"

// waitingMove is a move that waits for its source: words makes it the one that does not, which is its effect.
type waitingMove struct {
	timeout int // its position; negative: from the end
	words   func(args [][]byte) [][]byte
	parse   func(args [][]byte) (move, error)
}

func (m *waitingMove) ms(args [][]byte) (int64, error) {
	at := m.timeout
	if at < 0 {
		at += len(args)
	}
	return engine.WaitTime(args[at])
}

func (m *waitingMove) run(c *engine.Ctx) {
	now := m.words(c.Args)
	x, err := m.parse(now)
	if err == nil {
		_, err = m.ms(c.Args)
	}
	c.Args = now
	x.here(c, err)
}

func (m *waitingMove) plan(a *engine.PlanArgs) (engine.Plan, error) {
	now := *a
	now.Args = m.words(a.Args)
	p, err := newMove(&now, m.parse)
	if err == nil {
		_, err = m.ms(a.Args)
	}
	return p, err
}

func (m *waitingMove) wait() *engine.Wait {
	return &engine.Wait{
		Blocks: func(args [][]byte) (int64, []int, bool) {
			ms, err := m.ms(args)
			return ms, []int{1}, err == nil
		},
		Ready: func(c *engine.Ctx, pos int) bool {
			r, ok := c.Write(c.Args[pos])
			if !ok || r.Type() != engine.TList {
				return false
			}
			x, err := m.parse(m.words(c.Args))
			var l list
			l.open(c, r)
			return err == nil && x.howMany(l.len()) > 0
		},
	}
}

var (
	lmoveWord     = []byte("LMOVE")
	lmovemWord    = []byte("LMOVEM")
	rpoplpushWord = []byte("RPOPLPUSH")
)

// blmoves are BLMOVE, BRPOPLPUSH and BLMOVEM.
func blmoveOf() *waitingMove {
	return &waitingMove{5, func(a [][]byte) [][]byte { return [][]byte{lmoveWord, a[1], a[2], a[3], a[4]} }, parseLmove}
}

func brpoplpushOf() *waitingMove {
	return &waitingMove{3, func(a [][]byte) [][]byte { return [][]byte{rpoplpushWord, a[1], a[2]} }, parseRpoplpush}
}

func blmovemOf() *waitingMove {
	return &waitingMove{5, func(a [][]byte) [][]byte {
		return append([][]byte{lmovemWord, a[1], a[2], a[3], a[4]}, a[6:]...)
	}, parseLmovem}
}
