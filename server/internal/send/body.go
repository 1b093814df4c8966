package send

import (
	"net"
	"os"
)

// A Body is bytes to be sent many times, by many at once. They are never
// changed.
type Body struct {
	bytes []byte
	file  *os.File // with the same bytes at a place, for the system to send; nil: there is none
	at    int64
}

// large is the size from which on it is worth a call more not to copy a body.
const large = 64 << 10

// NewBody makes a Body of bytes, which the caller does not change any more.
func NewBody(bytes []byte) *Body {
	b := &Body{bytes: bytes}
	if len(bytes) >= large {
		b.file, b.at = inProgram(bytes)
	}
	return b
}

// Bytes are what b consists of.
func (b *Body) Bytes() []byte { return b.bytes }

// is reports whether p is b itself, and not only equal to it.
func (b *Body) is(p []byte) bool { return len(p) == len(b.bytes) && len(p) > 0 && &p[0] == &b.bytes[0] }

// write sends head and b by c. The result is how much of b was sent.
func (b *Body) write(c *net.TCPConn, head []byte) (int, error) {
	if b.file != nil {
		return b.sendFile(c, head)
	}
	return writeBoth(c, head, b.bytes)
}

// writeBoth sends head and body in one call. The result is how much of body
// was sent.
func writeBoth(c *net.TCPConn, head, body []byte) (int, error) {
	n, err := (&net.Buffers{head, body}).WriteTo(c)
	return max(int(n)-len(head), 0), err
}
