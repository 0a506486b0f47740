package reactor_test

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hashlane/shard"
)

func refused(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err == nil {
		_ = c.Close()
	}
	return errors.Is(err, unix.ECONNREFUSED)
}

func TestPortInUse(t *testing.T) {
	a := serve(t, nil)
	b := prepare(t, func(o *shard.Options) { o.Port = a.opts.Port })
	err := b.r.Listen()
	if !errors.Is(err, unix.EADDRINUSE) {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{
		fmt.Sprintf("Warning: Could not create server TCP listening socket 127.0.0.1:%d: bind: Address already in use", a.opts.Port),
		fmt.Sprintf("Failed listening on port %d (TCP), aborting.", a.opts.Port),
	} {
		if !b.logged(want) {
			t.Errorf("log lacks %q: %q", want, b.log)
		}
	}
	a.dial().expect("+PONG", "PING")
}

func TestAddresses(t *testing.T) {
	v6 := false
	if ln, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		v6 = true
		_ = ln.Close()
	}
	for _, x := range []struct {
		bind  []string
		n     int // of listeners
		where []string
		needs bool
	}{
		{bind: []string{"127.0.0.1", "-192.0.2.1"}, n: 1, where: []string{"127.0.0.1"}},
		{bind: []string{"127.0.0.1", "127.0.0.2", "127.0.0.1"}, n: 2, where: []string{"127.0.0.1", "127.0.0.2"}},
		{bind: []string{"*"}, n: 1, where: []string{"127.0.0.3"}},
		{bind: []string{"localhost"}, n: 1, where: []string{"127.0.0.1"}},
		{bind: []string{"-no.such.host.invalid", "127.0.0.1"}, n: 1, where: []string{"127.0.0.1"}},
		{bind: []string{"127.0.0.1", "::1"}, n: 2, where: []string{"127.0.0.1", "::1"}, needs: true},
		{bind: []string{"*", "-::*"}, n: 2, where: []string{"127.0.0.1", "::1"}, needs: true},
	} {
		if x.needs && !v6 {
			continue
		}
		s := serve(t, func(o *shard.Options) { o.Bind, o.Shards = x.bind, 1 })
		if got := s.r.Addrs(); len(got) != x.n {
			t.Errorf("%q: listens at %q", x.bind, got)
		}
		for _, host := range x.where {
			c := dial(t, "tcp", net.JoinHostPort(host, fmt.Sprint(s.opts.Port)))
			if i := c.info(); i["addr"] != c.LocalAddr().String() || i["laddr"] != c.RemoteAddr().String() {
				t.Errorf("%q: %v", x.bind, i)
			}
		}
		s.stop()
	}
}

func TestAddressThatTheMachineLacks(t *testing.T) {
	s := prepare(t, func(o *shard.Options) { o.Bind = []string{"127.0.0.1", "192.0.2.1"} })
	if err := s.r.Listen(); !errors.Is(err, unix.EADDRNOTAVAIL) {
		t.Errorf("%v", err)
	}
	if !refused(s.addr()) {
		t.Error("the other address is still listened at")
	}
}

func TestListeningNowhere(t *testing.T) {
	for _, change := range []func(o *shard.Options){
		func(o *shard.Options) { o.Port = 0 },
		func(o *shard.Options) { o.Bind = []string{""} },
		func(o *shard.Options) { o.Bind = []string{"-192.0.2.1"} },
	} {
		s := prepare(t, change)
		if err := s.r.Listen(); err == nil || err.Error() != "configured to not listen anywhere" {
			t.Errorf("%v", err)
		}
	}
}

func TestRelistenPort(t *testing.T) {
	s := serve(t, nil)
	c, before := s.dial(), s.addr()
	c.expect("+PONG", "PING")
	port := freePort(t)
	if err := s.apply(func(o *shard.Options) { o.Port = port }); err != nil {
		t.Fatal(err)
	}
	if !refused(before) {
		t.Error("the old port is still listened at")
	}
	s.dial().expect("+PONG", "PING")
	c.expect("+PONG", "PING") // old connections live on
	if err := s.apply(func(o *shard.Options) { o.Port = 0 }); err != nil || len(s.r.Addrs()) != 0 {
		t.Errorf("port 0: %v, %q", err, s.r.Addrs())
	}
	if err := s.apply(func(o *shard.Options) { o.Port = port }); err != nil {
		t.Fatal(err)
	}
	s.dial().expect("+PONG", "PING")
}

func TestRelistenFailureChangesNothing(t *testing.T) {
	other := serve(t, nil)
	s := serve(t, nil)
	before := s.r.Addrs()
	for _, x := range []struct {
		change func(o *shard.Options)
		want   string
	}{
		{func(o *shard.Options) { o.Port = other.opts.Port }, "Unable to listen on this port. Check server logs."},
		{func(o *shard.Options) { o.Bind = []string{"127.0.0.2", "192.0.2.1"} }, "Failed to bind to specified addresses."},
		{func(o *shard.Options) { o.UnixSocket = filepath.Join(t.TempDir(), "no", "such", "dir") }, "Unable to listen on this unix socket. Check server logs."},
	} {
		if err := s.apply(x.change); err == nil || err.Error() != x.want {
			t.Errorf("%v, want %q", err, x.want)
		}
		if got := s.r.Addrs(); !slices.Equal(got, before) {
			t.Errorf("listens at %q", got)
		}
		if s.srv.Options().Port != s.opts.Port {
			t.Error("the options have changed")
		}
		s.dial().expect("+PONG", "PING")
	}
}

// All addresses of a port and one of them cannot be open at the same time.
func TestRelistenWhereOldAndNewCollide(t *testing.T) {
	s := serve(t, func(o *shard.Options) { o.Bind = []string{"*"} })
	port := fmt.Sprint(s.opts.Port)
	if err := s.apply(func(o *shard.Options) { o.Bind = []string{"127.0.0.1"} }); err != nil {
		t.Fatal(err)
	}
	s.dial().expect("+PONG", "PING")
	if !refused("127.0.0.2:" + port) {
		t.Error("the wildcard is still open")
	}
	if err := s.apply(func(o *shard.Options) { o.Bind = []string{"*", "192.0.2.1"} }); err == nil {
		t.Error("an address that the machine lacks was taken")
	}
	s.dial().expect("+PONG", "PING")
	if err := s.apply(func(o *shard.Options) { o.Bind = []string{"*"} }); err != nil {
		t.Fatal(err)
	}
	dial(t, "tcp", "127.0.0.2:"+port).expect("+PONG", "PING")
}
