// Package clients runs ordinary client libraries, go-redis and rueidis, against a real running server in
// both protocols: what they send on connecting, pipelines, transactions, errors and nulls.
//
// Who runs it: one goroutine a test.
package clients
