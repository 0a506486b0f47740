package reactor

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"hashlane/shard"
)

// refusal is an error whose text is shown to a client of CONFIG SET.
type refusal string

func (r refusal) Error() string { return string(r) }

const (
	refuseBind refusal = "Failed to bind to specified addresses."
	refusePort refusal = "Unable to listen on this port. Check server logs."
	refuseUnix refusal = "Unable to listen on this unix socket. Check server logs."
)

// errNowhere is what Listen answers when the options name nothing that could be listened at.
var errNowhere = errors.New("configured to not listen anywhere")

// listening is the set of listeners.
type listening struct {
	mu      sync.Mutex // over a whole change
	open    map[address]*listener
	shut    bool
	loops   sync.WaitGroup // accept goroutines
	reserve reserve
	// enrolling are connections on their way from an accept goroutine to their loop.
	enrolling sync.WaitGroup
}

// listener is one socket that is listened at, with its accept goroutine.
type listener struct {
	at   address
	ln   net.Listener
	done chan struct{} // closed when the goroutine has ended
}

// Listen begins to listen at the addresses of the server's options and to accept. Any goroutine.
func (r *Reactor) Listen() error {
	g := &r.listen
	g.mu.Lock()
	defer g.mu.Unlock()
	o := r.srv.Options()
	g.reserve.take()
	fresh, err := r.openAll(addresses(o), o)
	if err != nil {
		return err
	}
	if len(fresh) == 0 {
		return errNowhere
	}
	g.open = map[address]*listener{}
	r.acceptOn(fresh)
	return nil
}

// Addrs are the addresses that are listened at, as net prints them. Any goroutine.
func (r *Reactor) Addrs() []string {
	r.listen.mu.Lock()
	defer r.listen.mu.Unlock()
	var all []string
	for _, l := range r.listen.open {
		all = append(all, l.ln.Addr().String())
	}
	slices.Sort(all)
	return all
}

// openAll opens every address or, answering an error, none. Missing optional ones are left out.
func (r *Reactor) openAll(at []address, o *shard.Options) (map[address]*listener, error) {
	fresh := map[address]*listener{}
	for _, a := range at {
		if fresh[a] != nil {
			continue
		}
		ln, err := a.open(o)
		if err == nil {
			fresh[a] = &listener{at: a, ln: ln, done: make(chan struct{})}
			continue
		}
		if a.network == "unix" {
			r.logf(shard.LogWarning, "Failed opening Unix socket: %s", cause(err))
		} else {
			r.logf(shard.LogWarning, "Warning: Could not create server TCP listening socket %s: %s", a, cause(err))
		}
		if a.forgivable(err) {
			continue
		}
		for _, l := range fresh {
			_ = l.ln.Close()
		}
		if a.network != "unix" {
			r.logf(shard.LogWarning, "Failed listening on port %d (TCP), aborting.", a.port)
		}
		return nil, fmt.Errorf("listen at %s: %w", a, err)
	}
	return fresh, nil
}

// acceptOn starts the accept goroutines of fresh listeners.
func (r *Reactor) acceptOn(fresh map[address]*listener) {
	g := &r.listen
	for a, l := range fresh {
		g.open[a] = l
		g.loops.Add(1)
		go func() {
			defer g.loops.Done()
			defer close(l.done)
			r.accept(l)
		}()
	}
}

// closeSome stops listening at the given addresses; connections that their goroutines had accepted go on.
func (g *listening) closeSome(at []address) {
	for _, a := range at {
		l := g.open[a]
		delete(g.open, a)
		_ = l.ln.Close()
		<-l.done
	}
}

// closeListeners ends accepting for good.
func (r *Reactor) closeListeners() {
	g := &r.listen
	g.mu.Lock()
	g.shut = true
	g.closeSome(slices.Collect(maps.Keys(g.open)))
	g.reserve.drop()
	g.mu.Unlock()
	g.loops.Wait()
	g.enrolling.Wait()
}

// Relisten is shard.Config.Relisten: it listens where the new options say and no longer where only the
// old ones did, or changes nothing and answers an error for the client. It also answers whether the
// system can hold the new number of clients. Any goroutine but a loop.
func (r *Reactor) Relisten(old, new *shard.Options) error {
	if new.MaxClients > old.MaxClients {
		if fits := maxClientsFor(new.MaxClients, new.Shards); fits < new.MaxClients {
			return refusal(fmt.Sprintf("The operating system is not able to handle the specified number of clients, try with %d", fits))
		}
	}
	g := &r.listen
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil || g.shut {
		return nil
	}
	var add, drop []address
	for _, a := range addresses(new) {
		if g.open[a] == nil {
			add = append(add, a)
		}
	}
	want := addresses(new)
	for a := range g.open {
		if !slices.Contains(want, a) {
			drop = append(drop, a)
		}
	}
	if !slices.Equal(addresses(old), want) {
		if err := r.swap(add, drop, old, new); err != nil {
			return why(old, new)
		}
	}
	return nil
}

// swap opens add, then closes drop. Where the kernel does not let both be open (all addresses of a port
// and one of them), drop is closed first and opened again on failure.
func (r *Reactor) swap(add, drop []address, old, new *shard.Options) error {
	g := &r.listen
	fresh, err := r.openAll(add, new)
	if errors.Is(err, unix.EADDRINUSE) && slices.ContainsFunc(drop, func(d address) bool { return d.port == new.Port && d.port > 0 }) {
		g.closeSome(drop)
		if fresh, err = r.openAll(add, new); err != nil {
			again, reopenErr := r.openAll(drop, old)
			if reopenErr != nil {
				r.logf(shard.LogWarning, "Failed to listen again at the former addresses: %s", cause(reopenErr))
			}
			r.acceptOn(again)
			return err
		}
		drop = nil
	}
	if err != nil {
		return err
	}
	r.acceptOn(fresh)
	g.closeSome(drop)
	return nil
}

// why is the text for a change that failed.
func why(old, new *shard.Options) error {
	switch {
	case old.Port != new.Port:
		return refusePort
	case !slices.Equal(old.Bind, new.Bind):
		return refuseBind
	}
	return refuseUnix
}

// reserve is a descriptor kept for the time when there is no other, so that a client can be told.
type reserve struct {
	mu sync.Mutex
	f  *os.File
}

func (r *reserve) take() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.f == nil {
		r.f, _ = os.Open(os.DevNull)
	}
}

func (r *reserve) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.f != nil {
		_ = r.f.Close()
		r.f = nil
	}
}
