package main

import (
	"fmt"
	"math/rand/v2"
)

// keyBytes is the length of every key: "key:" and twelve digits.
const keyBytes = 16

// keyPicker chooses key numbers below n.
type keyPicker struct {
	n    uint64
	rnd  *rand.Rand
	zipf *rand.Zipf // nil: uniform
}

// newKeyPicker makes a picker of distribution "uniform", or "zipf" with exponent s > 1.
func newKeyPicker(dist string, s float64, n, seed uint64) (*keyPicker, error) {
	p := &keyPicker{n: n, rnd: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
	switch dist {
	case "uniform":
	case "zipf":
		if s <= 1 {
			return nil, fmt.Errorf("zipf needs an exponent above 1, not %g", s)
		}
		p.zipf = rand.NewZipf(p.rnd, s, 1, n-1)
	default:
		return nil, fmt.Errorf("unknown distribution %q: uniform or zipf", dist)
	}
	return p, nil
}

func (p *keyPicker) next() uint64 {
	if p.zipf == nil {
		return p.rnd.Uint64N(p.n)
	}
	// The popular keys are spread over the key space, not next to each other.
	return p.zipf.Uint64() * 0x9E3779B97F4A7C15 % p.n
}

// keyName is the text of key i.
func keyName(i uint64) string { return fmt.Sprintf("key:%012d", i) }
