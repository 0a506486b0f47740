package node

import (
	"debug/buildinfo"
	"hash/crc32"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"hashlane/proto/resp"
	"hashlane/shard"
)

// wall is the time of day.
func (n *Node) wall() time.Time {
	if n.net == nil {
		return time.Now()
	}
	return time.UnixMicro(n.net.Wall())
}

// buildID tells builds apart: a checksum of what the binary was built from.
var buildID = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &buildinfo.BuildInfo{}
	}
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(info.String()))), 16)
})

// timeCommand is TIME: Unix seconds and the microseconds within the second.
func (n *Node) timeCommand(c *shard.Call) {
	us := n.wall().UnixMicro()
	c.Reply.Array(2)
	c.Reply.BulkInt(us / 1e6)
	c.Reply.BulkInt(us % 1e6)
}

// role is ROLE of a master without replicas.
func role(c *shard.Call) {
	c.Reply.Array(3)
	c.Reply.BulkString("master")
	c.Reply.Int(0)
	c.Reply.Array(0)
}

// wait is WAIT numreplicas timeout. There are no replicas: 0 acknowledge, at once when none is asked for,
// otherwise when the timeout is over (0: never). Inside MULTI it does not wait.
func (n *Node) wait(c *shard.Call) {
	want, ok := resp.ParseInt(c.Args[1])
	if !ok {
		c.Reply.Error(resp.ErrNotInt)
		return
	}
	ms, ok := resp.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Reply.ErrorText("ERR timeout is not an integer or out of range")
		return
	case ms < 0:
		c.Reply.ErrorText("ERR timeout is negative")
		return
	case ms > 1<<62/int64(time.Millisecond):
		c.Reply.ErrorText("ERR timeout is out of range")
		return
	case want <= 0 || c.InMulti():
		c.Reply.Int(0)
		return
	}
	reply, home, shards := c.Later(), c.Loop.ID, c.Server
	if ms == 0 {
		return
	}
	n.net.After(time.Duration(ms)*time.Millisecond, func() {
		shards.Post(home, func(*shard.Loop) { reply(func(w *resp.Writer) { w.Int(0) }) })
	})
}

// shutdownCommand is SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]. When the server ends there is no reply:
// the connection closes.
func (n *Node) shutdownCommand(c *shard.Call) {
	var flags ShutdownFlags
	abort := false
	for _, a := range c.Args[1:] {
		switch strings.ToUpper(string(a)) {
		case "NOSAVE":
			flags |= ShutdownNosave
		case "SAVE":
			flags |= ShutdownSave
		case "NOW":
			flags |= ShutdownNow
		case "FORCE":
			flags |= ShutdownForce
		case "ABORT":
			abort = true
		default:
			c.Reply.Error(resp.ErrSyntax)
			return
		}
	}
	switch {
	case abort && flags != 0, flags.Has(ShutdownSave | ShutdownNosave):
		c.Reply.Error(resp.ErrSyntax)
	case abort && n.AbortShutdown():
		c.Reply.OK()
	case abort:
		c.Reply.Error(resp.ErrNoShutdown)
	default:
		reply, home := c.Later(), c.Loop.ID
		go func() {
			if n.Shutdown(flags) != nil {
				c.Server.Post(home, func(*shard.Loop) { reply(func(w *resp.Writer) { w.Error(resp.ErrShutdown) }) })
			}
		}()
	}
}
