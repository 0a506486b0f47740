package shard

import (
	"crypto/subtle"
	"strings"

	"hashlane/proto/resp"
)

// RedisVersion is the version that clients and tools are told, so that they use what it can do.
const RedisVersion = "7.0.15"

// word is an argument in upper case, for comparison with option names.
func word(b []byte) string { return strings.ToUpper(string(b)) }

func ping(c *Call) {
	switch len(c.Args) {
	case 1:
		c.Reply.Simple("PONG")
	case 2:
		c.Reply.Bulk(c.Args[1])
	default:
		c.Reply.ErrorText(c.Cmd.ArityError(c.Args))
	}
}

func echo(c *Call) { c.Reply.Bulk(c.Args[1]) }

func selectCommand(c *Call) {
	n, ok := resp.ParseInt(c.Args[1])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNotInt)
	case n < 0 || n >= int64(c.Loop.opt.Databases):
		c.Reply.Error(resp.ErrDBIndex)
	default:
		c.Conn.Session.DB = int(n)
		c.Reply.OK()
	}
}

func quit(c *Call) {
	c.Reply.OK()
	c.Loop.endAfterReply(c.Conn)
}

func reset(c *Call) {
	k, l := c.Conn, c.Loop
	k.leaveMulti()
	l.unwatch(k)
	if k.flags&flagMonitor != 0 {
		l.stopMonitor(k)
	}
	k.flags &^= flagReplyOff | flagReplySkip | flagReplySkipNext | flagNoEvict
	k.Name = ""
	k.Session.DB, k.Session.NoTouch = 0, false
	k.Session.Fieldsets.Clear()
	k.setProto(2)
	c.Reply.V = 2
	k.setAuth(l.opt.RequirePass == "")
	c.Reply.Simple("RESET")
}

func (k *Conn) setProto(v int) { k.Session.V = v }

func (k *Conn) setAuth(ok bool) {
	k.parser.Unauthenticated = !ok
	if ok {
		k.flags &^= flagUnauth
	} else {
		k.flags |= flagUnauth
	}
}

// passes reports whether user and password let a client in.
func (l *Loop) passes(user, password []byte) bool {
	if string(user) != "default" {
		return false
	}
	want := l.opt.RequirePass
	return want == "" || subtle.ConstantTimeCompare(password, []byte(want)) == 1
}

func auth(c *Call) {
	user, password := []byte("default"), c.Args[1]
	switch len(c.Args) {
	case 2:
		if c.Loop.opt.RequirePass == "" {
			c.Reply.Error(resp.ErrNoPassword)
			return
		}
	case 3:
		user, password = c.Args[1], c.Args[2]
	default:
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	if !c.Loop.passes(user, password) {
		c.Reply.Error(resp.ErrWrongPass)
		return
	}
	c.Conn.setAuth(true)
	c.Reply.OK()
}

// helloOptions are the options of HELLO after the version.
type helloOptions struct {
	auth           bool
	user, password []byte
	name           []byte
	named          bool
}

func parseHello(args [][]byte) (o helloOptions, err error) {
	for i := 0; i < len(args); i++ {
		switch left := len(args) - i - 1; {
		case word(args[i]) == "AUTH" && left >= 2:
			o.auth, o.user, o.password = true, args[i+1], args[i+2]
			i += 2
		case word(args[i]) == "SETNAME" && left >= 1:
			if !cleanName(args[i+1]) {
				return o, errClientName
			}
			o.named, o.name = true, args[i+1]
			i++
		default:
			return o, resp.Error("ERR Syntax error in HELLO option '" + string(args[i]) + "'")
		}
	}
	return o, nil
}

func hello(c *Call) {
	k, w := c.Conn, c.Reply
	version := k.Session.V
	var o helloOptions
	if len(c.Args) > 1 {
		n, ok := resp.ParseInt(c.Args[1])
		if !ok {
			w.Error(resp.ErrProtoVersion)
			return
		}
		if n != 2 && n != 3 {
			w.Error(resp.ErrNoProto)
			return
		}
		version = int(n)
		var err error
		if o, err = parseHello(c.Args[2:]); err != nil {
			w.Err(err)
			return
		}
	}
	if o.auth {
		if !c.Loop.passes(o.user, o.password) {
			w.Error(resp.ErrWrongPass)
			return
		}
		k.setAuth(true)
	}
	if k.flags&flagUnauth != 0 {
		w.Error(resp.ErrHelloNoAuth)
		return
	}
	if o.named {
		k.Name = string(o.name)
	}
	k.setProto(version)
	w.V = version
	helloReply(w, k)
}

func helloReply(w *resp.Writer, k *Conn) {
	w.Map(7)
	w.BulkString("server")
	w.BulkString("redis")
	w.BulkString("version")
	w.BulkString(RedisVersion)
	w.BulkString("proto")
	w.Int(int64(k.Session.V))
	w.BulkString("id")
	w.Int(int64(k.ID))
	w.BulkString("mode")
	w.BulkString("standalone")
	w.BulkString("role")
	w.BulkString("master")
	w.BulkString("modules")
	w.Array(0)
}
