// Package wire is the widget's socket: a [loop.Transport] over
// github.com/coder/websocket, the same code in a browser and natively.
//
// In a browser that library offers less than its signatures say, hence the
// rules of this package:
//   - A dial that nobody waits for any longer is ended, for a browser makes
//     one connection to a server at a time: the next dial would wait for as
//     long as this one hangs, which may be minutes. That takes a WebSocket
//     whose close does not throw, which the runtime sees to. What opens in
//     the same moment is closed.
//   - Read never has a deadline, and one goroutine does nothing else: what
//     arrives while nobody reads is lost when the socket closes.
//   - Sockets are closed with 1000. Browsers refuse the codes the library
//     uses by itself, and leave the socket open.
//   - A URL is checked before the dial, because `new WebSocket` throws on a
//     bad one, and under TinyGo nothing catches that.
package wire

import (
	"context"
	"sync"

	"github.com/coder/websocket"

	"capsule/wasm/internal/loop"
)

// ReadLimit is the size in bytes of the largest message that is taken; a
// larger one ends the link. A page of history may be large.
const ReadLimit = 4 << 20

// A Transport dials websockets. The zero Transport is ready for use.
type Transport struct {
	dials sync.WaitGroup
}

// Dial opens a websocket to url, a ws:// or wss:// URL. When ctx ends
// first Dial returns at once, and the socket is closed. Why a dial fails is
// not to be known in a browser.
func (t *Transport) Dial(ctx context.Context, url string) (loop.Link, error) {
	if err := Check(url); err != nil {
		return nil, err
	}
	type opened struct {
		conn *websocket.Conn
		err  error
	}
	dialed := make(chan opened)
	t.dials.Add(1)
	// Ends when the dial does and, if it was abandoned, when the socket
	// that came of it is closed.
	go func() {
		defer t.dials.Done()
		conn, _, err := websocket.Dial(ctx, url, nil)
		select {
		case dialed <- opened{conn, err}:
		case <-ctx.Done():
			if err == nil {
				_ = conn.Close(websocket.StatusNormalClosure, "") // nobody is left to mind
			}
		}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case d := <-dialed:
		if d.err != nil {
			return nil, d.err
		}
		d.conn.SetReadLimit(ReadLimit)
		return &link{conn: d.conn}, nil
	}
}

// Wait returns when no abandoned dial is left. A program that ends before
// is called by the browser when it has gone.
func (t *Transport) Wait() { t.dials.Wait() }

// A link is an open websocket.
type link struct{ conn *websocket.Conn }

func (l *link) Receive(recv func(text string)) error {
	for {
		kind, data, err := l.conn.Read(context.Background())
		if err != nil {
			// The socket may still be open, after a message too large.
			_ = l.conn.Close(websocket.StatusNormalClosure, "")
			return err
		}
		if kind == websocket.MessageText {
			recv(string(data))
		}
	}
}

func (l *link) Send(text string) error {
	return l.conn.Write(context.Background(), websocket.MessageText, []byte(text))
}

func (l *link) Close() error {
	return l.conn.Close(websocket.StatusNormalClosure, "")
}
