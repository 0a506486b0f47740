package persist

import (
	"errors"
	"fmt"
	"io"

	"hashlane/persist/rdb"
)

// kindNames are the names of type bytes in the report of a check.
var kindNames = [...]string{
	"string", "list-linked", "set-hashtable", "zset-v1", "hash-hashtable", "zset-v2", "", "module-value", "", "hash-zipmap", "list-ziplist",
	"set-intset", "zset-ziplist", "hash-ziplist", "quicklist", "stream", "hash-listpack", "zset-listpack", "quicklist-v2", "stream-v2",
	"set-listpack", "stream-v3", "", "", "hash-hashtable-md", "hash-listpack-md", "stream-v4", "stream-v5", "array",
}

func kindName(kind int) string {
	if kind < 0 || kind >= len(kindNames) || kindNames[kind] == "" {
		return "unknown"
	}
	return kindNames[kind]
}

// RDBCheck checks an RDB file and reports in the lines of redis-check-rdb.
type RDBCheck struct {
	FS  FS
	Out io.Writer
	// Try makes the key of an entry and answers why it cannot, "" when it can. nil: values are only cut apart.
	Try func(e *rdb.Entry) (reason string)
	// NowMs is the time by which keys count as expired.
	NowMs int64

	keys, expires, expired int64
}

// Run checks a file and reports whether it is good.
func (c *RDBCheck) Run(name string) bool {
	fmt.Fprintf(c.Out, "[offset 0] Checking RDB file %s\n", name)
	size, err := c.FS.Size(name)
	if err != nil {
		fmt.Fprintf(c.Out, "Cannot open the file: %s\n", systemText(err))
		return false
	}
	f, err := c.FS.Open(name)
	if err != nil {
		fmt.Fprintf(c.Out, "Cannot open the file: %s\n", systemText(err))
		return false
	}
	defer f.Close()
	_, good := c.From(f, size)
	return good
}

// From checks what src begins with, of a file of that size, and answers the bytes it took.
func (c *RDBCheck) From(src io.Reader, size int64) (n int64, good bool) {
	r, err := rdb.NewReader(src, size)
	if err == nil {
		err = c.read(r)
	}
	if err != nil {
		c.report(err)
	} else {
		if sum, checked := r.Sum(); checked && sum == 0 {
			fmt.Fprintf(c.Out, "[offset %d] RDB file was saved with checksum disabled: no check performed.\n", r.Pos())
		} else if checked {
			fmt.Fprintf(c.Out, "[offset %d] Checksum OK\n", r.Pos())
		}
		fmt.Fprintf(c.Out, "[offset %d] \\o/ RDB looks OK! \\o/\n", r.Pos())
	}
	fmt.Fprintf(c.Out, "[info] %d keys read\n[info] %d expires\n[info] %d already expired\n", c.keys, c.expires, c.expired)
	if err != nil {
		return 0, false
	}
	return r.Pos(), true
}

func (c *RDBCheck) read(r *rdb.Reader) error {
	var x rdb.Item
	for {
		if err := r.Next(&x); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		switch x.Kind {
		case rdb.AuxItem:
			fmt.Fprintf(c.Out, "[offset %d] AUX FIELD %s = '%s'\n", r.Pos(), x.Name, x.Text)
		case rdb.DBItem:
			fmt.Fprintf(c.Out, "[offset %d] Selecting DB ID %d\n", r.Pos(), x.DB)
		case rdb.ModuleItem:
			fmt.Fprintf(c.Out, "[offset %d] MODULE AUX for: %s\n", r.Pos(), rdb.ModuleName(x.Module))
		case rdb.KeyItem:
			if err := c.entry(r, &x.Entry); err != nil {
				return err
			}
		}
	}
}

func (c *RDBCheck) entry(r *rdb.Reader, e *rdb.Entry) error {
	c.keys++
	if e.ExpireAt != 0 {
		c.expires++
		if e.ExpireAt < c.NowMs {
			c.expired++
		}
	}
	if c.Try == nil || rdb.Empty(e.Kind, e.Value) || e.Kind == rdb.TypeModule2 {
		return nil
	}
	if reason := c.Try(e); reason != "" {
		return r.Refuse(rdb.StepValue, reason)
	}
	return nil
}

func (c *RDBCheck) report(err error) {
	var e *rdb.Error
	if !errors.As(err, &e) {
		e = &rdb.Error{Reason: systemText(err), Kind: -1}
	}
	reason := e.Reason
	if e.Step == rdb.StepValue {
		reason = InternalError(e)
	}
	fmt.Fprintf(c.Out, "--- RDB ERROR DETECTED ---\n[offset %d] %s\n[additional info] While doing: %s\n", e.Pos, reason, e.Step)
	if e.Key != nil {
		fmt.Fprintf(c.Out, "[additional info] Reading key '%s'\n", e.Key)
	}
	if e.Kind >= 0 {
		fmt.Fprintf(c.Out, "[additional info] Reading type %d (%s)\n", e.Kind, kindName(e.Kind))
	}
}

// InternalError words an error within a file for the log.
func InternalError(e *rdb.Error) string {
	return rdb.InternalError(e.Pos, e.Reason)
}
