// Package os takes the place of the standard library's package in programs for
// browsers, which have neither files nor processes.
package os

// Getuid panics. google/uuid (dce.go) mentions it for NewDCEPerson, which
// nobody calls.
func Getuid() int {
	panic("os: not in this program, see .overlay")
}

// Getgid panics. google/uuid (dce.go) mentions it for NewDCEGroup, which
// nobody calls.
func Getgid() int {
	panic("os: not in this program, see .overlay")
}
