// Package faultfs is a file system in memory that fails when it is told to and forgets what was not synced.
//
// A file has two contents: what its writers see, and what is on the disk. Sync makes the second the first. A
// folder likewise: new names, renames and removals are on the disk after SyncDir. Crash leaves what is on the
// disk, with any prefix of what was written to a file after its last sync, and with any of the changes of
// names since the last SyncDir undone together: a torn last page, a lost rename.
//
// Who runs it: any goroutine of a test.
package faultfs
