package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync"
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
	// Hashes of the packed copies; "" in a manifest of before they were there.
	GzipHash   string `json:"gzipHash"`
	BrotliHash string `json:"brotliHash"`
}

func read(folder fs.FS, sealed bool) (*state, error) {
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
		f, err := load(folder, name, e, sealed)
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
				st.files[twin] = newFile(variant{read: p.read, etag: p.etag}, entry{Type: p.mime, Immutable: e.Immutable}, nil)
			}
		}
	}
	return st, nil
}

func load(folder fs.FS, name string, e entry, sealed bool) (*file, error) {
	if !fs.ValidPath(name) || name == "." || name == manifestName {
		return nil, fmt.Errorf("%s lists %q, which cannot be a file of the bundle", manifestName, name)
	}
	plain, err := open(folder, name, e.Hash, sealed)
	if err != nil {
		return nil, err
	}
	if e.Type == "" {
		e.Type = mime(name)
	}
	var packed []variant
	for _, p := range []struct {
		has                          bool
		coding, suffix, binary, hash string
	}{
		{e.Brotli, "br", ".br", "application/octet-stream", e.BrotliHash},
		{e.Gzip, "gzip", ".gz", "application/gzip", e.GzipHash},
	} {
		if !p.has {
			continue
		}
		v, err := open(folder, name+p.suffix, p.hash, sealed)
		if err != nil {
			return nil, err
		}
		v.coding, v.suffix, v.mime = p.coding, p.suffix, p.binary
		packed = append(packed, v)
	}
	return newFile(plain, e, packed), nil
}

// open is a file of folder whose hash is said to be that, or "". It is read
// and checked now, unless folder is sealed: then it is read when somebody asks
// for it, as most never are.
func open(folder fs.FS, name, hash string, sealed bool) (variant, error) {
	sum, err := base64.StdEncoding.DecodeString(hash)
	if err != nil || len(sum) != sha256.Size && hash != "" {
		return variant{}, fmt.Errorf("%s has %q for a hash of %s", manifestName, hash, name)
	}
	if sealed && hash != "" {
		if _, err := fs.Stat(folder, name); err != nil {
			return variant{}, fmt.Errorf("read the bundle: %w", err)
		}
		return variant{etag: etag(sum), read: sync.OnceValues(func() (*content, error) {
			body, err := fs.ReadFile(folder, name)
			return newContent(body), err
		})}, nil
	}
	body, err := fs.ReadFile(folder, name)
	if err != nil {
		return variant{}, fmt.Errorf("read the bundle: %w", err)
	}
	got := sha256.Sum256(body)
	if hash != "" && !bytes.Equal(sum, got[:]) {
		return variant{}, fmt.Errorf("%s is not the file %s lists: run ./build.sh again", name, manifestName)
	}
	return variant{etag: etag(got[:]), read: sync.OnceValues(func() (*content, error) { return newContent(body), nil })}, nil
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

// etag names one exact sequence of bytes by their hash, so two codings of one
// file differ.
func etag(sum []byte) string { return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"` }
