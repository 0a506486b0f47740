package engine

// Digest is the 20-byte running digest of DEBUG DIGEST: mix is order-sensitive, xor is not (facts/digest.md).
type Digest [20]byte
