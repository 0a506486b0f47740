//go:build invariants

package engine

import (
	"bytes"
	"fmt"
	"runtime"
)

// owner is the goroutine that alone may use a space; zero until it is adopted.
type owner struct{ id string }

func goroutineID() string {
	var buf [40]byte
	text := buf[:runtime.Stack(buf[:], false)]
	return string(bytes.Fields(text)[1]) // "goroutine 7 [running]"
}

func (o *owner) adopt() { o.id = goroutineID() }

func (o *owner) check() {
	if o.id == "" {
		return
	}
	if id := goroutineID(); id != o.id {
		panic(fmt.Sprintf("engine: a space of goroutine %s is used by goroutine %s", o.id, id))
	}
}
