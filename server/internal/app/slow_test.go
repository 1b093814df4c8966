package app

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A pipes is a listener for connections in memory, whose deadlines obey the
// clock of a bubble.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, io.EOF
	}
	return c, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestWhoOnlyHoldsAConnectionLosesIt(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sends string        // at first
		drip  string        // and then every second
		after time.Duration // by then the server has hung up
	}{
		{"who sends nothing", "", "", 6 * time.Second},
		{"who sends half a header", "GET / HTTP/1.1\r\nHost: a\r\n", "", 6 * time.Second},
		{"who sends a header byte by byte", "GET / HTTP/1.1\r\nX-A: ", "x", 6 * time.Second},
		{"who sends no body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n", "", 16 * time.Second},
		{"who sends a body byte by byte", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "x", 16 * time.Second},
		{"who has been served and says no more", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", 61 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &App{Logf: func(string, ...any) {}}
				s := a.newServer(context.Background(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(w, r.Body)
				}))
				l := make(pipes, 1)
				go func() { _ = s.Serve(l) }()
				here, there := net.Pipe()
				l <- there
				gone := make(chan time.Time, 1)
				go func() {
					_, _ = io.Copy(io.Discard, here) // until the server hangs up
					gone <- time.Now()
				}()
				start := time.Now()
				var sender sync.WaitGroup
				sender.Go(func() {
					for text := tt.sends; ; text = tt.drip {
						if _, err := io.Copy(here, strings.NewReader(text)); err != nil || tt.drip == "" {
							return
						}
						<-time.After(time.Second)
					}
				})
				if took := (<-gone).Sub(start); took > tt.after {
					t.Errorf("it held the connection for %v", took)
				}
				_ = here.Close()
				sender.Wait()
				close(l)
				_ = s.Close()
			})
		})
	}
}
