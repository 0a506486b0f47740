package persist

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// writerNice is the nice value of a writer in the background: where it shares a core with a loop or with the
// clients, these get three quarters of it.
const writerNice = 5

// apart runs f on a thread of its own with less priority, and waits for it. The thread ends with f.
func apart(f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), writerNice) // without it the snapshot is as good
		result <- f()
	}()
	return <-result
}
