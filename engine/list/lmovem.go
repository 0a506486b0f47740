package list

import (
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

const errMoveCount resp.Error = "ERR count should be greater than 0"

func parseLmovem(args [][]byte) (move, error) { return parseMoveMany(args, args[5:]) }

// parseMoveMany reads the ends of a move and [COUNT count | EXACTLY count, OBO | BULK].
func parseMoveMany(args, rest [][]byte) (m move, err error) {
	if m, err = parseLmove(args); err != nil {
		return m, err
	}
	m.answersIt = false
	if len(rest) == 0 {
		return m, nil
	}
	if len(rest) != 3 {
		return m, resp.ErrSyntax
	}
	switch {
	case strings.EqualFold(string(rest[0]), "COUNT"):
	case strings.EqualFold(string(rest[0]), "EXACTLY"):
		m.exactly = true
	default:
		return m, resp.ErrSyntax
	}
	switch {
	case strings.EqualFold(string(rest[2]), "OBO"):
		m.oneByOne = true
	case strings.EqualFold(string(rest[2]), "BULK"):
	default:
		return m, resp.ErrSyntax
	}
	var ok bool
	if m.count, ok = resp.ParseInt(rest[1]); !ok || m.count < 1 {
		return m, errMoveCount
	}
	return m, nil
}

// lmovem is LMOVEM source destination LEFT|RIGHT LEFT|RIGHT [COUNT count | EXACTLY count, OBO | BULK].
func lmovem(c *engine.Ctx) {
	m, err := parseLmovem(c.Args)
	m.here(c, err)
}

func planLmovem(a *engine.PlanArgs) (engine.Plan, error) { return newMove(a, parseLmovem) }
