package node

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// oomScore remembers what the process had before it changed anything.
var oomScore struct {
	sync.Mutex
	changed bool
	base    int // what the process had before
}

const oomScoreFile = "/proc/self/oom_score_adj"

// setOOMScore applies oom-score-adj and oom-score-adj-values to the process. Off-loop.
func (n *Node) setOOMScore() error {
	oomScore.Lock()
	defer oomScore.Unlock()
	mode := n.Config.String("oom-score-adj")
	if mode == "no" && !oomScore.changed {
		return nil
	}
	if !oomScore.changed {
		text, err := os.ReadFile(oomScoreFile)
		if err != nil {
			n.Log.Warning("Unable to read oom_score_adj: " + err.Error())
			return err
		}
		oomScore.base, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	}
	values := n.Config.Words("oom-score-adj-values")
	role := 0
	if n.Config.String("replicaof") != "" {
		role = 1
	}
	v, _ := strconv.Atoi(values[role])
	switch mode {
	case "no":
		v = oomScore.base
	case "yes", "relative":
		v += oomScore.base
	}
	v = min(max(v, -1000), 1000)
	if err := os.WriteFile(oomScoreFile, fmt.Appendf(nil, "%d", v), 0o644); err != nil {
		n.Log.Warning("Unable to write oom_score_adj: " + err.Error())
		return err
	}
	oomScore.changed = mode != "no"
	return nil
}
