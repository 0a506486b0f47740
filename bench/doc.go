// Command bench measures Hashlane next to a real Redis, by turns in one run, and reports ratios.
//
//	go run ./bench                         all workloads, the table of bars, results/*.json and an SVG
//	go run ./bench -workload get-16        one of them
//	go run ./bench scale -shards 1,2,4     how throughput grows with the shards
//	go run ./bench load -addr :6379 …      the load generator alone
//
// Terms. A workload is one row of the table: it has two sides, ours and the reference (a real Redis, or
// ourselves in another shape), a measure and a bar. A round measures both sides once, each in a server
// started afresh; the order changes from round to round. What is reported is the median over the rounds
// of the ratio ours/reference. The server under test is bound to one core and the load to another.
//
// Measures: requests/s; CPU per request (user and system time of the server process by /proc, divided by
// the requests answered); resident bytes a key (growth of VmRSS, divided by the keys stored).
//
// Invariants:
//
//	I1 A ratio compares two figures of the same round only.
//	I2 A side whose replies hold errors, or fewer than were asked for, fails the run.
//	I3 In the open loop a request's latency counts from the time it was due, not from the time it was
//	   sent, so that a stalled server cannot hide its stall (coordinated omission).
//
// Who runs it: one goroutine a connection.
//
// Sources: G. Tene, "How NOT to Measure Latency" (coordinated omission); HdrHistogram.
package main
