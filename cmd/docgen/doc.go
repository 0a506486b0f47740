// Command docgen writes docs/commands from the joined command table: a page for each group with everything
// its rows say, and COVERAGE.md, which sets the rows against docs/commands/all-commands.tsv, the list of all
// commands of Redis and its modules.
//
//	go run ./cmd/docgen          writes the pages
//	go run ./cmd/docgen -check   says which pages are out of date, and fails when any is
//
// Invariants:
//
//	I1 pages depend on the table and the list alone: the same table gives the same bytes
//	I2 the pages in the repository are those that the table gives (a test)
//
// Who runs it: people who change rows; the test of this package.
package main
