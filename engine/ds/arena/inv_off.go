//go:build !invariants

package arena

// Invariants reports whether the expensive checks are compiled in.
const Invariants = false

//lint:ignore U1000 an invariants build has one with fields
type audit struct{}

func (a *Arena) auditAlloc(Handle, int) {}
func (a *Arena) auditFree(Handle, int)  {}
func (a *Arena) auditUse(Handle)        {}
func (a *Arena) auditRetire(uint32)     {}
