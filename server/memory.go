package main

import (
	"os"
	"runtime/debug"
)

// What the collector is told, unless GOGC or GOMEMLIMIT say otherwise.
const (
	garbage = 8         // percent of what is in use that may be garbage
	reserve = 256 << 20 // counts as in use, but nobody writes there, so it takes up no memory
)

// tuneMemory fits the garbage collector to this program: it has little in use
// while visitors come and go, when the usual 4 MB of garbage would have it
// collect a hundred times a second, and much only when thousands of
// connections are open, when the usual 100% would double it. It returns what
// has to be kept until the end.
func tuneMemory() []byte {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return nil
	}
	debug.SetGCPercent(garbage)
	return make([]byte, reserve)
}
