//go:build !invariants

package engine

type owner struct{}

func (*owner) adopt() {}
func (*owner) check() {}
