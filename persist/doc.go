// Package persist keeps the data in files: the append-only log in several parts, and the base that a rewrite
// makes of it. It never names a data type, and it knows the shards only by the interface Host.
//
// # Terms
//
//	part      one file of the log: the BASE (all data at a moment, as RDB or as commands), an INCR (the units
//	          since), HISTORY (replaced by a later base, to be deleted)
//	manifest  the list of parts; what it does not name does not exist
//	unit      what is replayed as a whole: one command, or MULTI ... EXEC
//	position  number of a unit of the journal; "position p is written" means all units below p are
//	waiting   the log has been switched on: units go to a temporary INCR that joins the manifest together with
//	          the first base
//
// # From a write to the disk
//
//	loops ── Journal.Merge ──► Units: buffer ──► Flush: one write(2) for all units of a merge
//	                                               always:    fsync, then Host.Durable(position) lets replies go
//	                                               everysec:  fsync once a second on a goroutine of its own
//	                                               no:        the kernel decides
//
// # A rewrite
//
//	new INCR, in the manifest ─► cut at position p: units from p on go to it ─► base of the data at p, to a
//	temporary file ─► fsync ─► rename ─► manifest: new BASE, older parts HISTORY ─► history deleted
//
// # Invariants, cited by panics and tests
//
//	I1  A manifest is replaced as a whole: temporary file, fsync, rename, fsync of the folder.
//	I2  Whatever the moment of a crash, the manifest names parts that are there and that give the data.
//	I3  A part that is no longer the last has been synced before the next one answers for its units.
//	I4  A failed write leaves the file at the end of a whole unit, or the rest of it in the buffer: nothing is
//	    written twice and nothing is left out.
//	I5  With always no reply leaves before its units are synced; if that is impossible the process ends.
//	I6  Loading takes whole units only: a torn end is cut off at the last whole unit.
//
// Who runs it: Units and Flush whoever merges the journal; Cron a timer of the node; the rewrite and the
// fsync goroutines of their own; loops only call what is said to be quick.
//
// Sources: files, manifest, messages and rules as Redis 7.0.15 shows them.
package persist
