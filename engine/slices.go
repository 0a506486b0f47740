package engine

// Slices is for handlers whose work grows with the size of a value: step does a part of it, about a thousand
// elements, and reports whether all is done. It MUST be the last thing that the handler calls. Between two
// steps other commands may run, but none that changes the keys of this one: what step keeps of a record stays
// valid. c may be another Ctx in each step.
//
// A command that only reads ends early once its reply is beyond ReplyLimit: nobody will be sent that reply.
func (c *Ctx) Slices(step func(c *Ctx) (done bool)) {
	limit := c.ReplyLimit
	if c.Cmd == nil || !c.Cmd.Flags.Has(ReadOnly) {
		limit = 0
	}
	for !step(c) {
		if limit > 0 && int64(len(c.Reply.Buf)) > limit {
			return
		}
	}
}
