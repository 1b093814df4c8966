// Package http takes the place of the standard library's package in programs
// for browsers: requests are the page's own fetch, and sockets the browser's.
package http

// StatusSwitchingProtocols is what coder/websocket (ws_js.go) says that every
// dial was answered with.
const StatusSwitchingProtocols = 101

// A Response is what coder/websocket (ws_js.go) returns from Dial, with just
// the status code, since a browser does not tell more.
type Response struct {
	StatusCode int
}

// A ResponseWriter and a Request are parameters of Accept in coder/websocket
// (ws_js.go), which a browser cannot do and which always fails.
type (
	ResponseWriter interface{ unavailable() }
	Request        struct{}
)
