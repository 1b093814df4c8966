//go:build !js

package wire_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"capsule/wasm/internal/wire"
)

// limit is how long a test waits for what has to happen.
const limit = 10 * time.Second

// serve starts a server that hands each websocket to f, and returns the
// URL. The request's context ends with the test.
func serve(t *testing.T, f func(ctx context.Context, c *websocket.Conn)) string {
	t.Helper()
	var open sync.WaitGroup
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open.Add(1)
		defer open.Done()
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		c.SetReadLimit(8 << 20)
		f(t.Context(), c)
		_ = c.CloseNow()
	}))
	t.Cleanup(func() { srv.Close(); open.Wait() })
	return "ws" + strings.TrimPrefix(srv.URL, "http") + "/websocket"
}

// until cuts the wait for a server short.
func until(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// ended waits for an error on c.
func ended(t *testing.T, what string, c <-chan error) error {
	t.Helper()
	select {
	case err := <-c:
		return err
	case <-time.After(limit):
		t.Fatalf("%s: nothing came within %v", what, limit)
		return nil
	}
}

func TestMessagesGoBothWays(t *testing.T) {
	url := serve(t, func(ctx context.Context, c *websocket.Conn) {
		for {
			kind, data, err := c.Read(ctx)
			if err != nil {
				return
			}
			_ = c.Write(ctx, websocket.MessageBinary, []byte("not for us"))
			_ = c.Write(ctx, kind, append([]byte("echo "), data...))
		}
	})
	ln, err := new(wire.Transport).Dial(until(t), url)
	if err != nil {
		t.Fatal(err)
	}
	got, fell := make(chan string, 10), make(chan error, 1)
	go func() { fell <- ln.Receive(func(text string) { got <- text }) }()
	for _, text := range []string{"a", "", "ü 漢 👋", strings.Repeat("x", 1<<20)} {
		if err := ln.Send(text); err != nil {
			t.Fatal(err)
		}
		select {
		case g := <-got:
			if g != "echo "+text {
				t.Errorf("got %.40q, want the echo of %.40q", g, text)
			}
		case <-time.After(limit):
			t.Fatalf("no echo of %.40q", text)
		}
	}
	if err := ln.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if ended(t, "Receive after Close", fell) == nil {
		t.Error("Receive ended without saying why")
	}
	if err := ln.Send("late"); err == nil {
		t.Error("Send works after Close")
	}
	_ = ln.Close() // once more is no harm
}

func TestAllThatWasSentBeforeTheCloseArrives(t *testing.T) {
	const n = 1000
	for round := range 10 {
		url := serve(t, func(ctx context.Context, c *websocket.Conn) {
			for i := range n {
				_ = c.Write(ctx, websocket.MessageText, []byte(strconv.Itoa(i)))
			}
			_ = c.Close(websocket.StatusNormalClosure, "bye")
		})
		ln, err := new(wire.Transport).Dial(until(t), url)
		if err != nil {
			t.Fatal(err)
		}
		next, fell := 0, make(chan error, 1)
		go func() {
			fell <- ln.Receive(func(text string) {
				if text == strconv.Itoa(next) {
					next++
				}
			})
		}()
		err = ended(t, "Receive", fell)
		if next != n {
			t.Fatalf("round %d: %d of %d messages arrived before %v", round, next, n, err)
		}
		if websocket.CloseStatus(err) != websocket.StatusNormalClosure {
			t.Errorf("Receive = %v, want the server's 1000", err)
		}
	}
}

func TestCloseSays1000(t *testing.T) {
	seen := make(chan error, 1)
	url := serve(t, func(ctx context.Context, c *websocket.Conn) {
		_, _, err := c.Read(ctx)
		seen <- err
	})
	ln, err := new(wire.Transport).Dial(until(t), url)
	if err != nil {
		t.Fatal(err)
	}
	fell := make(chan error, 1)
	go func() { fell <- ln.Receive(func(string) {}) }()
	if err := ln.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := ended(t, "the server's Read", seen); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the server saw %v, want 1000", err)
	}
	_ = ended(t, "Receive", fell)
}

func TestAServerThatGoesWithoutAWord(t *testing.T) {
	url := serve(t, func(_ context.Context, c *websocket.Conn) { _ = c.CloseNow() })
	ln, err := new(wire.Transport).Dial(until(t), url)
	if err != nil {
		t.Fatal(err)
	}
	fell := make(chan error, 1)
	go func() { fell <- ln.Receive(func(string) {}) }()
	if err := ended(t, "Receive", fell); err == nil {
		t.Error("Receive ended without saying why")
	}
}

func TestAMessageTooLargeEndsTheLink(t *testing.T) {
	seen := make(chan error, 1)
	url := serve(t, func(ctx context.Context, c *websocket.Conn) {
		_ = c.Write(ctx, websocket.MessageText, []byte("small"))
		_ = c.Write(ctx, websocket.MessageText, []byte(strings.Repeat("x", wire.ReadLimit+1)))
		_, _, err := c.Read(ctx)
		seen <- err
	})
	ln, err := new(wire.Transport).Dial(until(t), url)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	fell := make(chan error, 1)
	go func() { fell <- ln.Receive(func(text string) { got = append(got, text) }) }()
	if err := ended(t, "Receive", fell); !errors.Is(err, websocket.ErrMessageTooBig) {
		t.Errorf("Receive = %v, want that the message is too big", err)
	}
	if len(got) != 1 || got[0] != "small" {
		t.Errorf("%d messages were handed over, want the small one", len(got))
	}
	if ended(t, "the server's Read", seen) == nil {
		t.Error("the socket stays open")
	}
}

func TestDialFails(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := closed.Addr().String()
	closed.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, tt := range []struct{ name, url string }{
		{"nobody listens", "ws://" + refused + "/websocket"},
		{"no websocket there", "ws" + strings.TrimPrefix(plain.URL, "http") + "/websocket"},
		{"not a URL", "javascript:alert(1)"},
		{"a page's URL", plain.URL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tr wire.Transport
			if ln, err := tr.Dial(until(t), tt.url); err == nil {
				_ = ln.Close()
				t.Error("Dial succeeded")
			}
			tr.Wait()
		})
	}
}

func TestAServerThatNeverAnswersTheHandshake(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hung := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			t.Errorf("the handshake: %v", err)
		}
		hung <- c
	}()
	var tr wire.Transport
	ctx, cancel := context.WithCancel(context.Background())
	dialed := make(chan error, 1)
	go func() { _, err := tr.Dial(ctx, "ws://"+l.Addr().String()+"/"); dialed <- err }()
	c := <-hung
	cancel()
	if err := ended(t, "Dial", dialed); !errors.Is(err, context.Canceled) {
		t.Errorf("Dial = %v, want that it was cancelled", err)
	}
	// The server need not answer for the connection to end.
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("the server's end: %v", err)
	}
	c.Close()
	l.Close()
	tr.Wait()
}
