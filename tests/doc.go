// Package tests holds what no single package can test: the rule of imports and the rules of style.
//
// deps_test.go checks the import rule with the packages that `go list` reports; style_test.go
// reads the files that git tracks. Both look at the tree as it is, so a new folder is checked
// without being named here; a package that the import rule does not know fails.
//
// conformance/ runs the Tcl suite of Redis against the built server.
package tests
