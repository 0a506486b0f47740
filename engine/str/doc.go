// Package str is string values and their commands.
//
// Terms: the text of a string is what GET answers; an integer string keeps eight bytes instead of its
// digits; an owner is the shard of a key.
//
//	record value   encoding  OBJECT ENCODING
//	8 bytes LE     EncInt    int     the text is the canonical decimal form of an int64
//	text           EncEmbstr embstr  at most 44 bytes, as it was set
//	text           EncRaw    raw     longer, or edited in place (APPEND, SETRANGE, SETBIT)
//
// Commands of one key run at its owner. MSET, MSETNX, MSETEX, MGET and LCS have two forms: Run, when one
// shard owns all keys, and a Plan of one hop (two when a condition over all keys comes first).
//
// Effects are what a Redis 7.0 understands: relative times become PXAT, conditions that held vanish, and
// the commands and options that came after 7.0 become SET and DEL.
//
// I1: a value changes only after Edit, Resize or Create, so that snapshots see the old one.
// I2: a record of EncInt has eight bytes; the text of every other record is its bytes.
// I3: text that is a canonical int64 is never set with EncEmbstr or EncRaw; editing in place may yield it.
// I4: GET, SET without options and INCR do not allocate.
// I5: at one owner a command sets all of its keys or, without the memory for them, none.
//
// Who runs it: the loop of the shard that owns the data.
//
// Sources: redis.io command pages; replies, events and effects as Redis 7.0.15 shows them
// (testdata/*.txt are checked against it), for later commands as the pages of Redis 8.4 to 8.10 say.
package str
