package resp

// Writer appends replies to Buf in the protocol version of the connection. The zero value writes RESP2.
// Not safe for concurrent use.
type Writer struct {
	Buf []byte
	// V is the protocol version, 2 or 3 (0 counts as 2).
	V int
}
