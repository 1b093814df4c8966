package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
)

// site is the folder being made: every file by its name.
type site struct {
	version string
	files   map[string]*file
	cache   cache
}

// file is one file of the site. Its packed copies stand beside it as
// name.gz and name.br.
type file struct {
	name      string
	body      []byte
	immutable bool
	gzip      []byte // nil: not smaller than body
	brotli    []byte
	packed    bool
}

// hash is the SHA-256 of body in the form of an integrity attribute.
func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// short names a content in a file name.
func short(parts ...[]byte) string {
	sum := sha256.Sum256(bytes.Join(parts, []byte{0}))
	return hex.EncodeToString(sum[:])[:8]
}

func (s *site) add(name string, body []byte, immutable bool) *file {
	f := &file{name: name, body: body, immutable: immutable}
	s.files[name] = f
	return f
}

// addHashed adds a file under a name that changes with its content.
func (s *site) addHashed(name string, body []byte) *file {
	ext := path.Ext(name)
	return s.add(name[:len(name)-len(ext)]+"-"+short(body)+ext, body, true)
}

// names returns the names of the files in order.
func (s *site) names() []string {
	var list []string
	for name := range s.files {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// compress makes the packed copies of the files that have none yet.
func (s *site) compress() error {
	for _, name := range s.names() {
		f := s.files[name]
		if f.packed || !compressible(name) {
			continue
		}
		f.packed = true
		var err error
		if f.gzip, err = s.cache.packed(f.body, "gz", gzipped); err != nil {
			return fmt.Errorf("gzip %s: %w", name, err)
		}
		if f.brotli, err = s.cache.packed(f.body, "br", brotlied); err != nil {
			return fmt.Errorf("brotli %s: %w", name, err)
		}
	}
	return nil
}

// entry is what the manifest says of a file; the server reads it.
type entry struct {
	Type      string `json:"type"`
	Size      int    `json:"size"`
	Hash      string `json:"hash"`
	Immutable bool   `json:"immutable"`
	Gzip      bool   `json:"gzip"`
	Brotli    bool   `json:"brotli"`
	// Hashes of the packed copies, so that a server that has them inside need
	// not read them to name them.
	GzipHash   string `json:"gzipHash,omitempty"`
	BrotliHash string `json:"brotliHash,omitempty"`
}

type manifest struct {
	Version string           `json:"version"`
	Files   map[string]entry `json:"files"`
}

// write brings dir in step with the site: files that differ are written, and
// whatever else lies there is removed. The manifest is written last, so that
// a server that watches it sees a complete folder.
func (s *site) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	m := manifest{Version: s.version, Files: map[string]entry{}}
	kept := map[string]bool{".gitkeep": true, "manifest.json": true}
	for _, name := range s.names() {
		f := s.files[name]
		for suffix, body := range map[string][]byte{"": f.body, ".gz": f.gzip, ".br": f.brotli} {
			if suffix != "" && body == nil {
				continue
			}
			kept[name+suffix] = true
			if err := put(filepath.Join(dir, filepath.FromSlash(name+suffix)), body); err != nil {
				return err
			}
		}
		e := entry{
			Type: typeOf(name), Size: len(f.body), Hash: hash(f.body), Immutable: f.immutable,
			Gzip: f.gzip != nil, Brotli: f.brotli != nil,
		}
		if e.Gzip {
			e.GzipHash = hash(f.gzip)
		}
		if e.Brotli {
			e.BrotliHash = hash(f.brotli)
		}
		m.Files[name] = e
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	// Written even if it says the same: its age tells when dist was packed.
	if err := replace(filepath.Join(dir, "manifest.json"), append(text, '\n')); err != nil {
		return err
	}
	return prune(dir, kept)
}

// put writes body unless the file holds it already.
func put(name string, body []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, body) {
		return nil
	}
	return replace(name, body)
}

// replace writes body in such a way that the file appears whole.
func replace(name string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name+".part", body, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}

// prune removes from dir every file that is not kept, and folders left empty.
func prune(dir string, kept map[string]bool) error {
	var folders []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		if d.IsDir() {
			folders = append(folders, name)
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || kept[filepath.ToSlash(rel)] {
			return err
		}
		return os.Remove(name)
	})
	for i := len(folders) - 1; i >= 0; i-- {
		_ = os.Remove(folders[i]) // refused while something is in it
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another pack removed it first
	}
	return err
}
