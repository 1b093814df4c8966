//go:build !js

package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// level is where a package of the widget stands: it may import what stands
// lower, and nothing else of ours.
var level = map[string]int{
	"capsule/assets/locale":          0,
	"capsule/assets/markup":          0,
	"capsule/assets/style":           0,
	"capsule/wasm/ejson":             0,
	"capsule/wasm/internal/decimal":  -1,
	"capsule/wasm/internal/mutant":   0,
	"capsule/wasm/ddp":               1,
	"capsule/wasm/puzzle":            0,
	"capsule/wasm/rocket":            1,
	"capsule/wasm/internal/i18n":     2,
	"capsule/wasm/internal/outbox":   2,
	"capsule/wasm/internal/prose":    2,
	"capsule/wasm/internal/tint":     2,
	"capsule/wasm/internal/timeline": 2,
	"capsule/wasm/internal/session":  3,
	"capsule/wasm/internal/loop":     4,
	"capsule/wasm/internal/view":     4,
	"capsule/wasm/internal/browser":  5,
	"capsule/wasm/internal/jsapi":    5,
	"capsule/wasm/internal/panel":    5,
	"capsule/wasm/internal/wire":     5,
	"capsule/wasm":                   6,
}

// banned are packages that no package of ours imports. Libraries may, and
// the overlay of the build cuts most of that away.
var banned = map[string]string{
	"encoding/json":       "works by reflection and adds 110 KB of brotli; use ejson",
	"encoding/xml":        "works by reflection",
	"encoding/gob":        "works by reflection",
	"reflect":             "TinyGo knows little of it, and it keeps everything alive",
	"regexp":              "is large; write the few lines",
	"log":                 "use a Logf field",
	"log/slog":            "works by reflection; use a Logf field",
	"text/template":       "works by reflection",
	"html/template":       "works by reflection; the panel sets text, never HTML",
	"net":                 "there are no sockets in a browser",
	"net/http":            "is the largest package there is; use the Caller over fetch",
	"net/url":             "is more than a checked path needs",
	"os":                  "there are no files in a browser",
	"os/signal":           "there are no signals in a browser",
	"crypto/tls":          "the browser does it",
	"embed":               "embeds file systems; go:embed into a string needs no more than _",
	"capsule/assets":      "the widget would embed itself",
	"runtime/debug":       "does nothing useful in a browser",
	"math/big":            "is large",
	"compress/gzip":       "the browser does it",
	"unsafe":              "has no use here",
	"testing":             "belongs into tests",
	"capsule/server":      "is the other end",
	"golang.org/x/text":   "Intl knows better",
	"honnef.co/go/js/xhr": "use the Caller over fetch",
}

// pure packages decide and do not act: no browser, no goroutines.
var pure = map[string]string{
	"syscall/js": "decides without a browser, so that it is tested without one",
	"sync":       "has no goroutines",
	"context":    "does nothing that could be cancelled",
}

// alone are packages that belong to few.
var alone = map[string][]string{
	"github.com/coder/websocket":    {"capsule/wasm/internal/wire"},
	"honnef.co/go/js/dom/v2":        {"capsule/wasm/internal/panel"},
	"github.com/google/uuid":        {"capsule/wasm"},
	"sync":                          {"capsule/wasm/internal/loop", "capsule/wasm/internal/wire"},
	"capsule/wasm/internal/session": {"capsule/wasm", "capsule/wasm/internal/browser", "capsule/wasm/internal/jsapi", "capsule/wasm/internal/loop", "capsule/wasm/internal/view"},
	"capsule/wasm/internal/view":    {"capsule/wasm", "capsule/wasm/internal/browser", "capsule/wasm/internal/panel"},
}

func TestImports(t *testing.T) {
	for path, imports := range list(t) {
		at, known := level[path]
		if !known {
			t.Errorf("%s has no level: say here where it stands", path)
		}
		for _, im := range imports {
			if reason, ok := banned[im]; ok && !(im == "embed" && strings.HasPrefix(path, "capsule/assets/")) {
				t.Errorf("%s imports %s, which %s", path, im, reason)
			}
			if reason, ok := pure[im]; ok && (at < 4 || path == "capsule/wasm/internal/view") {
				t.Errorf("%s imports %s, but it %s", path, im, reason)
			}
			if few, ok := alone[im]; ok && !slices.Contains(few, path) {
				t.Errorf("%s imports %s, which is for %s", path, im, strings.Join(few, " and "))
			}
			if strings.HasPrefix(im, "capsule/server") {
				t.Errorf("%s imports %s, the other end", path, im)
			}
			if low, ours := level[im]; ours && low >= at {
				t.Errorf("%s (level %d) imports %s (level %d)", path, at, im, low)
			}
		}
	}
}

// still are packages in which nothing waits: .tinygo/wasm-opt leaves them out
// of what makes goroutines resumable, and a goroutine that waited below one of
// their functions would go on at the wrong place.
var still = []string{
	"ejson", "ddp", "rocket", "internal/session", "internal/view", "internal/prose", "internal/timeline",
	"internal/outbox", "internal/tint", "internal/i18n", "internal/panel",
}

func TestNothingWaitsInWhatIsStill(t *testing.T) {
	script, err := os.ReadFile("../.tinygo/wasm-opt")
	if err != nil {
		t.Fatal(err)
	}
	if want := "for package in " + strings.Join(still, " ") + "; do"; !strings.Contains(string(script), want) {
		t.Errorf(".tinygo/wasm-opt does not say %q", want)
	}
	imports := list(t)
	for _, name := range still {
		for _, im := range imports["capsule/wasm/"+name] {
			if im == "sync" || im == "sync/atomic" || im == "context" || strings.HasPrefix(im, "capsule/wasm/internal/loop") {
				t.Errorf("%s imports %s", name, im)
			}
		}
		files, err := filepath.Glob(name + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", name, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				waits(t, file)
			}
		}
	}
}

// waits fails the test where a file starts a goroutine or uses a channel.
func waits(t *testing.T, file string) {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		what := ""
		switch n := n.(type) {
		case *ast.GoStmt:
			what = "starts a goroutine"
		case *ast.ChanType, *ast.SelectStmt, *ast.SendStmt:
			what = "uses a channel"
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				what = "uses a channel"
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Sleep" {
				what = "sleeps"
			}
		}
		if what != "" {
			t.Errorf("%v: %s", set.Position(n.Pos()), what)
		}
		return true
	})
}

// list returns our own packages in the widget, and what each imports.
func list(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "capsule/wasm")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	ours := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); strings.HasPrefix(words[0], "capsule/") {
			ours[words[0]] = words[1:]
		}
	}
	return ours
}
