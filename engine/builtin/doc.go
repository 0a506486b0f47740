// Package builtin is the one list of the data types and of the data commands that the server has. A new
// type is entered here and nowhere else.
//
// Invariants:
//
//	I1. Every type of the list passes the contract suite (enginetest.Contract), and every row has a summary,
//	    a complexity and an argument syntax.
//
// Who runs it: any goroutine, at the start.
package builtin
