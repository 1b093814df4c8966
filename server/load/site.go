//go:build linux

package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A site is the two files that are asked for, as a browser gets them: packed
// with brotli.
type site struct{ loader, bundle served }

// A served is one file: where it is, and the hash of the bytes that come.
type served struct {
	path, mime string
	size       int64
	hash       [sha256.Size]byte
}

// check reports a body that is not the file.
func (s served) check(_ int, body []byte) error {
	if got := sha256.Sum256(body); got != s.hash {
		return fmt.Errorf("%s: a wrong body, %d bytes of %x", s.path, len(body), got[:4])
	}
	return nil
}

// copySite copies the loader and the wasm of the bundle in dist to folder,
// plain and packed, for the servers that do not have them inside.
func copySite(dist, folder string) (site, error) {
	s, bodies, err := readSite(dist)
	if err != nil {
		return site{}, err
	}
	for name, body := range bodies {
		if err := os.WriteFile(filepath.Join(folder, name), body, 0o600); err != nil {
			return site{}, err
		}
	}
	return s, nil
}

// readSite reads the loader and the wasm of the bundle in dist, plain and
// packed: their bodies are by the names of the files.
func readSite(dist string) (s site, bodies map[string][]byte, err error) {
	text, err := os.ReadFile(filepath.Join(dist, "manifest.json")) // #nosec G304 -- the folder is named on the command line
	if err != nil {
		return site{}, nil, fmt.Errorf("no bundle (./build.sh release makes one): %w", err)
	}
	var manifest struct {
		Files map[string]struct {
			Type   string `json:"type"`
			Brotli bool   `json:"brotli"`
		} `json:"files"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return site{}, nil, err
	}
	bodies = map[string][]byte{}
	for name, f := range manifest.Files {
		into := &s.loader
		switch {
		case strings.HasSuffix(name, ".wasm"):
			into = &s.bundle
		case name != "capsule.js":
			continue
		}
		if !f.Brotli || !filepath.IsLocal(name) {
			return site{}, nil, fmt.Errorf("%s is not packed", name)
		}
		for _, suffix := range []string{"", ".br"} {
			body, err := os.ReadFile(filepath.Join(dist, name+suffix)) // #nosec G304 -- below that folder, see IsLocal
			if err != nil {
				return site{}, nil, err
			}
			bodies[name+suffix] = body
			*into = served{"/" + name, f.Type, int64(len(body)), sha256.Sum256(body)}
		}
	}
	if s.loader.path == "" || s.bundle.path == "" {
		return site{}, nil, errors.New("the bundle has no capsule.js or no wasm")
	}
	return s, bodies, nil
}

// get is a request for path, as Chromium makes it.
func get(addr, path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept: */*\r\nUser-Agent: Mozilla/5.0\r\n\r\n")
}

// register is a request to register the visitor of connection n.
func register(addr string, n int) []byte {
	const body = `{"name":"Ann"}`
	return fmt.Appendf(nil, "POST /v1/visitor HTTP/1.1\r\nHost: %s\r\nOrigin: http://%[1]s\r\nContent-Type: application/json\r\nX-Visitor-Token: %s\r\nUser-Agent: Mozilla/5.0\r\nContent-Length: %d\r\n\r\n%s",
		addr, visitorToken(n), len(body), body)
}

// isRegistered reports an answer that is not about the visitor of connection
// n.
func isRegistered(n int, body []byte) error {
	var a struct {
		Visitor struct {
			ID   string `json:"_id"`
			Name string `json:"name"`
		} `json:"visitor"`
	}
	err := json.Unmarshal(body, &a)
	if err != nil || tokenStart+a.Visitor.ID != visitorToken(n) || a.Visitor.Name != "Ann" {
		return fmt.Errorf("registration: a wrong answer: %.200s (%v)", body, err)
	}
	return nil
}
