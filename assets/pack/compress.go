package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/andybalholm/brotli"
)

// types are the kinds of files a site may hold, with what they are served as.
var types = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".ico":  "image/x-icon",
	".jpg":  "image/jpeg",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".ts":   "text/plain; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
	".wasm": "application/wasm",
	".webp": "image/webp",
}

func typeOf(name string) string {
	if t := types[path.Ext(name)]; t != "" {
		return t
	}
	return "application/octet-stream"
}

// compressible reports whether a packed copy of the file is worth having.
func compressible(name string) bool {
	switch path.Ext(name) {
	case ".css", ".html", ".js", ".json", ".svg", ".ts", ".txt", ".wasm":
		return true
	}
	return false
}

// cache keeps packed copies by the content they were made from: brotli at its
// best takes many seconds for the wasm.
type cache struct{ dir string }

// packed returns body packed by how, or nil where that makes it no smaller.
func (c cache) packed(body []byte, suffix string, how func(io.Writer, []byte) error) ([]byte, error) {
	name := filepath.Join(c.dir, short(body)+"."+suffix)
	if c.dir != "" {
		if old, err := os.ReadFile(name); err == nil {
			return smaller(old, body), nil
		}
	}
	var b bytes.Buffer
	if err := how(&b, body); err != nil {
		return nil, err
	}
	if c.dir != "" {
		if err := put(name, b.Bytes()); err != nil {
			return nil, err
		}
	}
	return smaller(b.Bytes(), body), nil
}

func smaller(packed, body []byte) []byte {
	if len(packed) < len(body) {
		return packed
	}
	return nil
}

// gzipped writes no name and no time, so equal input gives equal bytes.
func gzipped(w io.Writer, body []byte) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(body); err != nil {
		return err
	}
	return z.Close()
}

func brotlied(w io.Writer, body []byte) error {
	z := brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 22})
	if _, err := z.Write(body); err != nil {
		return err
	}
	return z.Close()
}
