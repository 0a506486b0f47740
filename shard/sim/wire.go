package sim

import (
	"strconv"

	"hashlane/shard"
)

// socketBytes is what the sockets between server and client hold of a client that does not read.
const socketBytes = 64 << 10

// wire is the server's end of a connection.
type wire struct{ *Client }

// Write is shard.Wire.
func (w wire) Write(b []byte) { w.toCli = append(w.toCli, b...) }

// Buffered is how many bytes wait for the socket.
func (w wire) Buffered() int { return max(0, len(w.toCli)-socketBytes) }

// Close is shard.Wire.
func (w wire) Close() { w.ended() }

// Detach is shard.Wire: the simulated connection serves for what is still to come.
func (w wire) Detach() shard.Wire {
	w.detached = true
	return w
}

// replyLen is the length of the first whole reply in b.
func replyLen(b []byte) (int, bool) {
	end := lineEnd(b)
	if end < 0 {
		return 0, false
	}
	n, _ := strconv.Atoi(string(b[1 : end-2]))
	switch b[0] {
	case '$', '=', '!':
		if n < 0 {
			return end, true
		}
		return end + n + 2, len(b) >= end+n+2
	case '*', '~', '>':
		return items(b, end, n)
	case '%', '|':
		return items(b, end, 2*n)
	}
	return end, true
}

func items(b []byte, at, n int) (int, bool) {
	for range n {
		m, ok := replyLen(b[at:])
		if !ok {
			return 0, false
		}
		at += m
	}
	return at, true
}

func lineEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i] == '\n' && b[i-1] == '\r' {
			return i + 1
		}
	}
	return -1
}
