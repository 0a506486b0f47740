package node

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hashlane/cmd/node/config"
	"hashlane/persist"
	"hashlane/shard"
)

// Main is the server program: args with the program's name first. It answers the exit status.
func Main(args []string) int {
	if check, ok := isLogChecker(args); ok {
		return persist.CheckLog(persist.OS{}, check, os.Stdin, os.Stdout, checkPreamble)
	}
	if check, ok := isRDBChecker(args); ok {
		return checkRDBMain(args[0], check)
	}
	args = ownArgs(args)
	start := config.CommandLine(args[1:])
	switch start.Mode {
	case config.ShowVersion:
		fmt.Printf("Hashlane server v=%s redis_version=%s bits=64\n", Version, shard.RedisVersion)
		return 0
	case config.ShowHelp:
		fmt.Fprint(os.Stderr, usage)
		return 1
	case config.TestMemory, config.CheckSystem:
		fmt.Fprintln(os.Stderr, "Hashlane has no "+args[1]+": tests of the machine belong to tools made for them.")
		return 1
	case config.SentinelMode:
		fmt.Fprintln(os.Stderr, "Hashlane has no sentinel mode yet.")
		return 1
	}
	n, err := New()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	n.Executable = executable(args[0])
	home, _ := os.Getwd()
	stdin, err := n.loadStart(start)
	if err != nil {
		n.reportLoad(err)
		return 1
	}
	if isChild, err := n.detach(args, home, stdin); err != nil {
		n.Log.Warning("Can't go into the background: " + err.Error())
		return 1
	} else if !isChild {
		return 0
	}
	return n.run(start.File != "" || start.Stdin || start.Lines != "")
}

const usage = `Usage: hashlane [file] [--option value ...] [-]
       hashlane -              (configuration from standard input)
       hashlane -v, --version
       hashlane -h, --help

file is a configuration in the syntax of redis.conf; every option of it can be given on the command line.

Examples:
       hashlane                                  (all defaults, port 6379)
       hashlane --port 7000 --shards 4
       hashlane hashlane.conf --loglevel verbose
       echo 'maxmemory 1gb' | hashlane -
`

// executable is the absolute path of the program, also when it was found by PATH.
func executable(name string) string {
	if strings.Contains(name, "/") {
		if abs, err := filepath.Abs(name); err == nil {
			return abs
		}
	}
	if path, err := os.Executable(); err == nil {
		return path
	}
	return name
}

// loadStart reads the configuration and answers what standard input held.
func (n *Node) loadStart(start config.Start) (stdin string, err error) {
	if start.Stdin {
		n.Log.Warning("Reading config from stdin")
		b, err := io.ReadAll(os.Stdin)
		if err != nil {
			return "", err
		}
		stdin = string(b)
	}
	file := start.File
	if file != "" {
		if file, err = filepath.Abs(file); err != nil {
			return "", err
		}
	}
	n.ConfigFile = file
	if err := n.Load(file, stdin, start.Lines); err != nil {
		return "", err
	}
	if dir, err := os.Getwd(); err == nil {
		n.Config.Put("dir", dir)
	}
	if path := n.Config.String("logfile"); path != "" {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return "", config.Problem("Can't open the log file: " + config.SystemText(err))
		}
		_ = f.Close()
	}
	return stdin, nil
}

// reportLoad tells why the configuration ends the start.
func (n *Node) reportLoad(err error) {
	var file *config.FileError
	if errors.As(err, &file) {
		n.Log.Warning(err.Error())
		return
	}
	fmt.Fprintf(os.Stderr, "\n*** FATAL CONFIG FILE ERROR (Redis %s) ***\n%s\n", shard.RedisVersion, err)
}
