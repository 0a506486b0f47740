package reactor

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// reservedFiles is how many descriptors a server needs besides those of its clients.
func reservedFiles(shards int) int { return 32 + 4*shards }

// openFiles raises the limit of open files to n where the system allows it, and answers the limit.
func openFiles(n uint64) (limit uint64, err error) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, err
	}
	if l.Cur >= n {
		return l.Cur, nil
	}
	up := unix.Rlimit{Cur: n, Max: max(n, l.Max)}
	if err = unix.Setrlimit(unix.RLIMIT_NOFILE, &up); err == nil {
		return n, nil
	}
	if up = (unix.Rlimit{Cur: l.Max, Max: l.Max}); unix.Setrlimit(unix.RLIMIT_NOFILE, &up) == nil {
		return l.Max, err
	}
	return l.Cur, err
}

// maxClientsFor is how many of the wanted clients the limit of open files lets in.
func maxClientsFor(want, shards int) int {
	limit, _ := openFiles(uint64(want + reservedFiles(shards)))
	return min(want, int(min(limit, 1<<31))-reservedFiles(shards))
}

// FitMaxClients raises the limit of open files for maxclients and answers how many clients fit, with
// lines for the log when that is fewer. The error says that not even one does.
func FitMaxClients(want, shards int) (fits int, warnings []string, err error) {
	need := uint64(want + reservedFiles(shards))
	limit, raiseErr := openFiles(need)
	if fits = maxClientsFor(want, shards); fits == want {
		return fits, nil, nil
	}
	if fits < 1 {
		return 0, nil, fmt.Errorf("the limit of open files (ulimit -n) is %d, too low to start: raise it to at least %d", limit, need)
	}
	warnings = append(warnings, fmt.Sprintf("You requested maxclients of %d requiring at least %d max file descriptors.", want, need))
	if raiseErr != nil {
		warnings = append(warnings, fmt.Sprintf("Server can't set maximum open files to %d because of OS error: %v.", need, raiseErr))
	}
	return fits, append(warnings, fmt.Sprintf("Current maximum open files is %d. maxclients has been reduced to %d to compensate for low ulimit. "+
		"If you need higher maxclients increase 'ulimit -n'.", limit, fits)), nil
}
