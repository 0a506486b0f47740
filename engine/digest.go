package engine

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
)

// Digest is the 20-byte running digest of DEBUG DIGEST: mix is order-sensitive, xor is not. The rules are
// Redis': SHA-1 throughout, so that two servers with the same data answer the same 40 hex digits.
type Digest [sha1.Size]byte

// Xor folds H(b) in: the order of several does not matter.
func (d *Digest) Xor(b []byte) { d.Combine(sha1.Sum(b)) }

// Mix folds H(b) in and hashes the result: the order matters.
func (d *Digest) Mix(b []byte) {
	d.Xor(b)
	*d = sha1.Sum(d[:])
}

// XorDigest is Xor of another digest's bytes, as sets fold in their members.
func (d *Digest) XorDigest(x Digest) { d.Xor(x[:]) }

// Combine is the exclusive or of two digests: how the parts of several shards come together.
func (d *Digest) Combine(x Digest) {
	for i := range d {
		d[i] ^= x[i]
	}
}

func (d *Digest) mixNumber(n uint32) {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	d.Mix(b[:])
}

// String is the digest as DEBUG DIGEST answers it, in hex.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ValueDigest is the digest of a value without its key's name (DEBUG DIGEST-VALUE).
func (s *Space) ValueDigest(r Rec) Digest {
	var d Digest
	s.mixValue(&d, r)
	return d
}

// KeyDigest is the digest of a key and its value.
func (s *Space) KeyDigest(r Rec) Digest {
	var d Digest
	d.Mix(r.Key())
	s.mixValue(&d, r)
	return d
}

func (s *Space) mixValue(d *Digest, r Rec) {
	d.mixNumber(uint32(r.Type()))
	if t := s.Types[r.Type()&7]; t != nil {
		t.Digest(r, d)
	}
	if r.ExpireAt() != 0 {
		d.Xor([]byte("!!expire!!"))
	}
}

// Digest is this shard's part of the database's digest, and the keys in it. Parts of several shards are
// put together with Combine, databases with DatasetDigest.
func (d *DB) Digest() (part Digest, keys int) {
	d.Each(func(r Rec) bool {
		part.XorDigest(d.space.KeyDigest(r))
		return true
	})
	return part, d.n
}

// DatasetDigest is the digest of all databases, in order; those without keys do not count.
func DatasetDigest(parts []Digest, keys []int) Digest {
	var d Digest
	for i := range parts {
		if keys[i] > 0 {
			d.mixNumber(uint32(i))
			d.Combine(parts[i])
		}
	}
	return d
}
