package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// source is a small copy of assets: the real loader, one catalog, one page.
func source(t *testing.T) options {
	t.Helper()
	dir := t.TempDir()
	o := options{
		Wasm:   filepath.Join(dir, "a.wasm"),
		Exec:   filepath.Join(dir, "wasm_exec.js"),
		Assets: filepath.Join(dir, "assets"),
		Dist:   filepath.Join(dir, "dist"),
		Cache:  filepath.Join(dir, "cache"),
	}
	if err := os.CopyFS(filepath.Join(o.Assets, "loader"), os.DirFS("../loader")); err != nil {
		t.Fatal(err)
	}
	save(t, o.Wasm, "\x00asm\x01\x00\x00\x00"+strings.Repeat("wasm ", 500))
	save(t, o.Exec, "\"use strict\";\n// a comment\nglobalThis.Go = class { run() { return 'toolchain' } };")
	save(t, filepath.Join(o.Assets, "locale", "en.txt"), "launcher.open = Open chat\n")
	save(t, filepath.Join(o.Assets, "locale", "de.txt"), "# Deutsch\n\nlauncher.open = Chat öffnen\nclose = Schließen\n")
	save(t, filepath.Join(o.Assets, "pages", "index.html"), "<!doctype html><title>Demo</title>"+strings.Repeat(" text", 200))
	save(t, filepath.Join(o.Assets, "pages", "art", "a.svg"), "<svg/>")
	save(t, filepath.Join(o.Assets, "capsule.d.ts"), "export {}\n")
	return o
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func run(t *testing.T, o options) manifest {
	t.Helper()
	if err := pack(o, io.Discard); err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(load(t, filepath.Join(o.Dist, "manifest.json")), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// named returns the one file of the manifest that begins and ends like this.
func named(t *testing.T, m manifest, begin, end string) string {
	t.Helper()
	var found []string
	for name := range m.Files {
		if strings.HasPrefix(name, begin) && strings.HasSuffix(name, end) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		t.Fatalf("files %s*%s = %q, want one", begin, end, found)
	}
	return found[0]
}

func TestTheManifestSaysWhatIsThere(t *testing.T) {
	o := source(t)
	m := run(t, o)
	if len(m.Files) != 8 {
		t.Errorf("%d files, want loader twice, wasm, runtime, catalog, two of pages, types: %v", len(m.Files), m.Files)
	}
	for name, e := range m.Files {
		body := load(t, filepath.Join(o.Dist, name))
		want := entry{Type: typeOf(name), Size: len(body), Hash: hash(body), Immutable: e.Immutable, Gzip: e.Gzip, Brotli: e.Brotli}
		if e.Gzip {
			want.GzipHash = hash(load(t, filepath.Join(o.Dist, name+".gz")))
		}
		if e.Brotli {
			want.BrotliHash = hash(load(t, filepath.Join(o.Dist, name+".br")))
		}
		if e != want {
			t.Errorf("%s: manifest says %+v, want %+v", name, e, want)
		}
		if hashed := strings.Contains(name, "-"); e.Immutable != hashed {
			t.Errorf("%s: immutable = %v", name, e.Immutable)
		}
		if e.Gzip {
			z, err := gzip.NewReader(bytes.NewReader(load(t, filepath.Join(o.Dist, name+".gz"))))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, body) {
				t.Errorf("%s.gz does not unpack to %s: %v", name, name, err)
			}
		}
		if e.Brotli {
			z := brotli.NewReader(bytes.NewReader(load(t, filepath.Join(o.Dist, name+".br"))))
			if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, body) {
				t.Errorf("%s.br does not unpack to %s: %v", name, name, err)
			}
		}
	}
	wasm := named(t, m, "capsule-", ".wasm")
	if e := m.Files[wasm]; e.Type != "application/wasm" || !e.Gzip || !e.Brotli {
		t.Errorf("%s: %+v", wasm, e)
	}
}

func TestTheLoaderKnowsItsFiles(t *testing.T) {
	o := source(t)
	o.Server = "https://capsule.example"
	m := run(t, o)
	loader := string(load(t, filepath.Join(o.Dist, "capsule.js")))
	runtime := named(t, m, "runtime-", ".js")
	wasm := named(t, m, "capsule-", ".wasm")
	catalog := named(t, m, "locale-de-", ".txt")
	for what, want := range map[string]string{
		"the wasm":                  wasm,
		"the wasm's hash":           m.Files[wasm].Hash,
		"the packed wasm's hash":    hash(load(t, filepath.Join(o.Dist, wasm+".gz"))),
		"the runtime":               runtime,
		"the runtime's hash":        m.Files[runtime].Hash,
		"the version":               m.Version,
		"the German launcher label": "Chat öffnen",
		// Which is where the doctor looks for it.
		"the server": `version:"` + m.Version + `",server:"https://capsule.example"`,
	} {
		if !strings.Contains(loader, want) {
			t.Errorf("the loader does not know %s, %s", what, want)
		}
	}
	inside := string(load(t, filepath.Join(o.Dist, runtime)))
	for what, want := range map[string]string{
		"the toolchain's half": "toolchain",
		"the catalog":          catalog,
		"the catalog's hash":   m.Files[catalog].Hash,
	} {
		if !strings.Contains(inside, want) {
			t.Errorf("the runtime does not know %s, %s", what, want)
		}
	}
	// Whatever stands outside the function would be a global of the page.
	if !strings.HasPrefix(inside, "(()=>{") || !strings.HasSuffix(strings.TrimSpace(inside), "})();") {
		t.Errorf("the runtime is not one function: %.40s … %s", inside, inside[len(inside)-40:])
	}
	if got, want := string(load(t, filepath.Join(o.Dist, catalog))), "launcher.open = Chat öffnen\nclose = Schließen\n"; got != want {
		t.Errorf("catalog = %q, want %q", got, want)
	}
	if pinned := load(t, filepath.Join(o.Dist, "capsule-"+m.Version+".js")); string(pinned) != loader {
		t.Error("the pinned loader differs from the moving one")
	}
}

func TestEveryAddressIsRelative(t *testing.T) {
	o := source(t)
	m := run(t, o)
	for _, name := range []string{"capsule.js", named(t, m, "runtime-", ".js")} {
		text := strings.ReplaceAll(string(load(t, filepath.Join(o.Dist, name))), "http://www.w3.org/2000/svg", "")
		for _, bad := range []string{"http://", "https://"} {
			if _, at, found := strings.Cut(text, bad); found {
				t.Errorf("%s has the address %s%.30s", name, bad, at)
			}
		}
	}
}

func TestTheSameSourcesGiveTheSameBytes(t *testing.T) {
	a, b := source(t), source(t)
	b.Cache = ""
	if x, y := run(t, a), run(t, b); x.Version != y.Version || len(x.Files) != len(y.Files) {
		t.Errorf("versions %s and %s", x.Version, y.Version)
	} else {
		for name, e := range x.Files {
			if y.Files[name] != e {
				t.Errorf("%s: %+v and %+v", name, e, y.Files[name])
			}
		}
	}
}

func TestWhatPackDidNotWriteGoes(t *testing.T) {
	o := source(t)
	first := run(t, o)
	save(t, filepath.Join(o.Dist, ".gitkeep"), "")
	save(t, filepath.Join(o.Dist, "old", "page.html"), "old")
	save(t, filepath.Join(o.Dist, "capsule-0000.js.gz"), "old")
	save(t, o.Wasm, "\x00asm\x01\x00\x00\x00"+strings.Repeat("new wasm ", 500))
	second := run(t, o)

	if first.Version == second.Version {
		t.Error("another wasm, the same version")
	}
	for _, gone := range []string{"old", "capsule-0000.js.gz", named(t, first, "capsule-", ".wasm"), "capsule-" + first.Version + ".js"} {
		if _, err := os.Stat(filepath.Join(o.Dist, gone)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
	for _, kept := range []string{".gitkeep", "index.html", "art/a.svg", "manifest.json"} {
		if _, err := os.Stat(filepath.Join(o.Dist, kept)); err != nil {
			t.Error(err)
		}
	}
}

func TestPackedCopiesAreKeptBetweenRuns(t *testing.T) {
	c := cache{dir: t.TempDir()}
	runs := 0
	how := func(w io.Writer, body []byte) error {
		runs++
		return gzipped(w, body)
	}
	body := bytes.Repeat([]byte("again "), 100)
	first, err := c.packed(body, "gz", how)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.packed(body, "gz", how)
	if err != nil || !bytes.Equal(first, second) || runs != 1 {
		t.Errorf("packed %d times, want once; %v", runs, err)
	}
	if tiny, err := c.packed([]byte("x"), "gz", how); tiny != nil || err != nil {
		t.Errorf("a copy that is no smaller is kept: %v %v", tiny, err)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*testing.T, options)
		want  string
	}{
		{"no wasm", func(t *testing.T, o options) { os.Remove(o.Wasm) }, "./build.sh wasm"},
		{"a runtime without a place for wasm_exec.js", func(t *testing.T, o options) {
			save(t, filepath.Join(o.Assets, "loader", "runtime.js"), "(() => {})()")
		}, "has 0 places"},
		{"a loader that does not parse", func(t *testing.T, o options) {
			save(t, filepath.Join(o.Assets, "loader", "frame.js"), "const = 1")
		}, "frame.js:1"},
		{"a page in the way of another file", func(t *testing.T, o options) {
			save(t, filepath.Join(o.Assets, "pages", "capsule.js"), "1")
		}, "capsule.js"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := source(t)
			tt.spoil(t, o)
			if err := pack(o, io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one about %s", err, tt.want)
			}
		})
	}
}

func TestTheToolchainIsKnownByItsImports(t *testing.T) {
	if madeByTinyGo([]byte("\x00asm gojs runtime.wasmExit")) || !madeByTinyGo([]byte("\x00asm gojs runtime.sleepTicks")) {
		t.Error("the two compilers are mixed up")
	}
}

// TestThePanelsSheetIsUpToDate and old browsers can read it: rules in rules are
// younger than those.
func TestThePanelsSheetIsUpToDate(t *testing.T) {
	want, err := panelSheet("../style")
	if err != nil {
		t.Fatal(err)
	}
	if got := load(t, "../style/panel.min.css"); !bytes.Equal(got, want) {
		t.Error("assets/style/panel.min.css is not made of the sheets beside it: run go generate ./assets/style")
	}
	if bytes.Contains(want, []byte("&")) {
		t.Error("rules are nested")
	}
	dir := t.TempDir()
	for _, part := range parts {
		save(t, filepath.Join(dir, part+".css"), ".a { .b { color: red } }")
	}
	for range 2 { // the second time there is nothing to do
		if err := writeSheet(dir); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(load(t, filepath.Join(dir, "panel.min.css"))); !strings.HasPrefix(got, ".a .b{color:red}") {
		t.Errorf("made %q", got)
	}
}
