// Package leaktest ends the tests of a package with a look at what goes on
// without them. It is for tests only.
package leaktest

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main is for a TestMain: it runs the tests and ends the program, with a
// failure when one has left a goroutine of the module behind.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := leftover(10 * time.Second); left != "" {
			fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
			code = 1
		}
	}
	os.Exit(code)
}

// leftover returns the stacks of goroutines that are still in code of the
// module or of the websocket library after limit.
func leftover(limit time.Duration) string {
	http.DefaultClient.CloseIdleConnections()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var left []string
		buf := make([]byte, 1<<20)
		for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(stack, "TestMain") {
				continue
			}
			if strings.Contains(stack, "capsule/") || strings.Contains(stack, "coder/websocket") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return strings.Join(left, "\n\n")
		}
	}
}
