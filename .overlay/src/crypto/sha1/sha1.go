// Package sha1 takes the place of the standard library's package in programs
// for browsers. Capsule's ids are random and none is a digest.
package sha1

import "hash"

// New panics. google/uuid (hash.go) mentions it for NewSHA1, which nobody calls.
func New() hash.Hash {
	panic("crypto/sha1: not in this program, see .overlay")
}
