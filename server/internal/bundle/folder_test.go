package bundle_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"capsule/server/internal/bundle"
)

var strange = []string{
	"/secret.txt", "/manifest.json", "/../secret.txt", "/./capsule.js", "//capsule.js", "/capsule.js/", "/capsule.js/..",
	"/locale", "/locale/", "/locale/../capsule.js", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/..;/capsule.js", "/capsule.js;a=b",
	"/capsule.js%00", "/capsule.js\x00.html", "/capsule.js\n", "/CAPSULE.JS", "/capsule.js ", "/\\capsule.js", "/..\\secret.txt",
	"/config/x.css", "/etc/passwd", "//evil.example/x", "/@evil.example", "/index.html/x.css", "/capsule-0a1b.wasm.zst", "/capsule.js.gz.gz",
	"", ".", "..", "/.", "/..", "/.git/config", "/*", "/index", "/index.htm",
}

func TestOnlyExactNamesAreServed(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{})
	for _, path := range strange {
		res := get(s, "GET", path)
		if path == "" {
			continue // the same as /
		}
		if res.StatusCode != 404 || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %q: %d %v", path, res.StatusCode, res.Header)
		}
	}
}

func FuzzPaths(f *testing.F) {
	for _, path := range strange {
		f.Add(path)
	}
	folder := dist("1", built)
	s, err := bundle.New(folder, bundle.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		res := get(s, "GET", path)
		name := strings.TrimPrefix(path, "/")
		if name == "" {
			name = "index.html"
		}
		plain := strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".br")
		_, known := built[plain]
		if known = known && len(name)-len(plain) <= 3; known != (res.StatusCode == 200) {
			t.Errorf("GET %q: %d", path, res.StatusCode)
		}
	})
}

func TestNothingBuiltYet(t *testing.T) {
	s := open(t, fstest.MapFS{".gitkeep": {}}, bundle.Options{})
	res := get(s, "GET", "/")
	if got := body(t, res); res.StatusCode != 503 || !strings.Contains(got, "run ./build.sh") {
		t.Errorf("/: %d %q", res.StatusCode, got)
	}
	if res := get(s, "GET", "/capsule.js"); res.StatusCode != 404 {
		t.Errorf("/capsule.js: %d", res.StatusCode)
	}
}

func TestAFolderThatContradictsItsManifest(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(fstest.MapFS)
	}{
		{"a changed file", func(f fstest.MapFS) { f["capsule.js"].Data = []byte("// evil") }},
		{"a missing file", func(f fstest.MapFS) { delete(f, "capsule.js") }},
		{"a missing packed file", func(f fstest.MapFS) { delete(f, "capsule.js.br") }},
		{"a changed packed file", func(f fstest.MapFS) { f["capsule.js.br"].Data = []byte("evil") }},
		{"a hash that is none", func(f fstest.MapFS) {
			f["manifest.json"].Data = []byte(`{"files":{"capsule.js":{"hash":"c2hvcnQ="}}}`)
		}},
		{"no manifest at all, only noise", func(f fstest.MapFS) { f["manifest.json"].Data = []byte("<html>") }},
		{"a name outside the folder", func(f fstest.MapFS) {
			f["manifest.json"].Data = []byte(`{"files":{"../../etc/passwd":{"type":"text/plain"}}}`)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := dist("1", built)
			tt.harm(folder)
			if _, err := bundle.New(folder, bundle.Options{}); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

func TestWatchShowsTheLastWholeBuild(t *testing.T) {
	folder := fstest.MapFS{}
	s := open(t, folder, bundle.Options{Watch: true})
	replace := func(with fstest.MapFS) {
		clear(folder)
		for name, f := range with {
			folder[name] = f
		}
	}
	replace(dist("1", built))
	if res := get(s, "GET", "/capsule.js"); res.StatusCode != 200 || s.Version() != "1" {
		t.Fatalf("after the first build: %d, version %q", res.StatusCode, s.Version())
	}
	half := dist("22", map[string]string{"capsule.js": "// newer"})
	delete(half, "capsule.js.gz")
	replace(half)
	if got := body(t, get(s, "GET", "/capsule.js")); got != "// the loader" {
		t.Errorf("during a build: %q", got)
	}
	replace(dist("333", map[string]string{"capsule.js": "// newest"}))
	if got := body(t, get(s, "GET", "/capsule.js")); got != "// newest" {
		t.Errorf("after the build: %q", got)
	}
	if res := get(s, "GET", "/desk.html"); res.StatusCode != 404 {
		t.Errorf("a file of the build before: %d", res.StatusCode)
	}
}

func TestWithoutPagesThereIsTheWidgetAndNothingElse(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{NoPages: true})
	for path, status := range map[string]int{"/": 404, "/index.html": 404, "/desk.html": 404, "/capsule.js": 200, "/capsule-0a1b.wasm": 200, "/locale/de-0a1b.txt": 200} {
		if res := get(s, "GET", path); res.StatusCode != status {
			t.Errorf("GET %s: %d, want %d", path, res.StatusCode, status)
		}
	}
}
