// Package compat sends the same seeded random commands, valid and invalid, to Hashlane and to a real
// redis-server and compares what comes back: replies, errors, encodings, and DEBUG DIGEST of all data.
//
// Terms. A generator makes one command line from pools of words that collide often: few keys, values at
// the borders of encodings, options in any order, wrong types, wrong numbers. A difference is shown with
// the commands before it on the same keys.
//
// Invariants:
//
//	I1 Commands whose replies depend on time, memory addresses or the order of a hash table are not sent,
//	   or are compared after sorting.
//	I2 The same seed sends the same commands.
//
// The test skips where the machine has no redis-server. Version 7.0 is the reference: commands and options
// that came later are tested beside their code. Small sets of text are a hash table there: the server under test
// is told to have no others. COMPAT_SEED gives other commands, COMPAT_FAMILIES=list,key only those families.
//
// Who runs it: one goroutine.
package compat
