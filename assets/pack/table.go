package main

import (
	"fmt"
	"io"
	"strings"
)

// table prints the sizes of what a visitor's browser may load. Pages are left
// out, and so is the pinned copy of the loader.
func (s *site) table(w io.Writer) {
	fmt.Fprintf(w, "%-36s %10s %10s %10s\n", "file", "raw", "gzip", "brotli")
	for _, name := range s.names() {
		f := s.files[name]
		if name != "capsule.js" && !f.immutable || strings.HasPrefix(name, "capsule-"+s.version) {
			continue
		}
		fmt.Fprintf(w, "%-36s %10d %10d %10d\n", name, len(f.body), sizeOf(f.gzip, f.body), sizeOf(f.brotli, f.body))
	}
}

func sizeOf(packed, body []byte) int {
	if packed == nil {
		return len(body)
	}
	return len(packed)
}
