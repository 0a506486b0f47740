package shard

import (
	"fmt"
	"slices"
	"strconv"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// monitorCommand is MONITOR: from now on the connection is shown every command of every loop.
func monitorCommand(c *Call) {
	k, l := c.Conn, c.Loop
	if k.flags&flagMonitor != 0 {
		c.Reply.OK()
		return
	}
	k.flags |= flagMonitor
	l.mons = append(l.mons, k)
	c.Server.monitors.Add(1)
	c.Everywhere(func(l *Loop) any { l.setSpecial(); return nil }, func(_ []any, w *resp.Writer) { w.OK() })
}

func (l *Loop) stopMonitor(k *Conn) {
	k.flags &^= flagMonitor
	l.mons = slices.DeleteFunc(l.mons, func(x *Conn) bool { return x == k })
	l.Server.monitors.Add(-1)
	l.setSpecial()
}

// feedMonitors shows a command to the monitors of all loops.
func (l *Loop) feedMonitors(k *Conn, c *commandInfo, args [][]byte, db int) {
	if c.Flags.Any(engine.SkipMonitor | engine.Admin) {
		return
	}
	line := l.monitorLine(k, c.redact(args), db)
	for i := range l.in {
		if i == l.ID {
			l.showMonitors(line)
			continue
		}
		l.send(i, item{kind: itemCall, call: func(o *Loop) { o.showMonitors(line) }})
	}
}

func (l *Loop) showMonitors(line []byte) {
	for _, k := range l.mons {
		l.push(k, line)
	}
}

func (l *Loop) monitorLine(k *Conn, args [][]byte, db int) []byte {
	us := l.env.Wall()
	line := fmt.Appendf(nil, "+%d.%06d [%d %s]", us/1e6, us%1e6, db, k.monitorAddr())
	for _, a := range args {
		line = append(line, ' ')
		line = AppendQuoted(line, a)
	}
	return append(line, "\r\n"...)
}

func (k *Conn) monitorAddr() string {
	if k.peer.Unix {
		return "unix:" + k.peer.Local
	}
	return k.peer.Addr
}

// AppendQuoted appends b in double quotes, bytes that do not print as escapes.
func AppendQuoted(dst, b []byte) []byte {
	dst = append(dst, '"')
	for _, c := range b {
		switch c {
		case '\\', '"':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\a':
			dst = append(dst, `\a`...)
		case '\b':
			dst = append(dst, `\b`...)
		default:
			if c >= ' ' && c <= '~' {
				dst = append(dst, c)
				continue
			}
			dst = append(dst, `\x`...)
			if c < 16 {
				dst = append(dst, '0')
			}
			dst = strconv.AppendUint(dst, uint64(c), 16)
		}
	}
	return append(dst, '"')
}
