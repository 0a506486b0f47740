package node

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"unsafe"

	"hashlane/cmd/node/config"
)

// procTitle is the memory in which the kernel finds the words that ps shows: the arguments and, behind them,
// the environment, which has been copied away.
type procTitle struct {
	mu   sync.Mutex
	area []byte
	name string // how the program was called
}

var title procTitle

// ownArgs copies arguments and environment away from the memory where the process got them, so that it can be
// written over. Call it before anything else keeps an argument.
func ownArgs(args []string) []string {
	own := make([]string, len(args))
	for i, a := range args {
		own[i] = strings.Clone(a)
	}
	if len(own) == 0 {
		own = []string{"hashlane"}
	}
	title.name = own[0]
	env := os.Environ()
	if len(args) == 0 || args[0] == "" || len(os.Args) != len(args) || unsafe.StringData(os.Args[0]) != unsafe.StringData(args[0]) {
		return own
	}
	start := unsafe.StringData(args[0])
	end := 0
	for _, s := range append(append([]string(nil), args...), env...) {
		if s == "" {
			end++ // its terminator
			continue
		}
		if unsafe.Pointer(unsafe.StringData(s)) != unsafe.Add(unsafe.Pointer(start), end) {
			break
		}
		end += len(s) + 1
	}
	title.area = unsafe.Slice(start, end)
	copied := make([]string, len(env))
	for i, s := range env {
		copied[i] = strings.Clone(s)
	}
	os.Clearenv()
	for _, s := range copied {
		if k, v, ok := strings.Cut(s, "="); ok && k != "" {
			_ = os.Setenv(k, v)
		}
	}
	os.Args = own
	return own
}

// setTitle shows proc-title-template in ps, cut to the room there is.
func (n *Node) setTitle() {
	if !n.Config.Bool("set-proc-title") {
		return
	}
	port := n.Config.String("port")
	addr := n.Config.String("unixsocket")
	if port != "0" {
		host := "*"
		if b := n.Config.Words("bind"); len(b) > 0 && b[0] != "*" {
			host = strings.TrimPrefix(b[0], "-")
		}
		addr = host + ":" + port
		if strings.Contains(host, ":") {
			addr = fmt.Sprintf("[%s]:%s", host, port)
		}
	}
	text, ok := config.Title(n.Config.String("proc-title-template"), map[string]string{
		"title": title.name, "listen-addr": addr, "server-mode": "", "port": port, "tls-port": n.Config.String("tls-port"),
		"unixsocket": n.Config.String("unixsocket"), "config-file": n.ConfigFile,
	})
	if ok {
		title.write(text)
	}
}

func (t *procTitle) write(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.area) < 2 {
		return
	}
	// Zeros up to the end: the kernel shows the area behind the arguments when their last byte is not zero.
	k := copy(t.area[:len(t.area)-1], text)
	clear(t.area[k:])
}
