package node

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"hashlane/cmd/node/config"
)

// procTitle is the memory in which the kernel finds the words that ps shows: the arguments and, behind them,
// the environment, of which the Go runtime has a copy.
type procTitle struct {
	mu   sync.Mutex
	area []byte
	name string // how the program was called
}

var title procTitle

// ownArgs copies the arguments away from the memory where the process got them, so that it can be written
// over. Call it before anything else keeps an argument.
func ownArgs(args []string) []string {
	own := make([]string, len(args))
	for i, a := range args {
		own[i] = strings.Clone(a)
	}
	if len(own) == 0 {
		own = []string{"hashlane"}
	}
	title.name = own[0]
	start, end := argumentArea()
	if len(args) == 0 || args[0] == "" || len(os.Args) == 0 || unsafe.StringData(os.Args[0]) != unsafe.StringData(args[0]) {
		return own // not the process's own arguments
	}
	first := unsafe.StringData(args[0])
	if uintptr(unsafe.Pointer(first)) == start && end > start {
		title.area = unsafe.Slice(first, end-start)
		os.Args = own
	}
	return own
}

// argumentArea is where the kernel put arguments and environment: fields 48 to 51 of /proc/self/stat.
func argumentArea() (start, end uintptr) {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // field 3 and on
	fields := strings.Fields(rest)
	if len(fields) < 49 {
		return 0, 0
	}
	var at [4]uint64
	for i := range at {
		at[i], _ = strconv.ParseUint(fields[45+i], 10, 64)
	}
	if at[1] != at[2] { // the environment is elsewhere
		return uintptr(at[0]), uintptr(at[1])
	}
	return uintptr(at[0]), uintptr(at[3])
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
