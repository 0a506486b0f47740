package engine

// TypeID is the number of a data type in a record's header and in DEBUG DIGEST.
type TypeID uint8

// Type numbers are those of Redis' object types; an array's is our own.
const (
	TString TypeID = iota
	TList
	TSet
	TZSet
	THash
	TModule
	TStream
	TArray
)

// Enc is an encoding's number within a record's header (2 bits), private to the type.
type Enc uint8

// Type is what the rest of the server knows of a data type. Persistence, COPY, DUMP, DEBUG, MEMORY and
// lazy free are loops over this interface. All methods run on the shard's loop.
type Type interface {
	ID() TypeID
	// Name is what TYPE answers.
	Name() string
	// Encoding is what OBJECT ENCODING answers.
	Encoding(r Rec) string
	// Save appends the value in RDB form (without type byte and key) and returns the RDB type byte with it.
	Save(dst []byte, r Rec) (out []byte, rdbType byte)
	// Load creates key from an RDB value body and returns the bytes read. The key must not exist.
	Load(c *Ctx, key []byte, expireAt int64, rdbType byte, src []byte) (n int, err error)
	// Loads reports whether rdbType is one of this type's.
	Loads(rdbType byte) bool
	// Rewrite calls emit with the commands that rebuild the value (without expiry).
	Rewrite(r Rec, emit func(args ...[]byte))
	// Digest mixes the value into d (facts/digest.md).
	Digest(r Rec, d *Digest)
	// MemoryUse is the bytes behind the record besides the record itself; samples 0 means all.
	MemoryUse(r Rec, samples int) int
	// Free returns some of what the value holds beyond its record: about budget blocks, fewer when that is
	// all. It is called again, with nothing in between, until it answers that all is gone; what is left is
	// kept in the record's own value. The record is in no table any more.
	Free(s *Space, r Rec, budget int) (done bool)
	// FreeEffort estimates the allocations that Free would release.
	FreeEffort(r Rec) int
}

// Packer is a Type with a fuller form than Save's, for values that stay within this server: COPY, and RENAME to
// another shard. Load reads it.
type Packer interface {
	Pack(dst []byte, r Rec) (out []byte, rdbType byte)
}
