package bridge

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// An intake is the body of a request on its way to Rocket.Chat: exactly as
// long as was announced, and no slower than the pace asks for. After close it
// reads nothing more, since the HTTP client may still try when the request is
// long answered.
type intake struct {
	body io.Reader
	pace *pace

	mu     sync.Mutex
	left   int64
	err    error // why it ended early
	closed bool
}

var errClosed = errors.New("the request is answered")

func newIntake(w http.ResponseWriter, r *http.Request, cancel context.CancelFunc) *intake {
	c := http.NewResponseController(w)
	// Not every writer knows deadlines; the pace holds without them.
	allowed := time.Now().Add(allowance(r.ContentLength))
	_ = c.SetReadDeadline(allowed)
	_ = c.SetWriteDeadline(allowed.Add(2 * patience))
	return &intake{body: r.Body, left: r.ContentLength, pace: newPace(func() {
		_ = c.SetReadDeadline(time.Now()) // ends a read that waits
		cancel()
	})}
}

func (in *intake) Read(p []byte) (int, error) {
	in.mu.Lock()
	left, closed := in.left, in.closed
	in.mu.Unlock()
	switch {
	case closed:
		return 0, errClosed
	case left == 0:
		return 0, io.EOF
	case int64(len(p)) > left:
		p = p[:left]
	}
	n, err := in.body.Read(p)
	in.mu.Lock()
	defer in.mu.Unlock()
	in.left -= int64(n)
	switch {
	case in.closed:
		return n, errClosed
	case in.left == 0:
		in.pace.wait(patience) // for the answer
		return n, nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	in.pace.move(n)
	in.err = err
	return n, err
}

// failed reports whether the file ended before it should.
func (in *intake) failed() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.err != nil || in.left > 0 && in.pace.behind()
}

func (in *intake) close() {
	in.pace.stop()
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
}
