package sim

import (
	"fmt"
	"slices"
	"strconv"

	"hashlane/shard"
)

// Client is one connection, both ends of it: to the test a client, to the loop a shard.Wire.
type Client struct {
	// OnReply takes each reply as it arrives; nil: replies are kept for Do and Take.
	OnReply func(reply string)
	// Slow: the client does not read; what the server writes stays in the server's buffer.
	Slow bool
	// Piece is the longest piece of bytes that arrives at once; 0: as the seed has it.
	Piece int
	// Closed: the server, or Close, has ended the connection.
	Closed bool
	// Received is every byte that the server has sent and that has arrived.
	Received []byte

	w        *World
	loop     *shard.Loop
	conn     *shard.Conn
	shard    int
	toSrv    []byte // on its way
	toCli    []byte
	unread   []byte // arrived, not a whole reply yet
	replies  []string
	eof      bool // our side is to end
	gone     bool // the loop knows that the connection has ended
	detached bool // our side has ended, replies are still to come
	admitted bool
}

// Dial opens a connection, to the shard with the fewest; nil when the server refuses it.
func (w *World) Dial() *Client {
	shard, ok := w.Server.Admit()
	if !ok {
		return nil
	}
	c := w.dial(shard)
	c.admitted = true
	return c
}

// DialAt opens a connection to the given shard.
func (w *World) DialAt(i int) *Client { return w.dial(i) }

func (w *World) dial(i int) *Client {
	c := &Client{w: w, loop: w.Server.Loop(i), shard: i}
	port := 50000 + len(w.conns) + w.steps%1000
	c.loop.Turn(func() {
		c.conn = c.loop.Open(wire{c}, shard.Peer{Addr: "127.0.0.1:" + strconv.Itoa(port), Local: "127.0.0.1:6379", FD: 8 + len(w.conns), Loopback: true})
	})
	w.conns = append(w.conns, c)
	return c
}

// ID is the connection's number.
func (c *Client) ID() uint64 { return c.conn.ID }

// Shard is the loop that owns the connection.
func (c *Client) Shard() int { return c.shard }

// enabled appends what can happen to the connection now.
func (c *Client) enabled(can []func()) []func() {
	if len(c.toSrv) > 0 && !c.gone {
		can = append(can, c.arrive)
	}
	if c.eof && len(c.toSrv) == 0 && !c.gone {
		can = append(can, func() { c.end(true) })
	}
	if len(c.toCli) > 0 && !c.Slow {
		can = append(can, c.deliver)
	}
	return can
}

func (c *Client) piece(have int) int {
	most := have
	if c.Piece > 0 {
		most = min(most, c.Piece)
	} else if c.w.rnd.IntN(3) == 0 {
		most = 1 + c.w.rnd.IntN(have)
	}
	return most
}

// arrive gives the loop some of what the client has sent.
func (c *Client) arrive() {
	n := c.piece(len(c.toSrv))
	b := slices.Clone(c.toSrv[:n])
	c.toSrv = c.toSrv[n:]
	c.loop.Receive(c.conn, b)
	for i := range b {
		b[i] = 0xdb // borrowed for the call: whoever kept it finds this
	}
}

// deliver gives the client some of what the server has sent.
func (c *Client) deliver() {
	n := c.piece(len(c.toCli))
	c.Received = append(c.Received, c.toCli[:n]...)
	c.unread = append(c.unread, c.toCli[:n]...)
	c.toCli = c.toCli[n:]
	for {
		n, ok := replyLen(c.unread)
		if !ok {
			break
		}
		r := string(c.unread[:n])
		c.unread = c.unread[n:]
		if c.OnReply != nil {
			c.OnReply(r)
		} else {
			c.replies = append(c.replies, r)
		}
	}
	if c.gone && len(c.toCli) == 0 {
		c.w.forget(c)
	}
}

func (w *World) forget(c *Client) {
	w.conns = slices.DeleteFunc(w.conns, func(x *Client) bool { return x == c })
}

// end tells the loop that the connection has ended.
func (c *Client) end(half bool) {
	c.eof = false
	c.loop.Turn(func() { c.loop.Closed(c.conn, half) })
	if !c.detached {
		c.finish()
	}
}

// Send puts one command on its way.
func (c *Client) Send(words ...string) { c.SendRaw(string(Command(words...))) }

// Command is the request of one command.
func Command(words ...string) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, x := range words {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(x), x)
	}
	return b
}

// SendRaw puts bytes on their way.
func (c *Client) SendRaw(b string) { c.toSrv = append(c.toSrv, b...) }

// Take answers the next reply, as its bytes, when it has arrived; steps are made until then. A connection
// that ends first gives "closed", one that gets nothing "no reply".
func (c *Client) Take() string {
	err := c.w.Until(func() bool { return len(c.replies) > 0 || c.gone && len(c.toCli) == 0 })
	if len(c.replies) == 0 {
		if err != nil {
			return "no reply"
		}
		return "closed"
	}
	r := c.replies[0]
	c.replies = c.replies[1:]
	return r
}

// Waiting is how many replies have arrived and not been taken.
func (c *Client) Waiting() int { return len(c.replies) }

// Do sends a command and answers its reply.
func (c *Client) Do(words ...string) string {
	c.Send(words...)
	return c.Take()
}

// CloseWrite ends the client's side once what it has sent has arrived.
func (c *Client) CloseWrite() { c.eof = true }

// Close ends the connection at once.
func (c *Client) Close() {
	if c.gone {
		return
	}
	c.toSrv = nil
	c.loop.Turn(func() { c.ended() })
}

// ended is called within a tick.
func (c *Client) ended() {
	if c.gone {
		return
	}
	c.gone = true
	c.loop.Closed(c.conn, false)
	c.finish()
}

func (c *Client) finish() {
	c.gone, c.Closed = true, true
	if c.admitted {
		c.w.Server.Leave(c.shard)
	}
	if len(c.toCli) == 0 || c.Slow {
		c.w.forget(c)
	}
}
