// Package net takes the place of the standard library's package in programs
// for browsers, where nothing opens a network connection but the page itself.
package net

import (
	"errors"
	"time"
)

// ErrClosed is what coder/websocket (ws_js.go) returns from a connection that
// is closed. The text is the standard library's.
var ErrClosed = errors.New("use of closed network connection")

// An Addr is what coder/websocket (netconn_js.go) returns from the methods of
// a NetConn, which nobody makes.
type Addr interface {
	Network() string
	String() string
}

// A Conn is what coder/websocket (netconn.go) returns from NetConn, which
// nobody calls.
type Conn interface {
	Read(b []byte) (n int, err error)
	Write(b []byte) (n int, err error)
	Close() error
	LocalAddr() Addr
	RemoteAddr() Addr
	SetDeadline(t time.Time) error
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}
