package table

import (
	"math/rand/v2"

	farm "github.com/dgryski/go-farm"
)

// seed makes the places of keys unforeseeable from outside.
var seed = rand.Uint64()

// SetSeed fixes the seed of Hash, for simulation and tests. Call it before the first table is filled.
func SetSeed(s uint64) { seed = s }

// Hash is the seeded 64-bit hash of a key: FarmHash. Any goroutine.
func Hash(key []byte) uint64 { return farm.Hash64WithSeed(key, seed) }
