package node

import (
	"hashlane/cmd/node/config"
	"hashlane/engine"
	"hashlane/proto/resp"
	"hashlane/shard"
)

// configCommands are the rows of CONFIG.
func (n *Node) configCommands() []engine.Command {
	const flags = engine.Admin | engine.NoScript | engine.Loading | engine.Stale
	const cats = "@admin @slow @dangerous"
	all := []string{"request_policy:all_nodes", "response_policy:all_succeeded"}
	return []engine.Command{{
		Name: "CONFIG", Group: "server", Since: "2.0.0", Arity: -2, Cats: "@slow", Syntax: "CONFIG",
		Complexity: "Depends on subcommand", Summary: "Commands about the configuration.", Where: engine.AtHome,
		Sub: []engine.Command{
			{
				Name: "GET", Group: "server", Since: "2.0.0", Arity: -3, Flags: flags, Cats: cats,
				Syntax: "CONFIG GET parameter [parameter ...]", Replies: "R2=flat array name,value ; R3=map",
				History:    []string{"7.0.0: several parameters in one call"},
				Complexity: "O(N) where N is the number of options", Where: engine.AtHome, Home: shard.Home(n.configGet),
				Summary: "Shows the values of the options that a name or glob pattern finds.",
			},
			{
				Name: "SET", Group: "server", Since: "2.0.0", Arity: -4, Flags: flags, Cats: cats,
				Syntax: "CONFIG SET parameter value [parameter value ...]", Replies: "+OK", Tips: all,
				History:    []string{"7.0.0: several parameters in one call"},
				Complexity: "O(N) where N is the number of options given", Where: engine.AtHome, Home: shard.Home(n.configSet),
				Summary: "Changes options of the running server, all of those given or none.",
			},
			{
				Name: "RESETSTAT", Group: "server", Since: "2.0.0", Arity: 2, Flags: flags, Cats: cats,
				Syntax: "CONFIG RESETSTAT", Replies: "+OK", Tips: all,
				Complexity: "O(1)", Where: engine.AtHome, Home: shard.Home(n.configResetstat),
				Summary: "Sets the statistics that INFO shows back to zero.",
			},
			{
				Name: "REWRITE", Group: "server", Since: "2.8.0", Arity: 2, Flags: flags, Cats: cats,
				Syntax: "CONFIG REWRITE", Replies: "+OK", Tips: all,
				Complexity: "O(1)", Where: engine.AtHome, Home: shard.Home(n.configRewrite),
				Summary: "Writes the present values into the configuration file and keeps its comments.",
			},
			{
				Name: "HELP", Group: "server", Since: "5.0.0", Arity: 2, Flags: engine.Loading | engine.Stale, Cats: "@slow",
				Syntax: "CONFIG HELP", Replies: "array<bulk>", Complexity: "O(1)", Where: engine.AtHome, Home: shard.Home(help),
				Summary: "Prints this help.",
			},
		},
	}}
}

func (n *Node) configGet(c *shard.Call) {
	pairs := n.Config.Get(words(c.Args[2:]))
	c.Reply.Map(len(pairs))
	for _, p := range pairs {
		c.Reply.BulkString(p.Name)
		c.Reply.BulkString(p.Value)
	}
}

func (n *Node) configSet(c *shard.Call) {
	args := words(c.Args[2:])
	if len(args)%2 != 0 {
		c.Reply.Error(resp.ErrSyntax)
		return
	}
	var pairs []config.Pair
	for i := 0; i < len(args); i += 2 {
		pairs = append(pairs, config.Pair{Name: args[i], Value: args[i+1]})
	}
	if n.Shards.Loading() {
		for _, p := range pairs {
			if o := config.Find(p.Name); o != nil && (o.Name == "dir" || o.Name == "appendonly") {
				c.Reply.Error(resp.ErrLoading)
				return
			}
		}
	}
	protected := n.allowed("enable-protected-configs", c.Conn.Local())
	set := n.set
	if c.InMulti() {
		set = n.setInMulti
	}
	c.Async(func() any { return set(pairs, protected) }, func(result any, w *resp.Writer) {
		if err, failed := result.(error); failed {
			w.ErrorText(err.Error())
			return
		}
		w.OK()
	})
}

// allowed reads one of the enable-…-command options for a connection.
func (n *Node) allowed(name string, local bool) bool {
	v := n.Config.String(name)
	return v == "yes" || v == "local" && local
}

// set changes options and applies them. On an error nothing has changed. Off-loop.
func (n *Node) set(pairs []config.Pair, protected bool) error {
	n.turns.Lock()
	defer n.turns.Unlock()
	ch, err := n.change(pairs, protected)
	if err != nil || !ch.Has("appendonly") {
		return err
	}
	if err := n.switchLog(); err != nil {
		n.setting.Lock()
		defer n.setting.Unlock()
		return n.undo(ch, pairs, err)
	}
	return nil
}

// setInMulti is set inside a transaction, which no cut can pass: the log is switched on without its first base, or
// off when the transaction has ended. Off-loop.
func (n *Node) setInMulti(pairs []config.Pair, protected bool) error {
	ch, err := n.change(pairs, protected)
	if err != nil || !ch.Has("appendonly") || n.aof == nil {
		return err
	}
	if n.Config.Bool("appendonly") {
		n.aof.SwitchOnSoon()
	}
	go func() {
		n.turns.Lock()
		defer n.turns.Unlock()
		if err := n.switchLog(); err != nil {
			n.Log.Warning("The append-only log could not be switched: " + err.Error())
		}
	}()
	return nil
}

// change changes options and applies what can be applied at once. On an error nothing has changed.
func (n *Node) change(pairs []config.Pair, protected bool) (*config.Change, error) {
	n.setting.Lock()
	defer n.setting.Unlock()
	ch, err := n.Config.Set(pairs, protected)
	if err != nil {
		return nil, err
	}
	if err := n.apply(ch); err != nil {
		return nil, n.undo(ch, pairs, err)
	}
	return ch, nil
}

// undo takes a change back because of err. setting is held.
func (n *Node) undo(ch *config.Change, pairs []config.Pair, err error) error {
	n.Config.Restore(ch)
	if again := n.publish(); again != nil {
		n.Log.Warning("Failed to take a CONFIG SET back: " + again.Error())
	}
	if ch.Has("oom-score-adj", "oom-score-adj-values") {
		_ = n.setOOMScore() // it logs what went wrong
	}
	n.applyHere(ch)
	return &config.SetError{Name: blamed(ch, pairs), Reason: err.Error()}
}

// blamed names the option that a failed application is most likely about.
func blamed(ch *config.Change, pairs []config.Pair) string {
	for _, p := range pairs {
		switch o := config.Find(p.Name); o.Name {
		case "bind", "port", "maxclients", "tls-port":
			return p.Name
		}
	}
	return pairs[len(pairs)-1].Name
}

// apply makes the parts of the server take changed options over.
func (n *Node) apply(ch *config.Change) error {
	if ch.Has("oom-score-adj", "oom-score-adj-values") {
		if err := n.setOOMScore(); err != nil {
			return config.Problem("Failed to apply new oom_score_adj configuration, check server logs.")
		}
	}
	if err := n.publish(); err != nil {
		return err
	}
	n.applyLog(ch)
	n.applySaving()
	n.applyHere(ch)
	return nil
}

// publish gives the loops and engines their options.
func (n *Node) publish() error {
	return n.Shards.Apply(n.Config.ShardOptions(n.Shards.Shards()), n.Config.EngineOptions())
}

// applyHere applies what belongs to the process and cannot fail.
func (n *Node) applyHere(ch *config.Change) {
	if ch.Has("loglevel") {
		n.setLogLevel()
	}
	if ch.Has("rdbcompression") {
		n.setCompression()
	}
	if ch.Has("proc-title-template", "port", "bind") {
		n.setTitle()
	}
}

func (n *Node) configResetstat(c *shard.Call) {
	c.Everywhere(func(l *shard.Loop) any {
		l.ResetStats()
		return nil
	}, func(_ []any, w *resp.Writer) {
		n.saver.ResetStats()
		n.aof.ResetStats()
		w.OK()
	})
}

func (n *Node) configRewrite(c *shard.Call) { n.rewriteConfig(c, n.Config.RewriteFile) }

// debugConfigRewriteForceAll is DEBUG CONFIG-REWRITE-FORCE-ALL: CONFIG REWRITE with every option in the file.
func (n *Node) debugConfigRewriteForceAll(c *shard.Call) {
	n.rewriteConfig(c, n.Config.RewriteFileInFull)
}

func (n *Node) rewriteConfig(c *shard.Call, write func(path string) error) {
	if n.ConfigFile == "" {
		c.Reply.ErrorText("ERR The server is running without a config file")
		return
	}
	c.Async(func() any {
		n.setting.Lock()
		defer n.setting.Unlock()
		return write(n.ConfigFile)
	}, func(result any, w *resp.Writer) {
		if err, failed := result.(error); failed {
			n.Log.Warning("CONFIG REWRITE failed: " + config.SystemText(err))
			w.ErrorText("ERR Rewriting config file: " + config.SystemText(err))
			return
		}
		n.Log.Notice("CONFIG REWRITE executed with success.")
		w.OK()
	})
}
