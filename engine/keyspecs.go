package engine

// KeySpec is one key spec of a row as COMMAND INFO describes it.
type KeySpec struct {
	Flags   []string // "RW", "access", ...
	Begin   string   // index, keyword, unknown
	Index   int      // of an index
	Keyword string   // of a keyword, with the position where the search starts; negative: from the end, backwards
	From    int
	Find    string // range, keynum, unknown
	Last    int    // of a range: the last key, relative to the first; negative: from the end
	Step    int
	Limit   int // of a range: only the first 1/Limit of the arguments left
	NumIdx  int // of keynum: where the number stands and where the first key, relative to the begin
	First   int
}

var (
	beginNames = [...]string{beginIndex: "index", beginKeyword: "keyword", beginUnknown: "unknown"}
	findNames  = [...]string{findRange: "range", findKeynum: "keynum", findUnknown: "unknown"}
)

// KeySpecs are the key specs of a row of a joined table.
func (c *Command) KeySpecs() []KeySpec {
	var out []KeySpec
	for i := range c.derived.specs {
		s := &c.derived.specs[i]
		out = append(out, KeySpec{
			Flags: s.flags, Begin: beginNames[s.begin], Index: s.index, Keyword: s.keyword, From: s.from,
			Find: findNames[s.find], Last: s.last, Step: s.step, Limit: s.limit, NumIdx: s.numIdx, First: s.first,
		})
	}
	return out
}

var flagNames = []struct {
	flag Flags
	name string
}{
	{Write, "write"},
	{ReadOnly, "readonly"},
	{DenyOOM, "denyoom"},
	{Admin, "admin"},
	{PubSub, "pubsub"},
	{NoScript, "noscript"},
	{Blocking, "blocking"},
	{Loading, "loading"},
	{Stale, "stale"},
	{SkipMonitor, "skip_monitor"},
	{SkipSlowlog, "skip_slowlog"},
	{Asking, "asking"},
	{Fast, "fast"},
	{NoAuth, "no_auth"},
	{NoMandatoryKeys, "no_mandatory_keys"},
	{NoAsyncLoading, "no_async_loading"},
	{NoMulti, "no_multi"},
	{AllowBusy, "allow_busy"},
}

// FlagNames are the flags of a row as COMMAND INFO names them. MayReplicate has no name there.
func (c *Command) FlagNames() []string {
	var out []string
	for _, f := range flagNames {
		if c.Flags.Has(f.flag) {
			out = append(out, f.name)
		}
	}
	if c.derived != nil && c.Movable() {
		out = append(out, "movablekeys")
	}
	return out
}
