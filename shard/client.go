package shard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hashlane/proto/resp"
)

const errClientName resp.Error = "ERR Client names cannot contain spaces, newlines or special characters."

// errSubcommandSyntax is the answer to a subcommand with too many words.
func errSubcommandSyntax(c *Call) resp.Error {
	return resp.Errorf("ERR unknown subcommand or wrong number of arguments for '%s'. Try %s HELP.", c.Args[1], c.Cmd.Container)
}

// cleanName reports whether b prints without blanks: what names of clients and libraries may hold.
func cleanName(b []byte) bool {
	for _, c := range b {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// connOverhead is what a connection costs besides its buffers: its own record and the poller's.
const connOverhead = 1200

// memory is what the connection occupies, in bytes.
func (k *Conn) memory() int {
	n := connOverhead + cap(k.inBuf) + cap(k.out) + len(k.Name)
	for i := range k.slots {
		n += cap(k.slots[i].buf) + 32
	}
	if k.multi != nil {
		n += k.multi.bytes
	}
	return n
}

// unsent is how many bytes of replies wait for the socket.
func (k *Conn) unsent() int {
	if k.wire == nil {
		return 0
	}
	return k.wire.Buffered()
}

// Info is the connection's line in CLIENT LIST, without line break. Runs on the shard's loop.
func (k *Conn) Info() string {
	l := k.loop
	queued, multiMem, cmd, omem := -1, 0, "NULL", k.unsent()
	if k.multi != nil {
		queued, multiMem = len(k.multi.queue), k.multi.bytes
	}
	if k.lastCmd != nil {
		cmd = k.lastCmd.Full()
		if p := k.lastCmd.Parent(); p != nil && p.HideSub {
			cmd = p.Full()
		}
	}
	qbuf, free := k.inputRoom()
	return fmt.Sprintf("id=%d addr=%s laddr=%s fd=%d name=%s age=%d idle=%d flags=%s db=%d sub=0 psub=0 ssub=0 multi=%d "+
		"qbuf=%d qbuf-free=%d argv-mem=%d multi-mem=%d rbs=%d rbp=%d obl=%d oll=%d omem=%d tot-mem=%d events=%s cmd=%s "+
		"user=default redir=-1 resp=%d lib-name=%s lib-ver=%s shard=%d",
		k.ID, k.peer.Addr, k.peer.Local, k.peer.FD, k.Name, (l.nowMs-k.openMs)/1000, (l.nowMs-k.usedMs)/1000, k.flagLetters(),
		k.Session.DB, queued, qbuf, free, 0, multiMem, cap(k.out), len(k.out), len(k.out), len(k.slots), omem, k.memory()+omem,
		k.events(omem), cmd, k.Session.V, k.LibName, k.LibVer, l.ID)
}

func (k *Conn) flagLetters() string {
	var b strings.Builder
	for _, x := range []struct {
		on     bool
		letter byte
	}{
		{k.flags&flagMonitor != 0, 'O'},
		{k.multi != nil, 'x'},
		{k.stop&stopPause != 0 || k.waiter != nil && k.waiter.parked, 'b'},
		{k.watch != nil && k.watch.mark.Dirty(), 'd'},
		{k.ending, 'c'},
		{k.peer.Unix, 'U'},
		{k.flags&flagNoEvict != 0, 'e'},
		{k.Session.NoTouch, 'T'},
	} {
		if x.on {
			b.WriteByte(x.letter)
		}
	}
	if b.Len() == 0 {
		return "N"
	}
	return b.String()
}

func (k *Conn) events(buffered int) string {
	if buffered > 0 {
		return "rw"
	}
	return "r"
}

func clientID(c *Call) { c.Reply.Int(int64(c.Conn.ID)) }

func clientInfo(c *Call) { c.Reply.Verbatim("txt", []byte(c.Conn.infoIn(c)+"\n")) }

// infoIn is Info as seen by a command of the connection itself: its own words count as its input.
func (k *Conn) infoIn(c *Call) string {
	size, framed := 0, len(strconv.Itoa(len(c.Args)))+3
	for _, a := range c.Args {
		size += len(a)
		framed += len(a) + len(strconv.Itoa(len(a))) + 5
	}
	line := k.Info()
	if qbuf, free := k.inputRoom(); qbuf == 0 {
		line = strings.Replace(line, fmt.Sprintf(" qbuf=0 qbuf-free=%d argv-mem=0 ", free), fmt.Sprintf(" qbuf=%d qbuf-free=%d argv-mem=%d ", framed, free, size), 1)
	}
	return line
}

func clientGetname(c *Call) {
	if c.Conn.Name == "" {
		c.Reply.Null()
		return
	}
	c.Reply.BulkString(c.Conn.Name)
}

func clientSetname(c *Call) {
	if !cleanName(c.Args[2]) {
		c.Reply.Error(errClientName)
		return
	}
	c.Conn.Name = string(c.Args[2])
	c.Reply.OK()
}

func clientSetinfo(c *Call) {
	option := strings.ToLower(string(c.Args[2]))
	field := map[string]*string{"lib-name": &c.Conn.LibName, "lib-ver": &c.Conn.LibVer}[option]
	switch {
	case field == nil:
		c.Reply.ErrorText("ERR Unrecognized option '" + string(c.Args[2]) + "'")
	case !cleanName(c.Args[3]):
		c.Reply.ErrorText("ERR " + option + " cannot contain spaces, newlines or special characters.")
	default:
		*field = string(c.Args[3])
		c.Reply.OK()
	}
}

// onOff reads an ON or OFF argument; it answers the syntax error itself.
func onOff(c *Call, a []byte) (on, ok bool) {
	switch word(a) {
	case "ON":
		return true, true
	case "OFF":
		return false, true
	}
	c.Reply.Error(resp.ErrSyntax)
	return false, false
}

func clientNoEvict(c *Call) {
	on, ok := onOff(c, c.Args[2])
	if !ok {
		return
	}
	c.Conn.flags &^= flagNoEvict
	if on {
		c.Conn.flags |= flagNoEvict
	}
	c.Reply.OK()
}

func clientNoTouch(c *Call) {
	on, ok := onOff(c, c.Args[2])
	if ok {
		c.Conn.Session.NoTouch = on
		c.Reply.OK()
	}
}

func clientReply(c *Call) {
	k := c.Conn
	switch word(c.Args[2]) {
	case "ON":
		k.flags &^= flagReplyOff | flagReplySkip | flagReplySkipNext
		c.Reply.OK()
	case "OFF":
		k.flags |= flagReplyOff
	case "SKIP":
		if k.flags&flagReplyOff == 0 {
			k.flags |= flagReplySkipNext
		}
	default:
		c.Reply.Error(resp.ErrSyntax)
	}
}

func clientGetredir(c *Call) { c.Reply.Int(-1) }

func clientTrackinginfo(c *Call) {
	w := c.Reply
	w.Map(3)
	w.BulkString("flags")
	w.Set(1)
	w.BulkString("off")
	w.BulkString("redirect")
	w.Int(-1)
	w.BulkString("prefixes")
	w.Array(0)
}

// clientUnblock is CLIENT UNBLOCK client-id [TIMEOUT|ERROR].
func clientUnblock(c *Call) {
	if len(c.Args) > 4 {
		c.Reply.Error(errSubcommandSyntax(c))
		return
	}
	withError := false
	if len(c.Args) == 4 {
		r := word(c.Args[3])
		withError = r == "ERROR"
		if r != "TIMEOUT" && r != "ERROR" {
			c.Reply.ErrorText("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
			return
		}
	}
	id, ok := resp.ParseInt(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	c.Everywhere(func(l *Loop) any {
		for k := l.conns.first; k != nil; k = k.next {
			if k.ID == uint64(id) {
				return k.waiter != nil && k.waiter.unblock(withError)
			}
		}
		return false
	}, func(results []any, w *resp.Writer) {
		n := int64(0)
		for _, r := range results {
			if r.(bool) {
				n++
			}
		}
		w.Int(n)
	})
}

// clientList is CLIENT LIST [TYPE type] [ID id ...].
func clientList(c *Call) {
	var ids []uint64
	kind := ""
	switch {
	case len(c.Args) == 4 && word(c.Args[2]) == "TYPE":
		kind = strings.ToLower(string(c.Args[3]))
		if !clientType(kind) {
			c.Reply.ErrorText("ERR Unknown client type '" + string(c.Args[3]) + "'")
			return
		}
	case len(c.Args) > 3 && word(c.Args[2]) == "ID":
		for _, a := range c.Args[3:] {
			n, ok := resp.ParseInt(a)
			if !ok {
				c.Reply.ErrorText("ERR Invalid client ID")
				return
			}
			ids = append(ids, uint64(n))
		}
	case len(c.Args) > 2:
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	self, own := c.Conn, c.Conn.infoIn(c)
	c.Everywhere(func(l *Loop) any {
		var lines []clientLine
		for k := l.conns.first; k != nil; k = k.next {
			if kind != "" && kind != k.kind() || ids != nil && !slices.Contains(ids, k.ID) {
				continue
			}
			text := own
			if k != self {
				text = k.Info()
			}
			lines = append(lines, clientLine{k.ID, text})
		}
		return lines
	}, func(results []any, w *resp.Writer) { w.Verbatim("txt", joinClients(results)) })
}

type clientLine struct {
	id   uint64
	text string
}

func joinClients(results []any) []byte {
	var all []clientLine
	for _, r := range results {
		all = append(all, r.([]clientLine)...)
	}
	slices.SortFunc(all, func(a, b clientLine) int { return int(int64(a.id) - int64(b.id)) })
	var out []byte
	for _, x := range all {
		out = append(append(out, x.text...), '\n')
	}
	return out
}

// kind is the client type of CLIENT LIST and KILL.
func (k *Conn) kind() string {
	if k.flags&flagMonitor != 0 {
		return "replica" // as Redis counts monitors
	}
	return "normal"
}

func clientType(s string) bool {
	switch s {
	case "normal", "master", "replica", "slave", "pubsub":
		return true
	}
	return false
}

// killFilter is what CLIENT KILL selects by.
type killFilter struct {
	id          uint64
	addr, laddr string
	kind        string
	user        string
	maxAge      int64
	skipMe      bool
}

func (f *killFilter) matches(k, self *Conn) bool {
	switch {
	case f.skipMe && k == self,
		f.id != 0 && f.id != k.ID,
		f.addr != "" && f.addr != k.peer.Addr,
		f.laddr != "" && f.laddr != k.peer.Local,
		f.kind != "" && f.kind != k.kind(),
		f.user != "" && f.user != "default",
		f.maxAge > 0 && (k.loop.nowMs-k.openMs)/1000 < f.maxAge:
		return false
	}
	return true
}

func parseKill(args [][]byte) (f killFilter, err error) {
	f.skipMe = true
	if len(args)%2 != 0 {
		return f, resp.ErrSyntax
	}
	for i := 0; i < len(args); i += 2 {
		if err := f.parse(word(args[i]), args[i+1]); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *killFilter) parse(name string, value []byte) error {
	switch name {
	case "ID":
		n, ok := resp.ParseInt(value)
		if !ok {
			return resp.Error("ERR client-id should be greater than 0")
		}
		if n < 1 {
			return resp.Error("ERR client-id should be greater than 0")
		}
		f.id = uint64(n)
	case "TYPE":
		f.kind = strings.ToLower(string(value))
		if !clientType(f.kind) {
			return resp.Error("ERR Unknown client type '" + string(value) + "'")
		}
		if f.kind == "slave" {
			f.kind = "replica"
		}
	case "ADDR":
		f.addr = string(value)
	case "LADDR":
		f.laddr = string(value)
	case "USER":
		f.user = string(value)
		if f.user != "default" {
			return resp.Error("ERR No such user '" + f.user + "'")
		}
	case "MAXAGE":
		n, ok := resp.ParseInt(value)
		if !ok {
			return resp.Error("ERR maxage is not an integer or out of range")
		}
		f.maxAge = n
	case "SKIPME":
		switch word(value) {
		case "YES":
			f.skipMe = true
		case "NO":
			f.skipMe = false
		default:
			return resp.ErrSyntax
		}
	default:
		return resp.ErrSyntax
	}
	return nil
}

// clientKill is CLIENT KILL addr and CLIENT KILL with filters.
func clientKill(c *Call) {
	old := len(c.Args) == 3
	f := killFilter{}
	if old {
		f.addr = string(c.Args[2])
	} else {
		var err error
		if f, err = parseKill(c.Args[2:]); err != nil {
			c.Reply.Err(err)
			return
		}
	}
	self := c.Conn
	c.Everywhere(func(l *Loop) any { return l.kill(&f, self) }, func(results []any, w *resp.Writer) {
		n := 0
		for _, r := range results {
			n += r.(int)
		}
		switch {
		case !old:
			w.Int(int64(n))
		case n == 0:
			w.Error(resp.ErrNoClient)
		default:
			w.OK()
		}
	})
}

// kill ends the matching connections of this loop; the one that asked ends after its reply.
func (l *Loop) kill(f *killFilter, self *Conn) (n int) {
	for k := l.conns.first; k != nil; {
		next := k.next
		if f.matches(k, self) {
			n++
			switch {
			case k == self:
				l.endAfterReply(k)
			case k.waiter != nil && k.waiter.giveUp():
				l.endAfterReply(k) // an element may be on its way to it
			default:
				l.drop(k)
			}
		}
		k = next
	}
	return n
}
