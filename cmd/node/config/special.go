package config

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"hashlane/engine"
	"hashlane/proto/resp"
)

// specials parse the options whose value is a list of its own shape. They answer the text as CONFIG GET
// prints it.
var specials = map[string]func(args []string, s setting) (string, error){
	"save":                              parseSave,
	"bind":                              parseBind,
	"client-output-buffer-limit":        parseOutputLimits,
	"notify-keyspace-events":            parseNotify,
	"oom-score-adj-values":              parseOOMScores,
	"latency-tracking-info-percentiles": parsePercentiles,
	"dir":                               parseDir,
	"replicaof":                         parseReplicaOf,
}

// checks look at values that have the right form but may still be wrong.
var checks = map[string]func(v value, s setting) error{
	"dbfilename":                plainName(errDumpName),
	"appendfilename":            plainName(errAppendName),
	"appenddirname":             plainName(errAppendDir),
	"backupdirname":             plainName(errBackupDir),
	"cluster-announce-hostname": checkHostname,
	"proc-title-template":       checkTitle,
	"activedefrag":              checkDefrag,
	"shutdown-on-sigint":        checkShutdownOn,
	"shutdown-on-sigterm":       checkShutdownOn,
}

func plainName(problem Problem) func(v value, s setting) error {
	return func(v value, _ setting) error {
		if v.text == "" || strings.ContainsAny(v.text, "/\\") {
			return problem
		}
		return nil
	}
}

func checkHostname(v value, _ setting) error {
	if len(v.text) >= 256 {
		return errHostLength
	}
	for _, c := range []byte(v.text) {
		if !alnum(c) && c != '-' && c != '.' {
			return errHostLetters
		}
	}
	return nil
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func checkDefrag(v value, s setting) error {
	if v.n == 1 && !s.start {
		return errDefrag
	}
	return nil
}

// Bits of shutdown-on-sigint and shutdown-on-sigterm, by position of the word.
const (
	OnSave = 1 << (iota + 1)
	OnNosave
	OnNow
	OnForce
)

func checkShutdownOn(v value, _ setting) error {
	if v.n&(OnSave|OnNosave) == OnSave|OnNosave {
		return errSaveAndNosave
	}
	return nil
}

// SavePoint is one pair of save.
type SavePoint struct{ Seconds, Changes int64 }

func parseSave(args []string, s setting) (string, error) {
	if len(args) == 0 || len(args) == 1 && args[0] == "" {
		return "", nil
	}
	if len(args)%2 != 0 {
		return "", errSave
	}
	var out []string
	if s.start && !s.first && s.old != "" {
		out = strings.Fields(s.old)
	}
	for i, a := range args {
		n, err := strconv.ParseInt(a, 10, 64)
		if err != nil || n < int64(1-i%2) || n > maxInt {
			return "", errSave
		}
		out = append(out, strconv.FormatInt(n, 10))
	}
	return strings.Join(out, " "), nil
}

// SavePoints are the pairs of save.
func (c *Config) SavePoints() []SavePoint {
	words := strings.Fields(c.String("save"))
	var points []SavePoint
	for i := 0; i+1 < len(words); i += 2 {
		s, _ := strconv.ParseInt(words[i], 10, 64)
		n, _ := strconv.ParseInt(words[i+1], 10, 64)
		points = append(points, SavePoint{s, n})
	}
	return points
}

func parseBind(args []string, _ setting) (string, error) {
	if len(args) > 16 {
		return "", errBindCount
	}
	if len(args) == 1 && args[0] == "" {
		return "", nil
	}
	return strings.Join(args, " "), nil
}

// outputClasses are the classes of client-output-buffer-limit, in the order of shard.Options.OutputLimits.
var outputClasses = [3]string{"normal", "slave", "pubsub"}

func parseOutputLimits(args []string, s setting) (string, error) {
	if len(args)%4 != 0 {
		return "", errLimitCount
	}
	words := strings.Fields(s.old)
	for i := 0; i < len(args); i += 4 {
		class := strings.ToLower(args[i])
		if class == "replica" {
			class = "slave"
		}
		at := -1
		for j, name := range outputClasses {
			if name == class {
				at = 4 * j
			}
		}
		if at < 0 {
			return "", errLimitClass
		}
		hard, ok1 := ParseMemory(args[i+1])
		soft, ok2 := ParseMemory(args[i+2])
		sec, err := strconv.ParseInt(args[i+3], 10, 64)
		if !ok1 || !ok2 || err != nil || sec < 0 {
			return "", errLimitValue
		}
		words[at+1], words[at+2], words[at+3] = fmt.Sprint(hard), fmt.Sprint(soft), fmt.Sprint(sec)
	}
	return strings.Join(words, " "), nil
}

// notifyLetters are the classes of notify-keyspace-events in the order in which CONFIG GET prints them.
var notifyLetters = []struct {
	letter byte
	class  engine.NotifyClass
}{
	{'g', engine.NotifyGeneric},
	{'$', engine.NotifyString},
	{'l', engine.NotifyList},
	{'s', engine.NotifySet},
	{'h', engine.NotifyHash},
	{'z', engine.NotifyZSet},
	{'x', engine.NotifyExpired},
	{'e', engine.NotifyEvicted},
	{'t', engine.NotifyStream},
	{'d', engine.NotifyModule},
	{'K', engine.NotifyKeyspace},
	{'E', engine.NotifyKeyevent},
	{'m', engine.NotifyKeyMiss},
	{'n', engine.NotifyNew},
}

// notifyAll is the letter A.
const notifyAll = engine.NotifyGeneric | engine.NotifyString | engine.NotifyList | engine.NotifySet | engine.NotifyHash |
	engine.NotifyZSet | engine.NotifyExpired | engine.NotifyEvicted | engine.NotifyStream | engine.NotifyModule

// ParseNotify reads the letters of notify-keyspace-events; ok is false for a letter that is none.
func ParseNotify(text string) (set engine.NotifyClass, ok bool) {
next:
	for i := range len(text) {
		if text[i] == 'A' {
			set |= notifyAll
			continue
		}
		for _, l := range notifyLetters {
			if l.letter == text[i] {
				set |= l.class
				continue next
			}
		}
		return 0, false
	}
	return set, true
}

func parseNotify(args []string, _ setting) (string, error) {
	if len(args) != 1 {
		return "", errArgCount
	}
	set, ok := ParseNotify(args[0])
	if !ok {
		return "", errNotify
	}
	var out []byte
	if set&notifyAll == notifyAll {
		out = append(out, 'A')
		set &^= notifyAll
	}
	for _, l := range notifyLetters {
		if set&l.class != 0 {
			out = append(out, l.letter)
		}
	}
	return string(out), nil
}

func parseOOMScores(args []string, _ setting) (string, error) {
	if len(args) != 3 {
		return "", errArgCount
	}
	for i, a := range args {
		n, err := strconv.ParseInt(a, 10, 64)
		if err != nil || n < -2000 || n > 2000 {
			return "", errOOMScore
		}
		args[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(args, " "), nil
}

func parsePercentiles(args []string, _ setting) (string, error) {
	if len(args) == 1 && args[0] == "" {
		return "", nil
	}
	out := make([]string, 0, len(args))
	for _, a := range args {
		p, ok := resp.ParseDouble([]byte(a))
		if !ok || a == "" {
			return "", errPercentile
		}
		if p < 0 || p > 100 {
			return "", errPercentileRange
		}
		out = append(out, strconv.FormatFloat(p, 'f', -1, 64))
	}
	return strings.Join(out, " "), nil
}

// parseDir only looks: whoever sets dir changes the directory (node).
func parseDir(args []string, _ setting) (string, error) {
	if len(args) != 1 {
		return "", errArgCount
	}
	info, err := os.Stat(args[0])
	if err == nil && !info.IsDir() {
		return "", errNotDir
	}
	if err != nil {
		return "", errNoDir
	}
	return args[0], nil
}

func parseReplicaOf(args []string, _ setting) (string, error) {
	if len(args) != 2 {
		return "", errArgCount
	}
	if strings.EqualFold(args[0], "no") && strings.EqualFold(args[1], "one") {
		return "", nil
	}
	if p, err := strconv.Atoi(args[1]); err != nil || p < 0 || p > 65535 {
		return "", errMasterPort
	}
	return args[0] + " " + args[1], nil
}
