package node

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"golang.org/x/sys/unix"

	"hashlane/cmd/node/config"
	"hashlane/shard"
)

const redisVersion = shard.RedisVersion

// logo is drawn once at the start. Test suites look for the word PID in it.
const logo = `
      ══╦══════════╦══▶
   ═════╬══════════╬═════▶     Hashlane %s  (speaks as Redis %s)
      ══╬══════════╬══▶        Mode: %s, %d shard%s
   ═════╬══════════╬═════▶     Port: %d
      ══╩══════════╩══▶        PID: %d

`

// greet shows the logo, or one line where nobody looks at it.
func (n *Node) greet(shards int) {
	port := n.Config.Int("port")
	onTerminal := n.Log.File() == "" && isTerminal(os.Stdout) && !n.Config.Bool("syslog-enabled")
	if !n.Config.Bool("always-show-logo") && !onTerminal {
		n.Log.Notice(fmt.Sprintf("Running mode=standalone, port=%d, shards=%d.", port, shards))
		return
	}
	plural := "s"
	if shards == 1 {
		plural = ""
	}
	n.Log.Raw(fmt.Sprintf(logo, Version, redisVersion, "standalone", shards, plural, port, os.Getpid()))
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// warnings logs what the operator should know of settings and machine.
func (n *Node) warnings() {
	var later []string
	for _, o := range n.Config.Changed() {
		if o.Traits.Has(config.Later) && o.Name != "save" && o.Name != "appendonly" {
			later = append(later, o.Name)
		}
	}
	d := &n.Config.Extras
	for _, x := range []struct {
		name string
		n    int
	}{{"user", len(d.Users)}, {"loadmodule", len(d.LoadModule)}} {
		if x.n > 0 {
			later = append(later, x.name)
		}
	}
	if len(later) > 0 {
		sort.Strings(later)
		n.Log.Warning("WARNING: accepted and stored, but without effect in this version: " + strings.Join(later, ", "))
	}
	if b, err := os.ReadFile("/proc/sys/vm/overcommit_memory"); err == nil && strings.TrimSpace(string(b)) == "2" {
		n.Log.Warning("WARNING: vm.overcommit_memory is 2: the kernel may refuse the address space that shards reserve.")
	}
}
