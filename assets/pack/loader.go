package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// The bundle is guarded as a whole: a page may include it twice, and an old
// browser may lack anything.
const (
	before = `if(!window.Capsule||!window.Capsule.destroy)try{`
	after  = `}catch(e){window.console&&console.warn("capsule: "+e)}`
)

// loader is what the script tag is built from.
type loader struct {
	dir     string
	server  string
	wasm    *file
	runtime *file
	locales map[string]locale
}

// packed is what the loader's sources see as PACKED: names and hashes of the
// files it may fetch.
type packed struct {
	Version string   `json:"version"`
	Server  string   `json:"server,omitempty"`
	Style   string   `json:"style"`
	Wasm    []string `json:"wasm"`    // name, hash, hash of name.gz
	Runtime []string `json:"runtime"` // name, hash
	// Labels are what the launcher is called, by language. The catalogs
	// themselves are known to the runtime.
	Labels map[string]string `json:"labels"`
}

// build bundles and minifies the loader. The version is a hash of everything
// that goes into it.
func (l loader) build() (version string, body []byte, err error) {
	style, err := os.ReadFile(filepath.Join(l.dir, "capsule.css"))
	if err != nil {
		return "", nil, err
	}
	sheet, err := lower("capsule.css", style)
	if err != nil {
		return "", nil, err
	}
	p := packed{
		Server:  l.server,
		Style:   sheet,
		Wasm:    []string{l.wasm.name, hash(l.wasm.body), hash(l.wasm.gzip)},
		Runtime: []string{l.runtime.name, hash(l.runtime.body)},
		Labels:  map[string]string{},
	}
	for tag, loc := range l.locales {
		p.Labels[tag] = loc.label
	}
	p.Labels["en"] = "Open chat" // English is in the sources
	draft, err := l.bundle(p)
	if err != nil {
		return "", nil, err
	}
	p.Version = short(draft)
	body, err = l.bundle(p)
	return p.Version, body, err
}

func (l loader) bundle(p packed) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(l.dir, "capsule.js")},
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2019,
		Charset:           api.CharsetUTF8,
		Define:            map[string]string{"PACKED": text.String()},
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		LogLevel:          api.LogLevelSilent,
	})
	if err := failure("capsule.js", result.Errors); err != nil {
		return nil, err
	}
	code := strings.TrimSuffix(strings.TrimSpace(string(result.OutputFiles[0].Contents)), ";")
	return []byte(before + code + after + "\n"), nil
}

// failure turns the messages of esbuild into one error, or nil.
func failure(name string, list []api.Message) error {
	var errs []error
	for _, m := range list {
		at := ""
		if m.Location != nil {
			at = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		errs = append(errs, fmt.Errorf("%s: %s%s", name, at, m.Text))
	}
	return errors.Join(errs...)
}
