package send_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"capsule/server/internal/limit"
	"capsule/server/internal/send"
)

// random is bytes of which no piece is like another.
var random = sync.OnceValue(func() []byte {
	b := make([]byte, 16<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // cannot fail
	return b
})

func text(n int) []byte { return random()[:n:n] }

// sizes are of bodies below and above what net/http keeps back, and what is
// sent from a file.
var sizes = []int{0, 1, 4095, 4096, 4097, 4451, 16 << 10, 16<<10 + 1, 64<<10 - 1, 64 << 10, 227_257, 3 << 20}

// answers serves the body of each size under its size.
func answers() http.Handler {
	bodies := map[string]*send.Body{}
	for _, n := range sizes {
		bodies["/"+strconv.Itoa(n)] = send.NewBody(text(n))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := bodies[r.URL.Path]
		h := w.Header()
		h.Set("Content-Type", "application/wasm")
		h.Set("Content-Length", strconv.Itoa(len(b.Bytes())))
		h["Date"] = nil // would differ
		b.Send(w, r, lines)
	})
}

// lines are of every such answer; one would be a second one if it were let.
var lines = send.NewHead("etag", `"e"`, "Cache-Control", "no-cache", "X-Two", "a\r\nX-Three: b")

// serve starts a server on loopback whose listener is wrapped by wrap.
func serve(t *testing.T, h http.Handler, wrap func(net.Listener) net.Listener, more func(*httptest.Server)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Listener = wrap(s.Listener)
	s.Config.ConnContext = send.Context
	if more != nil {
		more(s)
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func plain(l net.Listener) net.Listener { return l }

// talk sends request on a connection of its own and returns all that comes
// until the server hangs up.
func talk(t *testing.T, s *httptest.Server, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second)) // an open connection has one
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// sorted is answers whose heads have their lines in order. A body is left as it
// is: none is as a head is.
func sorted(answers string) string {
	parts := strings.Split(answers, "HTTP/1.")
	for i, part := range parts {
		head, body, _ := strings.Cut(part, "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		slices.Sort(lines[1:])
		parts[i] = strings.Join(lines, "\r\n") + "\r\n\r\n" + body
	}
	return strings.Join(parts, "HTTP/1.")
}

func TestAnAnswerIsTheSameAsWithoutThePackage(t *testing.T) {
	with, without := serve(t, answers(), send.Listener, nil), serve(t, answers(), plain, nil)
	for _, n := range sizes {
		for _, tt := range []struct{ name, request string }{
			{"the last of its connection", "GET /%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
			{"one after the other", "GET /%d HTTP/1.1\r\nHost: a\r\n\r\nGET /%[1]d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
			{"only the head", "HEAD /%d HTTP/1.1\r\nHost: a\r\n\r\nGET /%[1]d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
			{"of HTTP/1.0", "GET /%d HTTP/1.0\r\n\r\n"},
			{"of HTTP/1.0 that stays", "GET /%d HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /%[1]d HTTP/1.0\r\n\r\n"},
		} {
			request := fmt.Sprintf(tt.request, n)
			got, want := sorted(talk(t, with, request)), sorted(talk(t, without, request))
			if got != want {
				t.Errorf("%d bytes, %s: %d bytes came that begin %.300q, want %d that begin %.300q", n, tt.name, len(got), got, len(want), want)
			}
			if !strings.Contains(want, "\r\n\r\n"+string(text(n))) {
				t.Errorf("%d bytes, %s: the body is not there", n, tt.name)
			}
			for _, line := range []string{"Etag: \"e\"\r\n", "X-Two: a  X-Three: b\r\n"} {
				if strings.Count(got, line) != strings.Count(got, "HTTP/1.") {
					t.Errorf("%d bytes, %s: not once in each head: %q", n, tt.name, line)
				}
			}
		}
	}
}

func TestManyAtOnceGetWholeAnswers(t *testing.T) {
	s := serve(t, answers(), send.Listener, nil)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			for k := range 10 {
				n := sizes[(i+k)%len(sizes)]
				res, err := s.Client().Get(s.URL + "/" + strconv.Itoa(n))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(res.Body)
				_ = res.Body.Close() // read to the end
				if err != nil || !bytes.Equal(got, text(n)) {
					t.Errorf("of %d bytes came %d, which are others (%v)", n, len(got), err)
				}
			}
		})
	}
	all.Wait()
}

func TestThroughTLSAndHTTP2(t *testing.T) {
	for _, two := range []bool{false, true} {
		s := serve(t, answers(), send.Listener, func(s *httptest.Server) {
			s.EnableHTTP2 = two
			s.StartTLS()
		})
		for _, n := range sizes {
			res, err := s.Client().Get(s.URL + "/" + strconv.Itoa(n))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			_ = res.Body.Close() // read to the end
			if err != nil || !bytes.Equal(got, text(n)) || res.ProtoMajor == 2 != two {
				t.Errorf("of %d bytes by %s came %d, which are others (%v)", n, res.Proto, len(got), err)
			}
		}
	}
}

// A reader that takes nothing fills the buffers between, so that the server has
// to wait.
func TestASlowReaderGetsAllOfIt(t *testing.T) {
	s := serve(t, answers(), send.Listener, nil)
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second)) // an open connection has one
	const times = 8
	for range times {
		if _, err := fmt.Fprintf(c, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", 3<<20); err != nil {
			t.Fatal(err)
		}
	}
	r := bufio.NewReaderSize(c, 16)
	for range times {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, text(3<<20)) {
			t.Fatalf("%d bytes came, which are others (%v)", len(got), err)
		}
	}
}

func TestWhoTakesNothingIsHungUpOnInTime(t *testing.T) {
	b := send.NewBody(text(16 << 20)) // more than all buffers between
	ended := make(chan error, 1)
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(b.Bytes())))
		b.Send(w, r, lines)
		_, err := w.Write([]byte("x"))
		ended <- err
	}), send.Listener, func(s *httptest.Server) {
		s.Config.WriteTimeout = 200 * time.Millisecond
		s.Start()
	})
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the answer seems to be out")
		}
	case <-time.After(20 * time.Second):
		t.Error("the server still waits")
	}
}

func TestAHeadWhoseBodyDoesNotComeIsSentAllTheSame(t *testing.T) {
	b := send.NewBody(text(10_000))
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent) // which has no body
		b.Send(w, r, lines)
	}), send.Listener, nil)
	got := talk(t, s, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if n := strings.Count(got, "HTTP/1.1 204 No Content\r\n"); n != 2 || !strings.HasSuffix(got, "\r\n\r\n") {
		t.Errorf("there came %d heads: %q", n, got)
	}
}

func TestWhatAHandlerWritesByItselfIsNotHeldBack(t *testing.T) {
	b := send.NewBody(text(10_000))
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Length", strconv.Itoa(2*len(b.Bytes())+5))
		_, _ = io.WriteString(w, "ab ") // it will be missed below
		b.Send(w, r, lines)
		b.Send(w, r, lines)
		_, _ = io.WriteString(w, " c")
	}), send.Listener, nil)
	got := talk(t, s, "GET / HTTP/1.0\r\n\r\n")
	if _, body, _ := strings.Cut(got, "\r\n\r\n"); body != "ab "+string(text(10_000))+string(text(10_000))+" c" {
		t.Errorf("%d bytes came, which are others", len(body))
	}
}

// asOther makes connections of this machine count as any other.
type asOther struct{ net.Listener }

func (l asOther) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return otherConn{c}, err
}

type otherConn struct{ net.Conn }

func (otherConn) RemoteAddr() net.Addr        { return &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 9} }
func (c otherConn) NetConn() net.Conn         { return c.Conn }
func (c otherConn) Write([]byte) (int, error) { return 0, errors.New("passed by") }

// The limit on connections wraps them; what is sent goes past its wrapper, which
// only minds that they end.
func TestThroughTheLimitOnConnections(t *testing.T) {
	s := serve(t, answers(), func(l net.Listener) net.Listener {
		return send.Listener(limit.Listener(asOther{l}, 2, nil))
	}, nil)
	for range 5 { // each ends, or the third would be refused
		got := talk(t, s, "GET /4451 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		if !strings.HasSuffix(got, string(text(4451))) {
			t.Fatalf("there came %.100q", got)
		}
	}
}

func TestConnectionsItCannotSeeInto(t *testing.T) {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	for _, c := range []net.Conn{here, tls.Server(here, &tls.Config{MinVersion: tls.VersionTLS13})} {
		got, err := send.Listener(one{c}).Accept()
		if err != nil || got != c {
			t.Errorf("%T became %T, %v", c, got, err)
		}
	}
	if _, err := send.Listener(one{}).Accept(); err == nil {
		t.Error("an error is lost")
	}
	if ctx := send.Context(t.Context(), here); ctx != t.Context() {
		t.Error("a connection of others is in the context")
	}
}

// one is a listener with one connection, or none.
type one struct{ c net.Conn }

func (l one) Accept() (net.Conn, error) {
	if l.c == nil {
		return nil, io.EOF
	}
	return l.c, nil
}
func (one) Close() error   { return nil }
func (one) Addr() net.Addr { return &net.TCPAddr{} }
