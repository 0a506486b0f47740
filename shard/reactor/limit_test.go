package reactor

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestFitMaxClients(t *testing.T) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
	if fits, warnings, err := FitMaxClients(100, 2); fits != 100 || warnings != nil || err != nil {
		t.Errorf("%d, %q, %v", fits, warnings, err)
	}
	// Above what even a privileged process may have.
	fits, warnings, err := FitMaxClients(1<<31-1000, 2)
	if err != nil || fits < 100 || fits > 1<<30 || len(warnings) != 3 {
		t.Fatalf("%d, %q, %v", fits, warnings, err)
	}
	for i, want := range []string{"You requested maxclients of 2147482648 requiring at least 2147482688 ", "OS error: ", "maxclients has been reduced to "} {
		if !strings.Contains(warnings[i], want) {
			t.Errorf("%q lacks %q", warnings[i], want)
		}
	}
}

func TestTCPAddress(t *testing.T) {
	for word, want := range map[string]address{
		"127.0.0.1":  {"tcp4", "127.0.0.1", 7, false},
		"*":          {"tcp4", "0.0.0.0", 7, false},
		"-*":         {"tcp4", "0.0.0.0", 7, true},
		"::1":        {"tcp6", "::1", 7, false},
		"-::*":       {"tcp6", "::", 7, true},
		"a.host.net": {"tcp4", "a.host.net", 7, false},
	} {
		if got := tcpAddress(word, 7); got != want {
			t.Errorf("%q: %+v", word, got)
		}
	}
	if got := (address{network: "tcp6", host: "::1", port: 7}).String(); got != "[::1]:7" {
		t.Error(got)
	}
}
