// Package hash is hash values, their commands, and the expiry of their fields.
//
// Terms: a field has a name and a value, and perhaps an expiry; a field is over when its time has come. It is
// then hidden from every command until it is removed: by the next command that names it, or by the cycle
// (engine/fieldexpire.go).
//
//	record value                           encoding     OBJECT ENCODING
//	listpack: name, value, ..              encPack      listpack    no field ever had an expiry
//	listpack: name, value, expiry, ..      encPackEx    listpackex  ordered by expiry in ms; those without, 0, last
//	root of a dict (engine/ds/dict)        encTable     hashtable
//
// A hash changes from the first or second form to the third when it gets more fields than
// hash-max-listpack-entries or a name or value longer than hash-max-listpack-value, and never back.
//
//	OFFSET  SIZE  DESCRIPTION OF A TABLE'S ROOT
//	0       16    root of the dict
//	16      4     fields with an expiry
//	20      4     cursor of the cycle's pass over the fields
//	24      8     no field is over before this time, Unix ms; 0: unknown
//	32      8     the earliest expiry that the pass has met, or that was set since it began
//
// Effects are what a Redis understands: relative times become HPEXPIREAT, fields that went for their time
// become HDEL, HINCRBYFLOAT becomes HSET.
//
// I1: a value changes only after Edit, Resize or Create, so that snapshots see the old one.
// I2: an empty hash is no key.
// I3: the index of fields (engine) lists the key of every hash of which a field has an expiry.
// I4: no rule of a command depends on the encoding: fields.go is all that knows of it, but for persistence.
//
// Who runs it: the loop of the shard that owns the data.
//
// Sources: redis.io command pages; replies, events and effects as Redis 7.0.15 shows them (testdata/*.txt are
// checked against it), for the expiry of fields as the pages of Redis 7.4 to 8.10 say.
package hash
