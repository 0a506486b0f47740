package shard

// Input is executed where the reactor has read it; a connection owns memory for it only when a command
// arrives in pieces. That buffer is kept for the next large command, and given up by cron.
//
// CLIENT LIST's qbuf-free counts what Redis' users watch it for: the buffer, or, while a connection is in
// use and owns none, the share of the loop's own buffer that one read of it takes.
const (
	inputShare  = 16 << 10 // of the loop's buffer
	inputIdleMs = 2000     // after that a connection owns nothing
	inputKeep   = 32 << 10 // a buffer above it is given up once a smaller one would have done
)

// take appends input that has to wait. k.in is a window into k.inBuf: what is executed leaves at the front,
// and the window moves back there when it meets the end and fills at most two thirds of the buffer, so
// that each byte moves a few times at most. A buffer that is too small is replaced by one for the whole
// command, as far as what has come of it vouches for its size.
func (k *Conn) take(l *Loop, b []byte) {
	need := len(k.in) + len(b)
	if need > cap(k.in) {
		if need > cap(k.inBuf)/3*2 {
			old := k.inBuf
			k.inBuf = l.bufs.get(max(need+need/2, min(k.parser.Want(), max(1<<20, 8*len(k.in)))))
			defer l.bufs.put(old)
		}
		k.in = k.inBuf[:copy(k.inBuf[:cap(k.inBuf)], k.in)]
	}
	k.in = append(k.in, b...)
	k.inPeak = max(k.inPeak, len(k.in))
}

// consume takes n executed bytes off the front.
func (k *Conn) consume(l *Loop, n int) {
	switch {
	case n < len(k.in):
		k.in = k.in[n:]
	case cap(k.inBuf) > inputKeep:
		k.in = k.inBuf[:0]
	default:
		l.bufs.put(k.inBuf)
		k.in, k.inBuf = nil, nil
	}
}

// shrink gives up a buffer that is not needed. Called by cron, about ten times a second.
func (k *Conn) shrink(l *Loop) {
	idle := l.nowMs-k.usedMs > inputIdleMs
	if len(k.in) == 0 && k.inBuf != nil && (idle || k.inPeak < cap(k.inBuf)/2) {
		k.in, k.inBuf = nil, nil
	}
	k.inPeak = len(k.in)
}

// inputRoom is how many bytes of input wait, and how many more fit into the memory set aside for them.
func (k *Conn) inputRoom() (used, free int) {
	if k.inBuf == nil && k.loop.nowMs-k.usedMs <= inputIdleMs {
		return 0, inputShare
	}
	return len(k.in), cap(k.inBuf) - len(k.in)
}
