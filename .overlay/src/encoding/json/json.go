// Package json takes the place of the standard library's package in programs
// for browsers. What Capsule reads and writes goes through its own package
// ejson, which needs no reflection.
package json

// Marshal panics. google/uuid (null.go) mentions it for NullUUID, which nobody
// uses.
func Marshal(v any) ([]byte, error) {
	panic("encoding/json: not in this program, see .overlay")
}

// Unmarshal panics, for the reason Marshal does.
func Unmarshal(data []byte, v any) error {
	panic("encoding/json: not in this program, see .overlay")
}
