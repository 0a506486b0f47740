// Package dict is the hash table of one large collection: the elements of a set, or the fields of a hash
// with their values and expiries. It lies in a shard's arena; what the collection's record keeps is a Root of
// plain numbers.
//
// # Terms
//
//   - Element: a block of the arena with a key (set element, field) and perhaps a value and an expiry.
//   - Bucket: a block with a tag and a handle for each of its elements. It is as large as it must be.
//   - Directory: the handles of the buckets, in segments of up to 2,048.
//   - Buddy: the bucket that another one was split from.
//
// # Picture
//
//	Root: directory, its room, buckets, elements
//	  flat (up to 2,048 buckets)      directory -> [ bucket 0 | bucket 1 | ... ]
//	  deep                            directory -> [ segment 0 | segment 1 | ... ] -> [ bucket | ... ]
//
//	OFFSET  SIZE      DESCRIPTION OF A BUCKET
//	0       1         elements n
//	1       1         room for elements c
//	2       c         tags: highest byte of the element's hash
//	2+c     4*c       handles of the elements
//
//	OFFSET  SIZE         DESCRIPTION OF AN ELEMENT
//	0       1, 2, 4, 8   key length, a prefix number (package prefix)
//	..      key length   key; the element of a set ends here
//	..      1, 2, 4, 8   twice the value's length, plus 1 when there is an expiry; a prefix number
//	..      0, 6         expiry in Unix ms, 48 bits
//	..      value length value; the rest of the block is slack
//
// Example, field "hi" = "7" that expires at 0x0102 ms:
//
//	04 | 68 69 | 06 | 02 01 00 00 00 00 | 37
//
// # Growing and shrinking
//
// Linear hashing (Litwin): with N buckets, 2^l < N <= 2^(l+1), an element is in the bucket that the lowest
// l+1 bits of its hash name, or l bits when there is no such bucket yet. An insert that finds more than
// `load` elements a bucket splits one, the next in turn; a removal that finds less than a quarter of that
// merges the last bucket into its buddy. So no insert or removal is ever O(n): what it does at most is to
// move some forty handles and to double a directory, 8 KiB while flat and 1/16,384 of a byte an element
// when deep.
//
// # Scanning
//
// A cursor is a point in the space of hashes read from their lowest bit on; every bucket is an interval of
// that space, whatever the number of buckets. Scan reports the interval that the cursor lies in and answers
// its end. So an element that is there from the first call to the last is reported at least once, however
// the dict grows and shrinks in between.
//
// # Invariants
//
//   - I1 An element is in the one bucket that its hash names, under its tag.
//   - I2 Root counts the elements and buckets; an empty dict has no block at all.
//   - I3 A failed call for memory has changed nothing.
//   - I4 A bucket's used slots come first.
//
// Who runs it: the loop of the shard that owns the data.
//
// Sources: Litwin, "Linear hashing: a new tool for file and table addressing" (1980), with buckets of any
// size in place of overflow chains; reverse-binary cursors as Redis documents for SCAN.
package dict
