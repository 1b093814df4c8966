package bundle

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

const manifestName = "manifest.json"

// manifest is what the build writes beside its files.
type manifest struct {
	Version string           `json:"version"`
	Files   map[string]entry `json:"files"`
}

type entry struct {
	Type      string `json:"type"`
	Size      int    `json:"size"`
	Hash      string `json:"hash"`
	Immutable bool   `json:"immutable"`
	Gzip      bool   `json:"gzip"`
	Brotli    bool   `json:"brotli"`
}

func read(folder fs.FS) (*state, error) {
	m, err := look(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return &state{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	text, err := fs.ReadFile(folder, manifestName)
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	var list manifest
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read %s: %w", manifestName, err)
	}
	st := &state{manifest: m, version: list.Version, files: map[string]*file{}}
	for name, e := range list.Files {
		f, err := load(folder, name, e)
		if err != nil {
			return nil, err
		}
		st.files[name] = f
	}
	// Static hosts serve the packed files under their own names, and a loader
	// may ask for them there, so they have those names here too.
	for name, e := range list.Files {
		for _, p := range st.files[name].packed {
			twin := name + p.suffix
			if st.files[twin] == nil {
				st.files[twin] = newFile(p.body, entry{Type: p.mime, Immutable: e.Immutable}, nil)
			}
		}
	}
	return st, nil
}

func load(folder fs.FS, name string, e entry) (*file, error) {
	if !fs.ValidPath(name) || name == "." || name == manifestName {
		return nil, fmt.Errorf("%s lists %q, which cannot be a file of the bundle", manifestName, name)
	}
	body, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	sum := sha256.Sum256(body)
	if e.Hash != "" && e.Hash != base64.StdEncoding.EncodeToString(sum[:]) {
		return nil, fmt.Errorf("%s is not the file %s lists: run ./build.sh again", name, manifestName)
	}
	if e.Type == "" {
		e.Type = mime(name)
	}
	var packed []variant
	for _, v := range []struct {
		has                    bool
		coding, suffix, binary string
	}{
		{e.Brotli, "br", ".br", "application/octet-stream"},
		{e.Gzip, "gzip", ".gz", "application/gzip"},
	} {
		if !v.has {
			continue
		}
		b, err := fs.ReadFile(folder, name+v.suffix)
		if err != nil {
			return nil, fmt.Errorf("read the bundle: %w", err)
		}
		packed = append(packed, variant{coding: v.coding, suffix: v.suffix, mime: v.binary, body: b, etag: etag(b)})
	}
	return newFile(body, e, packed), nil
}

// mime is asked only for files whose type the manifest leaves out. It is a
// fixed table, since the machine's own may call wasm anything.
func mime(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".wasm":
		return "application/wasm"
	case ".txt", ".ts":
		return "text/plain; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".webp":
		return "image/webp"
	case ".mp3":
		return "audio/mpeg"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

// etag names one exact sequence of bytes, so two codings of one file differ.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}
