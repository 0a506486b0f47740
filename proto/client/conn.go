package client

import (
	"bufio"
	"net"
	"strconv"
	"strings"
	"time"
)

// Conn is one connection to a server.
type Conn struct {
	nc net.Conn
	r  *bufio.Reader
	w  *bufio.Writer
}

// Dial connects to addr: host:port, or the path of a unix socket (it begins with a slash or a dot).
func Dial(addr string) (*Conn, error) {
	network := "tcp"
	if strings.HasPrefix(addr, "/") || strings.HasPrefix(addr, ".") {
		network = "unix"
	}
	nc, err := net.DialTimeout(network, addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &Conn{nc: nc, r: bufio.NewReaderSize(nc, 64<<10), w: bufio.NewWriterSize(nc, 64<<10)}, nil
}

// Net is the connection underneath, for deadlines and half-closing.
func (c *Conn) Net() net.Conn { return c.nc }

// Close ends the connection.
func (c *Conn) Close() error { return c.nc.Close() }

// AppendCommand appends a command in its array form.
func AppendCommand(dst []byte, args ...string) []byte {
	dst = append(dst, '*')
	dst = strconv.AppendInt(dst, int64(len(args)), 10)
	for _, a := range args {
		dst = append(dst, "\r\n$"...)
		dst = strconv.AppendInt(dst, int64(len(a)), 10)
		dst = append(dst, "\r\n"...)
		dst = append(dst, a...)
	}
	return append(dst, "\r\n"...)
}

// Send queues a command.
func (c *Conn) Send(args ...string) error {
	_, err := c.w.Write(AppendCommand(c.w.AvailableBuffer(), args...))
	return err
}

// SendRaw queues bytes as they are.
func (c *Conn) SendRaw(b []byte) error {
	_, err := c.w.Write(b)
	return err
}

// Flush writes what is queued.
func (c *Conn) Flush() error { return c.w.Flush() }

// Receive reads one reply. Error replies are Replies, not errors.
func (c *Conn) Receive() (Reply, error) { return ReadReply(c.r) }

// Do sends one command and reads its reply.
func (c *Conn) Do(args ...string) (Reply, error) {
	if err := c.Send(args...); err != nil {
		return Reply{}, err
	}
	if err := c.Flush(); err != nil {
		return Reply{}, err
	}
	return c.Receive()
}
