package tests

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	maxFileLines  = 1000
	warnFileLines = 500
	maxFuncLines  = 70
)

var (
	vagueNames = map[string]bool{"util": true, "utils": true, "common": true, "base": true, "types": true, "helpers": true}
	// The patterns are written so that they do not match their own text.
	machinePath  = regexp.MustCompile(`(^|[\s"'=(:])/(work|home|root|Users)/[a-zA-Z0-9_]`)
	registryHost = regexp.MustCompile(`\b(deb|archive|security)\.(debian|ubuntu)\.[a-z]+|\bproxy\.golang\.[a-z]+|\bregistry\.npmjs\.[a-z]+`)
)

// tracked lists the files that git tracks and that still exist.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	var files []string
	for _, f := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join("..", f)); err == nil {
			files = append(files, f)
		}
	}
	if len(files) < 10 {
		t.Fatalf("git tracks only %d files", len(files))
	}
	return files
}

func TestStyleOfPackages(t *testing.T) {
	for _, p := range listPackages(t) {
		if _, err := os.Stat(filepath.Join(p.Dir, "doc.go")); err != nil {
			t.Errorf("%s has no doc.go", p.ImportPath)
		}
		if vagueNames[p.Name] {
			t.Errorf("%s: package name %s says nothing", p.ImportPath, p.Name)
		}
	}
}

func TestStyleOfFiles(t *testing.T) {
	for _, f := range tracked(t) {
		text, err := os.ReadFile(filepath.Join("..", f))
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // a file that just went away, or a binary one
		}
		for n, line := range strings.Split(string(text), "\n") {
			if f != "tests/style_test.go" && (machinePath.MatchString(line) || registryHost.MatchString(line)) {
				t.Errorf("%s:%d names a machine path or a registry host", f, n+1)
			}
		}
		if !strings.HasSuffix(f, ".go") || bytes.HasPrefix(text, []byte("// Code generated")) {
			continue
		}
		lines := bytes.Count(text, []byte("\n"))
		if lines > maxFileLines {
			t.Errorf("%s has %d lines, at most %d", f, lines, maxFileLines)
		} else if lines > warnFileLines {
			t.Logf("%s has %d lines, aim at %d", f, lines, warnFileLines)
		}
		for _, problem := range funcProblems(f, text) {
			t.Error(problem)
		}
	}
}

// funcProblems finds functions that are too long and init functions.
func funcProblems(name string, text []byte) []string {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	var bad []string
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		at := fset.Position(fn.Pos())
		lines := fset.Position(fn.End()).Line - at.Line + 1
		if fn.Recv == nil && fn.Name.Name == "init" {
			bad = append(bad, at.String()+": func init; use a variable or an explicit call")
		}
		if lines > maxFuncLines && !hasReason(fn.Doc) {
			bad = append(bad, at.String()+": "+fn.Name.Name+" is too long and gives no //long: reason")
		}
	}
	return bad
}

func hasReason(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if _, reason, ok := strings.Cut(c.Text, "//long:"); ok && strings.TrimSpace(reason) != "" {
			return true
		}
	}
	return false
}

func TestStyleCatches(t *testing.T) {
	body := strings.Repeat("\t_ = 0\n", maxFuncLines)
	cases := []struct {
		text string
		bad  int
	}{
		{"package x\nfunc f() {\n" + body + "}\n", 1},
		{"package x\n//long: one table\nfunc f() {\n" + body + "}\n", 0},
		{"package x\n//long:\nfunc f() {\n" + body + "}\n", 1},
		{"package x\nfunc init() {}\n", 1},
		{"package x\nfunc f() {}\n", 0},
	}
	for i, c := range cases {
		if got := funcProblems("x.go", []byte(c.text)); len(got) != c.bad {
			t.Errorf("case %d: problems %q, want %d", i, got, c.bad)
		}
	}
	if !machinePath.MatchString("see /ro"+"ot/x") || machinePath.MatchString("a/root/x") {
		t.Error("machinePath")
	}
	if !registryHost.MatchString("deb."+"debian.org") || registryHost.MatchString("debian") {
		t.Error("registryHost")
	}
}
