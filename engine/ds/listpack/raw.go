package listpack

// For users that lay out several entries at once (streams) before the header tells of them.

// SizeOfInt is the bytes of the entry that v becomes.
func SizeOfInt(v int64) int {
	n := bodyOfInt(v)
	return n + backSize(n)
}

// Put writes elem's entry to the front of dst, which has SizeOf(elem) bytes, and answers its size.
func Put(dst, elem []byte) int { return put(dst, elem) }

// PutInt is Put of v's decimal form.
func PutInt(dst []byte, v int64) int {
	n := putInt(dst, v)
	return n + putBack(dst[n:], n)
}

// Finish ends a listpack whose entries reach to offset size-1, more of them than the header tells.
func Finish(lp []byte, size, more int) {
	lp[size-1] = end
	setHeader(lp, size, more)
}
