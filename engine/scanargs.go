package engine

import (
	"strconv"

	"hashlane/proto/resp"
)

// ParseScanCursor reads a cursor of SCAN and its kin as strtoul reads numbers: an optional sign, digits, nothing
// behind them; no text at all is 0.
func ParseScanCursor(b []byte) (uint64, bool) {
	digits, minus := b, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		digits, minus = b[1:], b[0] == '-'
	}
	if len(digits) == 0 {
		return 0, len(b) == 0
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if minus {
		n = -n
	}
	return n, err == nil
}

// ScanFilter is what a command of SCAN's kind is asked for.
type ScanFilter struct {
	Count   int64
	Pattern []byte // nil: all
}

// ParseScan reads the words behind the cursor: COUNT, MATCH, and what other takes. other gets the words from one
// that is neither on and answers how many of them are its own, 0: none. The errors are resp.ErrSyntax and
// resp.ErrNotInt.
func ParseScan(args [][]byte, other func(rest [][]byte) (used int)) (ScanFilter, error) {
	f := ScanFilter{Count: 10}
	for i := 0; i < len(args); {
		switch left := len(args) - i - 1; {
		case left > 0 && resp.IsWord(args[i], "COUNT"):
			n, ok := resp.ParseInt(args[i+1])
			if !ok {
				return f, resp.ErrNotInt
			}
			if n < 1 {
				return f, resp.ErrSyntax
			}
			f.Count = n
			i += 2
		case left > 0 && resp.IsWord(args[i], "MATCH"):
			if f.Pattern = args[i+1]; string(f.Pattern) == "*" {
				f.Pattern = nil
			}
			i += 2
		default:
			used := 0
			if other != nil {
				used = other(args[i:])
			}
			if used == 0 {
				return f, resp.ErrSyntax
			}
			i += used
		}
	}
	return f, nil
}
