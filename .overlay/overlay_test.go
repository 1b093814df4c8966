// Package overlay_test holds the packages in src to their rules: each has just
// the names that the pinned packages of others mention, does nothing unless it
// is said here, and is used by nothing of Capsule's.
package overlay_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// working are the packages that replace working ones, with the reason. All
// others hold types, values, and functions that only panic.
var working = map[string]string{
	"fmt":         "it formats the errors of others; fmt_test.go compares it with the standard library's",
	"crypto/rand": "ids must be random; it passes on what the browser gives",
}

// may reports whether p may import path, which is replaced: the three packages
// of others, the standard library on their behalf, and whoever logs.
func may(p listed, path string) bool {
	for _, other := range []string{"github.com/coder/websocket", "github.com/google/uuid", "honnef.co/go/js/dom/v2"} {
		if p.ImportPath == other {
			return true
		}
	}
	return p.Standard || path == "fmt"
}

// A listed is a package as go list tells of it.
type listed struct {
	Dir, ImportPath string
	Standard        bool
	GoFiles         []string
	Imports         []string
}

// browser runs go for the browser, with the overlay.
func browser(t *testing.T, args ...string) []byte {
	t.Helper()
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if out, err := exec.Command("./write.sh", overlay).CombinedOutput(); err != nil {
		t.Fatalf("write.sh: %v\n%s", err, out)
	}
	args = slices.Concat(args[:1], []string{"-overlay", overlay}, args[1:])
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, problems.Bytes())
	}
	return out
}

// dependencies lists what the widget is linked from.
func dependencies(t *testing.T) []listed {
	t.Helper()
	var all []listed
	d := json.NewDecoder(bytes.NewReader(browser(t, "list", "-deps", "-json=Dir,ImportPath,Standard,GoFiles,Imports", "./wasm")))
	for d.More() {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// replaced returns the one file of each package in src, by import path.
func replaced(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir("src", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		path, err := filepath.Rel("src", filepath.Dir(name))
		if err != nil {
			return err
		}
		if files[path] != nil {
			return fmt.Errorf("%s: a package here is one file, because write.sh takes out all others", path)
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheWidgetLinks(t *testing.T) {
	browser(t, "vet", "./wasm")
	browser(t, "build", "-o", filepath.Join(t.TempDir(), "capsule.wasm"), "./wasm")
}

func TestOnlyOthersUseWhatIsReplaced(t *testing.T) {
	files := replaced(t)
	used := map[string]bool{}
	for _, p := range dependencies(t) {
		for _, path := range p.Imports {
			if files[path] == nil {
				continue
			}
			used[path] = true
			if !may(p, path) {
				t.Errorf("%s imports %s, which is not there in a browser", p.ImportPath, path)
			}
		}
	}
	for path := range files {
		if !used[path] {
			t.Errorf("nothing imports %s any more: remove it", path)
		}
	}
}

func TestThePackagesHaveJustTheNamesThatAreMentioned(t *testing.T) {
	files := replaced(t)
	mentioned := map[string]map[string]bool{}
	for path := range files {
		mentioned[path] = map[string]bool{}
	}
	for _, p := range dependencies(t) {
		if !slices.ContainsFunc(p.Imports, func(path string) bool { return files[path] != nil }) {
			continue
		}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
			if errors.Is(err, fs.ErrNotExist) {
				continue // a file of ours in the standard library's place
			}
			if err != nil {
				t.Fatal(err)
			}
			mention(f, mentioned)
		}
	}
	for path, f := range files {
		for name := range exported(f) {
			if !mentioned[path][name] && !needed(f, name) {
				t.Errorf("%s.%s: nobody mentions it", path, name)
			}
		}
	}
}

// mention adds the names that f mentions of the packages in names.
func mention(f *ast.File, names map[string]map[string]bool) {
	local := map[string]string{}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if names[path] == nil {
			continue
		}
		local[path[strings.LastIndexByte(path, '/')+1:]] = path
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && local[x.Name] != "" {
				names[local[x.Name]][s.Sel.Name] = true
			}
		}
		return true
	})
}

// exported returns the exported names of f, methods left out.
func exported(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool { return !ast.IsExported(name) })
	return names
}

// needed reports whether another declaration of f mentions name.
func needed(f *ast.File, name string) bool {
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		if id, ok := node.(*ast.Ident); ok && id.Name == name {
			n++
		}
		return true
	})
	return n > 1
}

func TestWhatIsReplacedOnlyPanics(t *testing.T) {
	for path, f := range replaced(t) {
		if working[path] != "" {
			continue
		}
		want := fmt.Sprintf(`panic("%s: not in this program, see .overlay")`, path)
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			var got string
			if len(fn.Body.List) == 1 {
				if s, ok := fn.Body.List[0].(*ast.ExprStmt); ok {
					got = call(s.X)
				}
			}
			if got != want {
				t.Errorf("%s.%s must do nothing but %s", path, fn.Name.Name, want)
			}
		}
	}
}

// call writes a call with one literal as its source does.
func call(x ast.Expr) string {
	c, ok := x.(*ast.CallExpr)
	if !ok || len(c.Args) != 1 {
		return ""
	}
	name, ok := c.Fun.(*ast.Ident)
	arg, ok2 := c.Args[0].(*ast.BasicLit)
	if !ok || !ok2 {
		return ""
	}
	return name.Name + "(" + arg.Value + ")"
}

func TestEveryNameSaysWhoNeedsIt(t *testing.T) {
	for path, f := range replaced(t) {
		var text strings.Builder
		for _, c := range f.Comments {
			text.WriteString(c.Text())
		}
		for name := range exported(f) {
			if !strings.Contains(text.String(), name) {
				t.Errorf("%s.%s has no comment that says who needs it", path, name)
			}
		}
	}
}
