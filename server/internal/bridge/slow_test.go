package bridge_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
)

// A pipe is a listener with one connection, in memory: its deadlines follow
// the clock of a bubble.
type pipe struct {
	conn chan net.Conn
	done chan struct{}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conn:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipe) Close() error   { close(p.done); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }

// impatient serves b as the program does, to one connection.
func impatient(t *testing.T, b http.Handler) (conn net.Conn, end func()) {
	t.Helper()
	conn, far := net.Pipe()
	p := &pipe{conn: make(chan net.Conn, 1), done: make(chan struct{})}
	p.conn <- far
	server := &http.Server{Handler: b, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 60 * time.Second}
	go func() { // ends with end
		if err := server.Serve(p); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serving ended with %v", err)
		}
	}()
	return conn, func() {
		_ = conn.Close() // may be closed already
		_ = server.Close()
		pass(time.Second) // in which net/http ends what it has left
	}
}

const slowHead = " HTTP/1.1\r\nHost: " + ownHost + "\r\nOrigin: " + site + "\r\nX-Visitor-Token: " + token + "\r\n"

// The program's time-outs are for requests of a few kilobytes. A file gets as
// long as it needs at the least rate there is, and no longer.
func TestAFileMayTakeLongerThanOtherRequests(t *testing.T) {
	const size = 4 << 20
	for _, tt := range []struct {
		name     string
		pieces   int // of 64 KiB, one a second
		want     string
		from, to time.Duration
	}{
		{"a slow telephone", 64, "HTTP/1.1 200", 63 * time.Second, 66 * time.Second},
		{"one that falls silent", 10, "HTTP/1.1 400", 35 * time.Second, 36 * time.Second}, // 15 s and 20 s for 10 pieces
		{"one that is silent at once", 0, "HTTP/1.1 400", 14 * time.Second, 16 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChat()
				var sending sync.WaitGroup
				defer sending.Wait()
				conn, end := impatient(t, newBridge(t, c))
				defer end()
				start := time.Now()
				fmt.Fprintf(conn, "POST /v1/room/files?room=%s%sX-File-Name: a.txt\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", room, slowHead, size)
				sending.Go(func() {
					for range tt.pieces {
						if _, err := io.WriteString(conn, strings.Repeat("x", 64<<10)); err != nil {
							return
						}
						pass(time.Second)
					}
				})
				answer := make([]byte, 12)
				_, err := io.ReadFull(conn, answer)
				if took := time.Since(start); err != nil || string(answer) != tt.want || took < tt.from || took > tt.to {
					t.Errorf("answered %q, %v after %v", answer, err, took)
				}
				whole := len(uploads(t, c)) == 1
				if whole != (tt.pieces == 64) {
					t.Errorf("it arrived: %v", whole)
				}
			})
		})
	}
}

func TestADownloadMayTakeLongerThanOtherRequests(t *testing.T) {
	const size = 8 << 20
	for _, tt := range []struct {
		name   string
		pieces int // of 64 KiB, one a second
		whole  bool
		to     time.Duration
	}{
		{"a slow telephone", 128, true, 129 * time.Second},
		{"one that falls silent", 10, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newChat()
				c.on("GET", "/file-upload/"+fileID+"/cat.png", attachment("video/mp4", strings.Repeat("x", size)))
				b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
				conn, end := impatient(t, b)
				defer end()
				fmt.Fprintf(conn, "GET %s%s\r\n", fileTarget, slowHead)
				res, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil || res.StatusCode != 200 {
					t.Fatalf("answered %+v, %v", res, err)
				}
				got := int64(0)
				for range tt.pieces {
					n, err := io.CopyN(io.Discard, res.Body, 64<<10)
					if got += n; err != nil {
						t.Fatalf("after %d bytes: %v", got, err)
					}
					pass(time.Second)
				}
				if tt.whole != (got == size) {
					t.Errorf("%d bytes came", got)
				}
				if tt.whole {
					return
				}
				pass(40 * time.Second) // 10 s and 15 s and what was on its way
				rest, err := io.Copy(io.Discard, res.Body)
				if err == nil || rest > 1<<20 {
					t.Errorf("%d bytes came after the silence, %v", rest, err)
				}
			})
		})
	}
}
