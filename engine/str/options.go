package str

import (
	"math"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// option is a set of the options of SET, GETEX, MSETEX and INCREX.
type option uint32

const (
	optNX option = 1 << iota
	optXX
	optGet
	optKeepTTL
	optPersist
	optEX
	optPX
	optEXAT
	optPXAT
	optIfEq
	optIfNe
	optIfDeq
	optIfDne

	optTimes  = optEX | optPX | optEXAT | optPXAT
	optExpiry = optTimes | optKeepTTL | optPersist
	optIf     = optIfEq | optIfNe | optIfDeq | optIfDne
	optWhen   = optNX | optXX | optIf
)

func (o option) any(p option) bool { return o&p != 0 }

// options are the options of one command line.
type options struct {
	set  option
	time []byte // of the last of EX, PX, EXAT, PXAT
	arg  []byte // of IFEQ, IFNE, IFDEQ, IFDNE
}

// parseOptions reads option words, of which allowed are known. A repeated option is fine, its last value
// counts; two of one kind (a condition, an expiry) are a syntax error.
func parseOptions(args [][]byte, allowed option) (o options, ok bool) {
	for i := 0; i < len(args); i++ {
		p := optionNamed(args[i])
		if p&allowed == 0 {
			return o, false
		}
		for _, kind := range [...]option{optExpiry, optWhen} {
			if p.any(kind) && o.set.any(kind&^p) {
				return o, false
			}
		}
		if p.any(optTimes | optIf) {
			if i++; i == len(args) {
				return o, false
			}
			if p.any(optTimes) {
				o.time = args[i]
			} else {
				o.arg = args[i]
			}
		}
		o.set |= p
	}
	return o, true
}

// optionNamed finds an option by its word, in any case of letters; 0 when there is none.
func optionNamed(word []byte) option {
	switch {
	case resp.IsWord(word, "NX"):
		return optNX
	case resp.IsWord(word, "XX"):
		return optXX
	case resp.IsWord(word, "EX"):
		return optEX
	case resp.IsWord(word, "PX"):
		return optPX
	case resp.IsWord(word, "GET"):
		return optGet
	case resp.IsWord(word, "KEEPTTL"):
		return optKeepTTL
	case resp.IsWord(word, "PERSIST"):
		return optPersist
	case resp.IsWord(word, "EXAT"):
		return optEXAT
	case resp.IsWord(word, "PXAT"):
		return optPXAT
	case resp.IsWord(word, "IFEQ"):
		return optIfEq
	case resp.IsWord(word, "IFNE"):
		return optIfNe
	case resp.IsWord(word, "IFDEQ"):
		return optIfDeq
	case resp.IsWord(word, "IFDNE"):
		return optIfDne
	}
	return 0
}

// expiry is the time that the options give, in Unix ms; 0 when they give none. The error names the
// command.
func (o *options) expiry(now int64, cmd *engine.Command) (int64, error) {
	if !o.set.any(optTimes) {
		return 0, nil
	}
	n, ok := resp.ParseInt(o.time)
	if !ok {
		return 0, resp.ErrNotInt
	}
	if n > 0 && o.set.any(optEX|optEXAT) {
		if n > math.MaxInt64/1000 {
			n = 0
		}
		n *= 1000
	}
	if n > 0 && o.set.any(optEX|optPX) {
		n += now // below zero when it overflows
	}
	if n <= 0 {
		return 0, resp.Error("ERR invalid expire time in '" + cmd.Full() + "' command")
	}
	return n, nil
}

// Words of effects.
var (
	wordSet       = []byte("SET")
	wordMset      = []byte("MSET")
	wordDel       = []byte("DEL")
	wordUnlink    = []byte("UNLINK")
	wordPxat      = []byte("PXAT")
	wordKeepTTL   = []byte("KEEPTTL")
	wordPersist   = []byte("PERSIST")
	wordPexpireat = []byte("PEXPIREAT")
)
