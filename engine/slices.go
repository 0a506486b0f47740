package engine

// Slices is for handlers whose work grows with the size of a value: step does a part of it, about a thousand
// elements, and reports whether all is done. It MUST be the last thing that the handler calls. Between two
// steps other commands may run, but none that changes the keys of this one: what step keeps of a record stays
// valid. c may be another Ctx in each step.
func (c *Ctx) Slices(step func(c *Ctx) (done bool)) {
	for !step(c) {
	}
}
