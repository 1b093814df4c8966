package bundle_test

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"capsule/assets"
	"capsule/server/internal/bundle"
)

// reads counts how often each file is read.
type reads struct {
	fstest.MapFS
	of map[string]int
}

func (r reads) ReadFile(name string) ([]byte, error) {
	r.of[name]++
	return r.MapFS.ReadFile(name)
}

func TestASealedFolderIsReadWhenAskedFor(t *testing.T) {
	folder := reads{dist("1", built), map[string]int{}}
	s, err := bundle.New(folder, bundle.Options{Sealed: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := body(t, get(s, "GET", "/capsule-0a1b.wasm", "Accept-Encoding", "br")); got != built["capsule-0a1b.wasm"] {
			t.Errorf("the wasm is %d bytes of something else", len(got))
		}
	}
	want := map[string]int{"manifest.json": 1, "capsule-0a1b.wasm.br": 1}
	if !maps.Equal(folder.of, want) {
		t.Errorf("files were read %v, want %v", folder.of, want)
	}
}

func TestASealedFolderIsServedLikeAnyOther(t *testing.T) {
	open, sealed := open(t, dist("1", built), bundle.Options{}), open(t, dist("1", built), bundle.Options{Sealed: true})
	for _, name := range append(slices.Collect(maps.Keys(built)), "capsule.js.gz", "capsule-0a1b.wasm.br") {
		for _, coding := range []string{"", "gzip", "br"} {
			a, b := get(open, "GET", "/"+name, "Accept-Encoding", coding), get(sealed, "GET", "/"+name, "Accept-Encoding", coding)
			if a.StatusCode != 200 || b.StatusCode != 200 || !maps.EqualFunc(a.Header, b.Header, slices.Equal) || body(t, a) != body(t, b) {
				t.Errorf("%s as %q: sealed %v, else %v", name, coding, b.Header, a.Header)
			}
		}
	}
}

func TestASealedFolderThatLacksAFile(t *testing.T) {
	folder := dist("1", built)
	delete(folder, "capsule.js.gz")
	if _, err := bundle.New(folder, bundle.Options{Sealed: true}); err == nil {
		t.Error("it was accepted")
	}
}

// What is inside the program is not checked when it starts, so it is here.
func TestTheBundleInsideIsTheOneItsManifestLists(t *testing.T) {
	if _, err := bundle.New(assets.FS(), bundle.Options{}); err != nil {
		t.Error(err)
	}
}
