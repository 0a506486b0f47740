// Command conformance runs Redis' own Tcl suite against bin/hashlane.
//
//	suite (a folder outside this repository)          this program
//	tests/*.tcl ── linked into a scratch tree ──▶ tree/src/redis-server: a script that
//	                                              execs the server with `--shards N` appended
//	one tclsh for each unit ── its log ──▶ results ── compared with expected.txt ──▶ verdict
//
// Terms: a unit is one file of the suite (unit/type/incr); a test is one named case in it; an
// expected failure is a line of expected.txt, `unit | test name | reason`, where the test name `*`
// stands for the whole unit, which is then not run at all. A reason that begins with "not run: " leaves
// out one test that would hang.
//
// The suite is that of Redis 7.0, where small sets of texts are hashtables: its default.conf gets the line
// `set-max-listpack-entries 0`, so that encodings are those that it asks for. All lists are quicklists there: its
// assert_encoding takes a listpack for one. After a command that waits, its client gives it 5 ms to arrive before
// another connection sends something. Its get_child_pid starts a process that stands for the one that saves there:
// who kills it makes what is being written fail (DEBUG FAIL-SAVING).
//
// Invariants:
//
//	I1 A failure that expected.txt does not name fails the run.
//	I2 An expected failure that passes fails the run too: the list can only shrink.
//	I3 A unit that ends early (crash, exception, time limit) is a failure, named "(unit)" in the list;
//	   so is an error outside any test, which skips the tests behind it.
//	I4 A unit that reports no passed test at all is a failure: silence never passes.
//	I5 Only processes of the unit's own group, or with their working folder in our tree, are ended.
//
// Sources: the README of the suite, and the lines that its test_helper.tcl prints.
package main
