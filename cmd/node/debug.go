package node

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hashlane/engine"
	"hashlane/engine/ds/glob"
	"hashlane/engine/list"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// debugSleep is DEBUG SLEEP seconds: every loop stands still until the time is over.
func debugSleep(c *shard.Call) {
	sec, _ := strconv.ParseFloat(string(c.Args[2]), 64) // what is no number is 0, as elsewhere
	until := time.Now().Add(time.Duration(max(sec, 0) * float64(time.Second)))
	for i := range c.Server.Shards() {
		if i != c.Loop.ID {
			c.Server.Post(i, func(*shard.Loop) { time.Sleep(time.Until(until)) })
		}
	}
	time.Sleep(time.Until(until))
	c.Reply.OK()
}

// number is an integer argument; what is none counts as 0, as atoi reads it.
func number(b []byte) int64 {
	n, _ := resp.ParseInt(b)
	return n
}

func debugSetActiveExpire(c *shard.Call) {
	on := number(c.Args[2]) != 0
	c.Everywhere(func(l *shard.Loop) any { l.SetActiveExpire(on); return nil }, ok)
}

func (n *Node) debugPauseCron(c *shard.Call) {
	on := number(c.Args[2]) != 0
	n.cronPaused.Store(on)
	c.Everywhere(func(l *shard.Loop) any { l.PauseCron(on); return nil }, ok)
}

// debugSetDisableDenyScripts has nothing to switch as long as there are no scripts.
func debugSetDisableDenyScripts(c *shard.Call) { c.Reply.OK() }

// debugReplybuffer is DEBUG REPLYBUFFER <PEAK-RESET-TIME <NEVER | RESET | ms> | RESIZING <0 | 1>>. Reply
// buffers are pooled by the loop and given back after each write: there is no peak to reset and nothing to resize.
func debugReplybuffer(c *shard.Call) {
	value := strings.ToUpper(string(c.Args[3]))
	switch strings.ToUpper(string(c.Args[2])) {
	case "PEAK-RESET-TIME":
		if _, ok := resp.ParseInt(c.Args[3]); !ok && value != "NEVER" && value != "RESET" {
			c.Reply.Error(resp.ErrNotInt)
			return
		}
	case "RESIZING":
	default:
		subcommandArity(c)
		return
	}
	c.Reply.OK()
}

func (n *Node) debugChangeReplID(c *shard.Call) {
	n.changeReplID()
	n.Log.Warning("Changed the replication ID to " + n.replIDs().first)
	c.Reply.OK()
}

func (n *Node) debugLog(c *shard.Call) {
	n.Log.Warning("DEBUG LOG: " + string(c.Args[2]))
	c.Reply.OK()
}

func debugError(c *shard.Call) { c.Reply.ErrorText(string(c.Args[2])) }

// debugStringmatchLen is DEBUG STRINGMATCH-LEN pattern string: 1 when the string matches the glob pattern.
func debugStringmatchLen(c *shard.Call) {
	c.Reply.Int(0)
	if glob.Match(c.Args[2], c.Args[3], false) {
		c.Reply.Buf[len(c.Reply.Buf)-3] = '1'
	}
}

// debugSegfault touches memory that is not there; the crash report comes from the loop's guard.
func debugSegfault(c *shard.Call) {
	var nowhere *shard.Call
	c.Now = nowhere.Now
}

func debugPanic(*shard.Call) { panic("DEBUG PANIC was called") }

func debugAssert(*shard.Call) { panic("assertion failed: DEBUG ASSERT was called") }

const errProtocolName resp.Error = "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"

// debugProtocol is DEBUG PROTOCOL type: a reply of that type with fixed content, for tests of clients.
func debugProtocol(c *shard.Call) {
	w := c.Reply
	switch strings.ToLower(string(c.Args[2])) {
	case "string":
		w.BulkString("Hello World")
	case "integer":
		w.Int(12345)
	case "double":
		w.Double(3.141)
	case "bignum":
		w.BigNumber("1234567999999999999999999999999999999")
	case "null":
		w.Null()
	case "array":
		w.Array(3)
		threeInts(w)
	case "set":
		w.Set(3)
		threeInts(w)
	case "map":
		w.Map(3)
		for i := range 3 {
			w.Int(int64(i))
			w.Bool(i == 1)
		}
	case "attrib":
		if w.V == 3 {
			w.Attribute(1)
			w.BulkString("key-popularity")
			w.Array(2)
			w.BulkString("key:123")
			w.Int(90)
		}
		w.BulkString("Some real reply following the attribute")
	case "push":
		if w.V != 3 {
			w.ErrorText("ERR RESP2 is not supported by this command")
			return
		}
		w.Push(2)
		w.BulkString("server-cpu-usage")
		w.Int(42)
		w.BulkString("Some real reply following the push reply")
	case "verbatim":
		w.Verbatim("txt", []byte("This is a verbatim\nstring"))
	case "true":
		w.Bool(true)
	case "false":
		w.Bool(false)
	default:
		w.Error(errProtocolName)
	}
}

func threeInts(w *resp.Writer) {
	for i := range 3 {
		w.Int(int64(i))
	}
}

// tableFigures are those of one database at one shard.
type tableFigures struct {
	buckets, overflow uint64
	rehashing         bool
	bytes             int64
	keys, volatile    int
}

// debugHtstats is DEBUG HTSTATS dbid.
func debugHtstats(c *shard.Call) {
	db, ok := resp.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNotInt)
		return
	case db < 0 || db >= int64(c.Server.Options().Databases):
		c.Reply.ErrorText("ERR Out of range database")
		return
	}
	c.Everywhere(func(l *shard.Loop) any {
		d := l.Space.DB(int(db))
		t := tableFigures{keys: d.Len(), volatile: d.Volatile()}
		t.buckets, t.overflow, t.rehashing, t.bytes = d.TableStats()
		return t
	}, func(results []any, w *resp.Writer) {
		var b strings.Builder
		b.WriteString("[Dictionary HT]\n")
		volatile := 0
		for i, r := range results {
			t := r.(tableFigures)
			fmt.Fprintf(&b, "Shard %d\n table size: %d\n overflow buckets: %d\n number of elements: %d\n rehashing: %t\n bytes: %d\n",
				i, t.buckets, t.overflow, t.keys, t.rehashing, t.bytes)
			volatile += t.volatile
		}
		fmt.Fprintf(&b, "[Expires HT]\n number of elements: %d\n", volatile)
		w.Verbatim("txt", []byte(b.String()))
	})
}

// debugObject is DEBUG OBJECT key. Runs at the key's owner.
func debugObject(c *engine.Ctx) {
	r, ok := c.Stored(c.Args[2])
	if !ok {
		c.Reply.Error(resp.ErrNoKey)
		return
	}
	t := c.Type(r)
	body, _ := t.Save(nil, r)
	idle := r.IdleMs(c.Now) / 1000
	more := ""
	if r.Type() == engine.TList {
		more = list.Figures(r, c.Opt())
	}
	c.Reply.Simple(fmt.Sprintf("Value at:0x%x refcount:1 encoding:%s serializedlength:%d lru:%d lru_seconds_idle:%d%s",
		r.Handle(), t.Encoding(r), len(body), (c.Now/1000-idle)&(1<<lruClockBits-1), idle, more))
}

// debugHtstatsKey is DEBUG HTSTATS-KEY key. Runs at the key's owner.
func debugHtstatsKey(c *engine.Ctx) {
	r, ok := c.Peek(c.Args[2])
	switch {
	case !ok:
		c.Reply.Error(resp.ErrNoKey)
	case c.Type(r).Encoding(r) != "hashtable":
		c.Reply.ErrorText("ERR The value stored at the specified key is not represented using an hash table")
	default:
		text := fmt.Sprintf("[Hash table of the value]\n bytes: %d\n", c.Type(r).MemoryUse(r, 0))
		c.Reply.Verbatim("txt", []byte(text))
	}
}
