package config

import (
	"strings"
)

// titleVars are the variables of proc-title-template.
var titleVars = []string{"title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file"}

// Title fills a proc-title-template in; ok is false when it is malformed or names an unknown variable.
func Title(template string, vars map[string]string) (title string, ok bool) {
	var b strings.Builder
	for template != "" {
		before, rest, open := strings.Cut(template, "{")
		b.WriteString(before)
		if !open {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		v, known := vars[name]
		if !closed || !known {
			return "", false
		}
		b.WriteString(v)
		template = after
	}
	return strings.TrimRight(b.String(), " "), true
}

// checkTitle refuses a template that is malformed or leaves nothing when the parts that may be empty are.
func checkTitle(v value, _ setting) error {
	vars := map[string]string{}
	for _, name := range titleVars {
		vars[name] = ""
	}
	vars["listen-addr"], vars["port"], vars["tls-port"] = "*:0", "0", "0"
	if title, ok := Title(v.text, vars); !ok || title == "" {
		return errTitle
	}
	return nil
}
