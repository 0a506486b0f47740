package stream

import (
	"hashlane/engine"
	"hashlane/proto/resp"
)

var (
	wordXgroup         = []byte("XGROUP")
	wordSetID          = []byte("SETID")
	wordCreate         = []byte("CREATE")
	wordCreateConsumer = []byte("CREATECONSUMER")
	wordEntriesRead    = []byte("ENTRIESREAD")
)

func wrongWords(c *engine.Ctx) error {
	return resp.Errorf("ERR unknown subcommand or wrong number of arguments for '%s'. Try XGROUP HELP.", resp.Shown(c.Args[1], 128))
}

// groupOptions reads [MKSTREAM] [ENTRIESREAD n] from the sixth word on.
func groupOptions(c *engine.Ctx, create bool) (mkstream bool, read int64, err error) {
	read = unknownReads
	for i := 5; i < len(c.Args); i++ {
		switch {
		case create && resp.IsWord(c.Args[i], "MKSTREAM"):
			mkstream = true
		case resp.IsWord(c.Args[i], "ENTRIESREAD") && i+1 < len(c.Args):
			i++
			n, ok := resp.ParseInt(c.Args[i])
			if !ok {
				return false, 0, resp.ErrNotInt
			}
			if n < 0 && n != unknownReads {
				return false, 0, resp.ErrEntriesRead
			}
			read = n
		default:
			return false, 0, wrongWords(c)
		}
	}
	return mkstream, read, nil
}

// groupID reads the identifier of CREATE and SETID; "$" is the stream's last. Only SETID knows "-" and "+".
func groupID(s stream, word []byte, parse func([]byte, uint64) (ID, error)) (ID, error) {
	if is(word, "$") {
		if s.head == nil {
			return ID{}, nil
		}
		return s.last, nil
	}
	return parse(word, 0)
}

// xgroupCreate is XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD n].
func xgroupCreate(c *engine.Ctx) {
	mkstream, read, err := groupOptions(c, true)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	key, name := c.Args[2], c.Args[3]
	s, r, ok, err := findToWrite(c, key)
	if err == nil && !ok && !mkstream {
		err = resp.ErrGroupNoKey
	}
	if err == nil && len(c.Args) > 8 {
		err = wrongWords(c)
	}
	var id ID
	if err == nil {
		id, err = groupID(s, c.Args[4], strictID)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if !ok {
		s, r = create(c, key, 0)
	}
	c.Edit(r)
	if s.addGroup(name, id, read) == nil {
		c.Reply.Err(resp.ErrBusyGroup)
		return
	}
	c.Reply.OK()
	c.Changed(key)
	c.Notify(engine.NotifyStream, "xgroup-create", key)
}

// groupToWrite looks up the stream and the group of a subcommand of XGROUP; missing ones are errors.
func groupToWrite(c *engine.Ctx) (stream, *group, error) {
	s, r, ok, err := findToWrite(c, c.Args[2])
	if err != nil {
		return s, nil, err
	}
	if !ok {
		return s, nil, resp.ErrGroupNoKey
	}
	g := s.group(c.Args[3])
	if g == nil {
		return s, nil, resp.Errorf("NOGROUP No such consumer group '%s' for key name '%s'", resp.Shown(c.Args[3], len(c.Args[3])), resp.Shown(c.Args[2], len(c.Args[2])))
	}
	c.Edit(r)
	return s, g, nil
}

// xgroupSetid is XGROUP SETID key group id|$ [ENTRIESREAD n].
func xgroupSetid(c *engine.Ctx) {
	_, read, err := groupOptions(c, false)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	s, g, err := groupToWrite(c)
	if err == nil && len(c.Args) > 7 {
		err = wrongWords(c)
	}
	var id ID
	if err == nil {
		id, err = groupID(s, c.Args[4], anyID)
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	g.last, g.read = id, read
	c.Reply.OK()
	c.AddDirty(1)
	c.Notify(engine.NotifyStream, "xgroup-setid", c.Args[2])
}

// xgroupDestroy is XGROUP DESTROY key group.
func xgroupDestroy(c *engine.Ctx) {
	s, r, ok, err := findToWrite(c, c.Args[2])
	if err == nil && !ok {
		err = resp.ErrGroupNoKey
	}
	if err != nil {
		c.Reply.Err(err)
		return
	}
	i, ok := s.groups.find(s.mem.A, c.Args[3])
	if !ok {
		c.Reply.Int(0)
		return
	}
	c.Edit(r)
	h := s.groups.handles(s.mem.A)[i]
	s.groups.remove(s.mem, i)
	for budget := 1 << 30; !s.freeGroup(h, &budget); budget = 1 << 30 {
	}
	c.Reply.Int(1)
	c.Changed(c.Args[2])
	c.Notify(engine.NotifyStream, "xgroup-destroy", c.Args[2])
}

// xgroupCreateconsumer is XGROUP CREATECONSUMER key group consumer.
func xgroupCreateconsumer(c *engine.Ctx) {
	s, g, err := groupToWrite(c)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	if s.consumerOf(g, c.Args[4]) != 0 {
		c.Reply.Int(0)
		return
	}
	s.addConsumer(g, c.Args[4], c.Now)
	c.AddDirty(1)
	c.Notify(engine.NotifyStream, "xgroup-createconsumer", c.Args[2])
	c.Reply.Int(1)
}

// xgroupDelconsumer is XGROUP DELCONSUMER key group consumer.
func xgroupDelconsumer(c *engine.Ctx) {
	s, g, err := groupToWrite(c)
	if err != nil {
		c.Reply.Err(err)
		return
	}
	i, ok := g.consumers.find(s.mem.A, c.Args[4])
	if !ok {
		c.Reply.Int(0)
		return
	}
	h := g.consumers.handles(s.mem.A)[i]
	x := s.consumerAt(h)
	n := x.owned.Len()
	for at := x.owned.First(s.mem.A); at.Ok(); at.Next() {
		g.pending.Delete(s.mem, pendingWidth, at.ID())
	}
	x.owned.Clear(s.mem, 0, nil)
	g.consumers.remove(s.mem, i)
	s.mem.Free(h)
	c.Changed(c.Args[2])
	c.Notify(engine.NotifyStream, "xgroup-delconsumer", c.Args[2])
	c.Reply.Int(int64(n))
}

// xgroupHelp is XGROUP HELP.
func xgroupHelp(c *engine.Ctx) { writeHelp(c, "XGROUP", groupHelp) }

func writeHelp(c *engine.Ctx, name string, lines []string) {
	c.Reply.Array(len(lines) + 3)
	c.Reply.Simple(name + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
	for _, l := range lines {
		c.Reply.Simple(l)
	}
	c.Reply.Simple("HELP")
	c.Reply.Simple("    Print this text.")
}

var groupHelp = []string{
	"CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <n>]",
	"    Make a group that reads what comes after the ID; MKSTREAM makes a missing stream.",
	"CREATECONSUMER <key> <group> <consumer>",
	"    Make a consumer of the group.",
	"DELCONSUMER <key> <group> <consumer>",
	"    Remove a consumer with what it has pending.",
	"DESTROY <key> <group>",
	"    Remove a group.",
	"SETID <key> <group> <id|$> [ENTRIESREAD <n>]",
	"    Let the group go on after another ID.",
}
