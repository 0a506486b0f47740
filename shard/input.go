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

// keep takes over the beginning of a command whose rest is still to come.
func (k *Conn) keep(l *Loop, b []byte) {
	if cap(k.in) < len(b) {
		k.in = l.bufs.get(max(len(b), min(k.parser.Want(), 1<<20)))
	}
	k.in = append(k.in[:0], b...)
	k.inPeak = max(k.inPeak, len(b))
}

// consume takes n executed bytes off the front. What is left moves to the front when that costs no more
// than the bytes just executed, so that the buffer serves again.
func (k *Conn) consume(l *Loop, n int) {
	switch left := len(k.in) - n; {
	case left == 0:
		k.rest(l)
	case left <= n:
		copy(k.in, k.in[n:])
		k.in = k.in[:left]
	default:
		k.in = k.in[n:]
	}
}

// rest is called when no input waits any more.
func (k *Conn) rest(l *Loop) {
	if cap(k.in) > inputKeep {
		k.in = k.in[:0]
		return
	}
	l.bufs.put(k.in)
	k.in = nil
}

// shrink gives up a buffer that is not needed. Called by cron, about ten times a second.
func (k *Conn) shrink(l *Loop) {
	idle := l.nowMs-k.usedMs > inputIdleMs
	if len(k.in) == 0 && k.in != nil && (idle || k.inPeak < cap(k.in)/2) {
		k.in = nil
	}
	k.inPeak = len(k.in)
}

// inputRoom is how many bytes of input wait, and how many more fit into the memory set aside for them.
func (k *Conn) inputRoom() (used, free int) {
	if cap(k.in) == 0 && k.loop.nowMs-k.usedMs <= inputIdleMs {
		return 0, inputShare
	}
	return len(k.in), cap(k.in) - len(k.in)
}
