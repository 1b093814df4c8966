// Package rand takes the place of the standard library's package in programs
// for browsers. The standard one brings ciphers, hashes and big numbers along
// to stretch the randomness of the system, which a browser does by itself.
package rand

import "io"

// Reader is what google/uuid (uuid.go) takes its random ids from: the page's
// crypto.getRandomValues. It never fails; without the page's it panics.
var Reader io.Reader = reader{}

type reader struct{}

func (reader) Read(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := min(len(rest), 65536) // more is refused
		getRandomValues(rest[:n])
		rest = rest[n:]
	}
	return len(b), nil
}

//go:wasmimport gojs runtime.getRandomData
//go:noescape
func getRandomValues(b []byte)
