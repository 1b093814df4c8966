package send

import (
	"net"
	"os"
)

// A Body is bytes to be sent many times, by many at once. They are never
// changed.
type Body struct {
	bytes []byte
	near  int      // how many of them are sent from where the head is
	file  *os.File // with the same bytes at a place, for the system to send the others; nil: there is none
	at    int64
}

const (
	// small is the size up to which copying a body behind its head costs less
	// than telling the system of both.
	small = 16 << 10
	// large is the size from which on it is worth a call more not to copy a
	// body.
	large = 64 << 10
)

// NewBody makes a Body of bytes, which the caller does not change any more.
func NewBody(bytes []byte) *Body {
	b := &Body{bytes: bytes}
	switch n := len(bytes); {
	case n <= small:
		b.near = n
	case n >= large:
		if b.file, b.at = inProgram(bytes); b.file != nil {
			// What does not begin where a page does is sent in smaller pieces,
			// which takes up to three times as long.
			b.near = int(-b.at & int64(os.Getpagesize()-1))
		}
	}
	return b
}

// Bytes are what b consists of.
func (b *Body) Bytes() []byte { return b.bytes }

// is reports whether p is b itself, and not only equal to it.
func (b *Body) is(p []byte) bool { return len(p) == len(b.bytes) && len(p) > 0 && &p[0] == &b.bytes[0] }

// write sends head, at whose end is what is near of b, and the rest of b by c.
// The result is how much was sent of both.
func (b *Body) write(c *net.TCPConn, head []byte) (int, error) {
	rest := b.bytes[b.near:]
	switch {
	case len(rest) == 0:
		return c.Write(head)
	case b.file != nil:
		return b.sendFile(c, head)
	}
	return writeBoth(c, head, rest)
}

// writeBoth sends two pieces in one call.
func writeBoth(c *net.TCPConn, head, rest []byte) (int, error) {
	n, err := (&net.Buffers{head, rest}).WriteTo(c)
	return int(n), err
}
