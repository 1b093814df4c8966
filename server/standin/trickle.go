package standin

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// A trickle is a slow line: n bytes, then a wait. The zero trickle is none.
type trickle struct {
	n    int
	wait time.Duration
}

// write sends a body, slowly if it must, until done is closed.
func (t trickle) write(w http.ResponseWriter, body []byte, done <-chan struct{}) {
	for t.n > 0 && len(body) > t.n {
		if _, err := w.Write(body[:t.n]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush() // a writer that cannot flush sends at once
		body = body[t.n:]
		select {
		case <-done:
			return
		case <-time.After(t.wait):
		}
	}
	_, _ = w.Write(body) // the reader is gone otherwise
}

// slowly makes the connection that a handshake takes over a slow one.
func slowly(w http.ResponseWriter, t trickle, done <-chan struct{}) http.ResponseWriter {
	if t.n == 0 {
		return w
	}
	return &slowWriter{w, t, done}
}

type slowWriter struct {
	http.ResponseWriter
	t    trickle
	done <-chan struct{}
}

// Hijack implements http.Hijacker.
func (w *slowWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	slow := &slowConn{c, w.t, w.done}
	return slow, bufio.NewReadWriter(rw.Reader, bufio.NewWriter(slow)), nil
}

type slowConn struct {
	net.Conn
	t    trickle
	done <-chan struct{}
}

// Write sends piece by piece.
func (c *slowConn) Write(b []byte) (int, error) {
	sent := 0
	for sent < len(b) {
		n, err := c.Conn.Write(b[sent:min(len(b), sent+c.t.n)])
		sent += n
		if err != nil {
			return sent, err
		}
		if sent < len(b) {
			select {
			case <-c.done:
				return sent, net.ErrClosed
			case <-time.After(c.t.wait):
			}
		}
	}
	return sent, nil
}
