// Package glob matches byte strings against the glob patterns of KEYS, SCAN MATCH, PSUBSCRIBE, CONFIG GET
// and ACL rules, with the answers of Redis 7.0.15.
//
//   - any run of bytes            [abc]  one byte of the class
//     ?        one byte                    [a-c]  of the range, its ends in either order
//     \x       the byte x itself           [^a]   one byte not in the class
//
// Bytes are compared as bytes, without regard to UTF-8. What surprises, and is kept:
//
//   - The ends of a range are ordered as signed bytes, so 0x80…0xff come before 0x00.
//   - A class without its bracket ends with the pattern. "[]" is empty and matches nothing, "[^]" any byte.
//   - "*" does not match the empty string (KEYS treats the pattern "*" as "all" before it asks).
//   - The last backslash of a pattern stands for itself. Inside a class an escaped byte is compared in its
//     own case even when the match ignores case.
//   - A pattern whose star number 1001 is reached and is not its end does not match.
//
// Invariants:
//
//	I1. A match takes at most len(pattern)·len(s) steps and no memory.
//
// Who runs it: any goroutine.
//
// Sources: redis.io (KEYS), and the answers of a running Redis, compared in the tests.
package glob
