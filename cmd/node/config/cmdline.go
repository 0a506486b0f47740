package config

import "strings"

// Mode is what a command line asks for.
type Mode uint8

const (
	Serve Mode = iota
	ShowVersion
	ShowHelp
	TestMemory
	CheckSystem
	SentinelMode
)

// Start is a command line taken apart.
type Start struct {
	Mode  Mode
	File  string // as given, "" for none
	Stdin bool   // more configuration comes from standard input
	Lines string // the options as lines of a file
	Args  []string
}

// CommandLine takes the arguments after the program's name apart, as Redis 7.0 does:
//
//	[file] [--option [word ...]] ... [-]
//
// An option that has no word yet takes the next argument even when that begins with --; only --save and
// --sentinel may stand alone. A single argument "--port 6380" holds option and word. "-" as the first or last
// argument means standard input.
func CommandLine(args []string) Start {
	var s Start
	if len(args) == 0 {
		return s
	}
	switch args[0] {
	case "-v", "--version":
		return Start{Mode: ShowVersion}
	case "-h", "--help":
		return Start{Mode: ShowHelp}
	case "--test-memory":
		return Start{Mode: TestMemory, Args: args[1:]}
	case "--check-system":
		return Start{Mode: CheckSystem}
	}
	if !strings.HasPrefix(args[0], "-") {
		s.File, args = args[0], args[1:]
	}
	var b strings.Builder
	satisfied := true // the last option has a word
	for i, a := range args {
		switch {
		case a == "-" && (i == 0 || i == len(args)-1):
			s.Stdin = true
		case satisfied && strings.HasPrefix(a, "--"):
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			name := a[2:]
			b.WriteString(name)
			alone := i == len(args)-1 || strings.HasPrefix(args[i+1], "--")
			switch {
			case name == "save" && alone:
				b.WriteString(` ""`)
			case name == "sentinel" && alone:
				s.Mode = SentinelMode
			default:
				satisfied = strings.ContainsAny(name, " \t")
			}
		default:
			b.WriteByte(' ')
			b.WriteString(Quote(a))
			satisfied = true
		}
	}
	s.Lines = b.String()
	return s
}
