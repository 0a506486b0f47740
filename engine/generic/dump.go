package generic

import (
	"hashlane/engine"
	"hashlane/persist/rdb"
)

// dump answers a value as a payload that RESTORE of this and other servers takes:
//
//	OFFSET  SIZE  DESCRIPTION
//	0       1     RDB type byte
//	1       n     the value in RDB form
//	n+1     2     version of the RDB format, little endian
//	n+3     8     CRC64 of all before, little endian
//
// The string "hello" is 00 05 68 65 6c 6c 6f 0a 00 63 72 df 76 65 34 20 0a.
func dump(c *engine.Ctx) {
	r, ok := c.Read(c.Args[1])
	if !ok {
		c.Reply.Null()
		return
	}
	c.Reply.Bulk(dumpPayload(c.Type(r), r))
}

func dumpPayload(y engine.Type, r engine.Rec) []byte {
	b, kind := y.Save([]byte{0}, r)
	b[0] = kind
	return rdb.AppendFooter(b, 0)
}
