// Package array is the array type: values at unsigned 64-bit indices, most of which may be empty.
//
// # Terms
//
//   - Element: a text at an index from 0 to 2^64-2.
//   - Length: the greatest index with an element, plus one. Count: how many elements there are.
//   - Slice: 4096 neighbouring indices, as ARINFO counts them.
//   - Chunk: 512 neighbouring indices, one block. A sparse chunk lists offsets and words, a dense one has a word
//     for each index.
//   - Word: 64 bits for an element: nothing, a number, a text of up to seven bytes, or the handle of a block.
//   - Cursor: where ARINSERT and ARRING put the next element.
//
// # Drawing
//
//	record: handle ── head ── idtree of chunk number → chunk ─┬─ offsets 3 17 90 │ words   (sparse)
//	                                                          └─ 512 words                 (dense)
//
//	word    lowest three bits, and the others
//	0       no element
//	...001  handle of a block: length (u32), text
//	...010  text: length in bits 3 to 5, bytes from bit 8 on
//	...011  number of 61 bits, signed, from bit 3 on
//
// The word of "hi" is 0x69681 2, lowest digits last: length 2, tag 2, then 'h' and 'i'.
//
// # Invariants
//
//   - I1 There is no array without elements; no chunk without elements.
//   - I2 Offsets of a sparse chunk ascend.
//   - I3 The count of the head is that of its chunks; usage is exact.
//   - I4 Memory is made sure of before anything is changed.
//
// Who runs it: the loop of the shard that owns the data.
//
// Sources: the documentation of the commands of Redis 8.8 and the facts of its file format.
package array
