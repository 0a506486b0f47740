package engine

import (
	"math"

	"hashlane/proto/resp"
)

// Wait makes a command one that may wait for its keys. Its Run and its Plan try, as they would without waiting;
// a try that finds nothing answers a null, and then the connection waits, unless it is in a transaction.
//
//	try ── null ──► Blocks ──► Enter, at the owners ──► a key changes ──► Serve, at its owner ──► reply
//	                                                                 └──► the try again, without Serve
type Wait struct {
	// Blocks says for how long a command that found nothing waits (ms, 0: for ever) and at which positions the
	// keys are that it waits for; ok false: its null is the reply. The words have been tried: they are right.
	// Any goroutine.
	Blocks func(args [][]byte) (ms int64, keys []int, ok bool)
	// Enter runs at the owner of the key at pos when the waiting begins; it may replace words of c.Args that
	// belong to this key (XREAD's $). nil: nothing to do.
	Enter func(c *Ctx, pos int)
	// Ready reports that the key at pos, which has changed, has something for the command. Runs at its owner.
	Ready func(c *Ctx, pos int) bool
	// Serve is the command at the key at pos alone, which is Ready. nil: the command is tried again as a whole.
	Serve func(c *Ctx, pos int)
}

// MaxWait is the longest wait, in ms.
const MaxWait = math.MaxInt64 / 4

const (
	errWaitFloat resp.Error = "ERR timeout is not a float or out of range"
	errWaitLess  resp.Error = "ERR timeout is negative"
	errWaitRange resp.Error = "ERR timeout is out of range"
)

// WaitTime reads a timeout in seconds and answers ms, rounded up. The errors are Redis'.
func WaitTime(word []byte) (int64, error) {
	f, ok := resp.ParseDouble(word)
	switch ms := math.Ceil(f * 1000); {
	case !ok || math.IsNaN(f):
		return 0, errWaitFloat
	case ms > MaxWait:
		return 0, errWaitRange
	case ms < 0:
		return 0, errWaitLess
	default:
		return int64(ms), nil
	}
}

// IsNull reports that a reply is a null of either protocol.
func IsNull(reply []byte) bool {
	switch string(reply) {
	case "$-1\r\n", "*-1\r\n", "_\r\n":
		return true
	}
	return false
}
