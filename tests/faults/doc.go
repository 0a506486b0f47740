// Package faults does to a real running server what bad clients and bad machines do: malformed frames,
// input without end, readers that never read, too many connections, no descriptors, no memory, a port in
// use. In each case the one at fault gets a clear error, and a bystander, a connection opened before, is
// served as ever.
//
// Who runs it: one goroutine a test.
package faults
