package reactor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"hashlane/shard"
)

// address is one place to listen at.
type address struct {
	network  string // tcp4, tcp6 or unix
	host     string // or the path of a unix socket
	port     int
	optional bool // a missing address of the machine is no error
}

func (a address) String() string {
	if a.network == "unix" {
		return a.host
	}
	return net.JoinHostPort(a.host, strconv.Itoa(a.port))
}

// tcpAddress reads one word of `bind`: an address or a host name, * or ::* for all, - in front of what may
// be missing.
func tcpAddress(word string, port int) address {
	a := address{network: "tcp4", port: port}
	a.host, a.optional = strings.CutPrefix(word, "-")
	if strings.Contains(a.host, ":") {
		a.network = "tcp6"
	}
	switch a.host {
	case "*":
		a.host = "0.0.0.0"
	case "::*":
		a.host = "::"
	}
	return a
}

// addresses are the places that the options name.
func addresses(o *shard.Options) []address {
	var all []address
	if o.Port > 0 {
		for _, word := range o.Bind {
			if word != "" {
				all = append(all, tcpAddress(word, o.Port))
			}
		}
	}
	if o.UnixSocket != "" {
		all = append(all, address{network: "unix", host: o.UnixSocket})
	}
	return all
}

// open begins to listen.
func (a address) open(o *shard.Options) (net.Listener, error) {
	if a.network == "unix" {
		// A socket left behind by a process that was killed is in the way; anything else is not ours to remove.
		if info, err := os.Lstat(a.host); err == nil && info.Mode()&fs.ModeSocket != 0 {
			_ = os.Remove(a.host)
		}
	}
	lc := net.ListenConfig{KeepAlive: -1} // accept sets it
	lc.SetMultipathTCP(false)
	ln, err := lc.Listen(context.Background(), a.network, a.String())
	if err != nil {
		return nil, err
	}
	if err := finishListener(ln, a, o); err != nil {
		_ = ln.Close()
		return nil, err
	}
	return ln, nil
}

// finishListener sets what package net has no option for.
func finishListener(ln net.Listener, a address, o *shard.Options) error {
	if a.network == "unix" && o.UnixSocketPerm != 0 {
		if err := os.Chmod(a.host, fs.FileMode(o.UnixSocketPerm)); err != nil {
			return err
		}
	}
	if o.TCPBacklog <= 0 {
		return nil
	}
	raw, err := ln.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	var listenErr error
	if err := raw.Control(func(fd uintptr) { listenErr = unix.Listen(int(fd), o.TCPBacklog) }); err != nil {
		return err
	}
	return os.NewSyscallError("listen", listenErr)
}

// forgivable reports that an error of opening a does not stand in the way of the other addresses: the
// machine lacks the address and it is optional, or it lacks the protocol.
func (a address) forgivable(err error) bool {
	if a.network == "unix" {
		return false
	}
	var dns *net.DNSError
	if a.optional && (errors.Is(err, unix.EADDRNOTAVAIL) || errors.As(err, &dns)) {
		return true
	}
	for _, no := range []error{unix.ENOPROTOOPT, unix.EPROTONOSUPPORT, unix.ESOCKTNOSUPPORT, unix.EPFNOSUPPORT, unix.EAFNOSUPPORT} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// cause is the system's reason inside an error of package net, as Redis words it.
func cause(err error) string {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		text := sys.Err.Error()
		return fmt.Sprintf("%s: %s", sys.Syscall, strings.ToUpper(text[:1])+text[1:])
	}
	return err.Error()
}

// describe tells the two ends of an accepted connection.
func describe(c net.Conn, a address) shard.Peer {
	if a.network == "unix" {
		return shard.Peer{Addr: a.host + ":0", Local: a.host + ":0", Unix: true, Loopback: true}
	}
	p := shard.Peer{Addr: c.RemoteAddr().String(), Local: c.LocalAddr().String()}
	if t, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		p.Loopback = t.IP.IsLoopback()
	}
	return p
}

// dropZones takes the zones out of link-local addresses: gnet hands their bytes, which belong to package
// net, to its pool of buffers when the connection ends.
func dropZones(c net.Conn) {
	for _, a := range []net.Addr{c.RemoteAddr(), c.LocalAddr()} {
		if t, ok := a.(*net.TCPAddr); ok {
			t.Zone = ""
		}
	}
}
