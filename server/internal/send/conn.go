// Package send sends an answer whose body is there beforehand with as little
// work as the system allows: its head and its body go out in one call, and a
// large body is not copied.
//
// net/http hands the head and the body of an answer to the connection one
// after the other. Only a handler knows that they belong together, so Send
// tells the connection, which then waits with the head for the body, and adds
// to it the lines that are the same each time: net/http would keep, sort and
// print them for every answer. Where there is no connection of this package, as
// with TLS, HTTP/2 or in a test, they are headers like any others and Send is a
// plain Write. What a client reads is the same in every case, but for the order
// of the lines.
package send

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// Listener is l with connections that Send can use. Those of l that are no TCP,
// or hide it, are left as they are: who wraps one says with a method NetConn
// what is inside.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if tcp := inside(c); tcp != nil {
		return &conn{Conn: c, tcp: tcp}, nil
	}
	return c, nil
}

// inside is the TCP connection that c is or wraps; nil if it does not say.
func inside(c net.Conn) *net.TCPConn {
	for {
		switch is := c.(type) {
		case *net.TCPConn:
			return is
		case *tls.Conn:
			return nil // what is written below it is not what was meant
		case interface{ NetConn() net.Conn }:
			c = is.NetConn()
		default:
			return nil
		}
	}
}

type key struct{}

// Context is for http.Server.ConnContext: it tells handlers by which
// connection a request came. That of TLS is not one of this package, whatever
// is below it.
func Context(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		return context.WithValue(ctx, key{}, c)
	}
	return ctx
}

// A conn is written to by one goroutine at a time, as net/http does.
type conn struct {
	net.Conn
	tcp *net.TCPConn

	next *Body   // what is about to be written; nil: whatever comes goes out at once
	more *Head   // is to be added to what was written before it, once
	head *[]byte // that, while next is set
}

var heads = sync.Pool{New: func() any {
	b := make([]byte, 0, 1024)
	return &b
}}

// hold makes c wait with what is written for b, and then send it all, with the
// lines of more in its head.
func (c *conn) hold(b *Body, more *Head) { c.next, c.more, c.head = b, more, heads.Get().(*[]byte) }

// release sends what is left if the body did not come.
func (c *conn) release() {
	if c.next == nil {
		return
	}
	c.next = nil
	if len(*c.head) > 0 {
		_, _ = c.Conn.Write(*c.head) // the next write will say that it failed
	}
	c.forget()
}

func (c *conn) forget() {
	*c.head = (*c.head)[:0]
	heads.Put(c.head)
	c.head, c.more = nil, nil
}

func (c *conn) Write(p []byte) (int, error) {
	b := c.next
	switch {
	case b == nil:
		return c.Conn.Write(p)
	case b.is(p):
	case c.more != nil && bytes.HasPrefix(p, []byte("HTTP/1.")):
		*c.head, c.more = c.more.into(*c.head, p), nil
		return len(p), nil
	default:
		*c.head = append(*c.head, p...)
		return len(p), nil
	}
	c.next = nil
	defer c.forget()
	begins := len(*c.head)
	*c.head = append(*c.head, p[:b.near]...)
	n, err := b.write(c.tcp, *c.head)
	return max(n-begins, 0), err
}

// CloseWrite lets net/http end an answer before it stops reading.
func (c *conn) CloseWrite() error { return c.tcp.CloseWrite() }

// Send answers r with b and the lines of head, of which w's own headers have
// none and besides which they tell everything, the length included. Nothing of
// the answer has been written before. A client that hangs up is no news.
func (b *Body) Send(w http.ResponseWriter, r *http.Request, head *Head) {
	c, ours := r.Context().Value(key{}).(*conn)
	if !ours || len(b.bytes) <= buffered || r.Method == http.MethodHead {
		head.Set(w.Header())
		if r.Method != http.MethodHead {
			_, _ = w.Write(b.bytes)
		}
		return
	}
	c.hold(b, head)
	defer c.release()
	// Into c and no further: a head that shared a buffer with the beginning of
	// the body could not be told from it.
	_ = http.NewResponseController(w).Flush() // fails as Write will
	_, _ = w.Write(b.bytes)
}

// buffered is what net/http keeps until an answer is complete: what is no
// larger it sends by itself in one write.
const buffered = 4 << 10
