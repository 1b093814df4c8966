package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"capsule/server/internal/bridge"
)

func TestAnUploadIsOneFileAndNothingElse(t *testing.T) {
	for _, tt := range []struct {
		name, file, body string
		want             receivedFile
	}{
		{"a PNG", "cat.png", picture, receivedFile{"cat.png", "image/png", picture}},
		{"a JPEG that calls itself a program", "setup.exe", encoded("jpeg", 4, 3), receivedFile{"setup.exe.jpg", "image/jpeg", encoded("jpeg", 4, 3)}},
		{"a GIF with a name in other scripts", "%E5%9B%B3.gif", encoded("gif", 4, 3), receivedFile{"図.gif", "image/gif", encoded("gif", 4, 3)}},
		{"a picture of just so many pixels", "a.png", pngOf(5000, 5000), receivedFile{"a.png", "image/png", pngOf(5000, 5000)}},
		{"text that calls itself SVG", "x.svg", "hello", receivedFile{"x.svg.txt", "text/plain", "hello"}},
		{"a picture with HTML behind it", "x.html", picture + "<script>alert(1)</script>", receivedFile{"x.html.png", "image/png", picture + "<script>alert(1)</script>"}},
		{"a path", "..%2F..%5Cx.pdf", "%PDF-1.4", receivedFile{"x.pdf", "application/pdf", "%PDF-1.4"}},
		{"a name that ends its header", "a%22%0D%0AX-Evil:%20y.png", picture, receivedFile{"a_X-Evil_ y.png", "image/png", picture}},
		{"a file that looks like a form", "x.txt", "--x\r\nContent-Disposition: form-data; name=\"msg\"\r\n\r\nevil\r\n--x--\r\n",
			receivedFile{"x.txt", "text/plain", "--x\r\nContent-Disposition: form-data; name=\"msg\"\r\n\r\nevil\r\n--x--\r\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			w := send(newBridge(t, c), tt.file, tt.body)
			if w.Code != 200 {
				t.Fatalf("answered %d %s", w.Code, w.Body)
			}
			same(t, w.Body.String(), outUpload)
			if got := uploads(t, c); !slices.Equal(got, []receivedFile{tt.want}) {
				t.Errorf("Rocket.Chat got %q, want %q", got, tt.want)
			}
			if got := c.calls(); !slices.Equal(got, []string{"GET config", "POST upload/" + room}) {
				t.Errorf("Rocket.Chat was asked %q", got)
			}
			a := c.all("upload/" + room)[0]
			if a.header.Get("X-Visitor-Token") != token || len(a.query) > 0 || a.header.Get("X-Real-Ip") != "203.0.113.7" || a.header.Get("X-File-Name") != "" || a.header.Get("Cookie") != "rc_is_widget=t; rc_room_type=l" {
				t.Errorf("asked with %v, query %v", a.header, a.query)
			}
		})
	}
}

func TestWhatBecomesOfAnUpload(t *testing.T) {
	without := ok(`{"config":{"enabled":true,"online":true,"settings":{"fileUpload":false}},"success":true}`)
	nobody := ok(plainConfig)
	forbidden := text(403, "application/json", `{"success":false,"error":"unauthorized"}`)
	for _, tt := range []struct {
		name           string
		upload, config http.HandlerFunc
		code           int
		want           string
		calls          []string
	}{
		{"files are off", nil, without, 409, `{"error":"refused","reason":"disabled"}`, []string{"GET config"}},
		{"3.x answers without the message", ok(`{"success":true}`), nil, 200, `{}`, []string{"GET config", "POST upload/" + room}},
		{"a message of another room stays here", ok(strings.ReplaceAll(storedUpload, room, "another")), nil, 200, `{}`, nil},
		{"a message of another visitor stays here", ok(strings.ReplaceAll(storedUpload, token, strings.Repeat("y", 43))), nil, 200, `{}`, nil},
		{"the room is closed or another's", forbidden, nil, 409, `{"error":"refused","reason":"invalid-room"}`, []string{"GET config", "POST upload/" + room, "GET config"}},
		{"nobody has the token", forbidden, nobody, 401, `{"error":"invalid-token"}`, nil},
		{"a proxy finds it too large", text(413, "text/html", "<h1>413</h1>"), nil, 413, `{"error":"refused","reason":"too-large"}`, []string{"GET config", "POST upload/" + room}},
		{"Rocket.Chat is busy", text(429, "application/json", `{"success":false,"error":"wait 9 seconds"}`), nil, 429, `{"error":"rate-limited","retryAfter":9}`, []string{"GET config", "POST upload/" + room}},
		{"no file was found in it", ok(`{"reason":"error-no-file-uploaded","success":false}`), nil, 409, `{"error":"refused","reason":"other"}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			if tt.upload != nil {
				c.on("POST", "/api/v1/livechat/upload/"+room, tt.upload)
			}
			if tt.config != nil {
				c.on("GET", "/api/v1/livechat/config", tt.config)
			}
			w := send(newBridge(t, c), "cat.png", picture)
			if w.Code != tt.code {
				t.Errorf("answered %d, want %d", w.Code, tt.code)
			}
			same(t, w.Body.String(), tt.want)
			if got := c.calls(); tt.calls != nil && !slices.Equal(got, tt.calls) {
				t.Errorf("Rocket.Chat was asked %q, want %q", got, tt.calls)
			}
		})
	}
}

func TestTenMegabytesAndNotAByteMore(t *testing.T) {
	big := picture + strings.Repeat("x", 10<<20-len(picture))
	c := newChat()
	if w := send(newBridge(t, c), "cat.png", big); w.Code != 200 {
		t.Errorf("10 MiB: answered %d %s", w.Code, w.Body)
	}
	if got := uploads(t, c); len(got) != 1 || got[0].body != big {
		t.Error("10 MiB did not arrive whole")
	}
	c = newChat()
	w := send(newBridge(t, c), "cat.png", big+"x")
	if w.Code != 413 || len(c.calls()) > 0 {
		t.Errorf("10 MiB and a byte: answered %d, asked %q", w.Code, c.calls())
	}
	same(t, w.Body.String(), `{"error":"refused","reason":"too-large"}`)
}

// liveUploads is a Rocket.Chat on a real socket that counts what reaches it.
type liveUploads struct {
	begun, whole atomic.Int32
	first        chan string // what the first read of an upload gave
	answer       http.HandlerFunc
}

func (u *liveUploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.URL.Path, "/upload/") {
		ok(plainConfig)(w, r)
		return
	}
	u.begun.Add(1)
	if u.answer != nil {
		u.answer(w, r)
		return
	}
	head := make([]byte, 256)
	n, _ := io.ReadFull(r.Body, head)
	select {
	case u.first <- string(head[:n]):
	default:
	}
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		u.whole.Add(1)
		ok(storedUpload)(w, r)
	}
}

// liveBridge is a bridge to u, both on real sockets.
func liveBridge(t *testing.T, u http.Handler) *httptest.Server {
	t.Helper()
	chat := httptest.NewServer(u)
	t.Cleanup(chat.Close)
	base, err := url.Parse(chat.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newBridge(t, nil, func(o *bridge.Options) { o.RocketChat, o.Transport, o.Logf = base, nil, nil }))
	t.Cleanup(server.Close)
	return server
}

// openUpload writes the head of an upload of length bytes to server.
func openUpload(t *testing.T, server *httptest.Server, length int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // may be closed already
	_, err = fmt.Fprintf(conn, "POST /v1/room/files?room=%s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nX-Visitor-Token: %s\r\nX-File-Name: cat.png\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n",
		room, ownHost, site, token, length)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestAFileIsPassedOnWhileItComes(t *testing.T) {
	u := &liveUploads{first: make(chan string, 1)}
	file := picture + strings.Repeat("x", 1<<20)
	conn := openUpload(t, liveBridge(t, u), len(file))
	if _, err := io.WriteString(conn, file[:512<<10]); err != nil {
		t.Fatal(err)
	}
	if head := <-u.first; !strings.Contains(head, "PNG") || u.whole.Load() != 0 {
		t.Errorf("Rocket.Chat got %q", head)
	}
	if _, err := io.WriteString(conn, file[512<<10:]); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 15)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 200 OK" || u.whole.Load() != 1 {
		t.Errorf("answered %q, %v", answer, err)
	}
}

// An upload that breaks off anywhere is never made whole and never repeated.
func TestAnUploadThatIsCutIsNoUpload(t *testing.T) {
	u := &liveUploads{}
	server := liveBridge(t, u)
	file := picture + strings.Repeat("x", 1<<20)
	for i := range 10 {
		conn := openUpload(t, server, len(file))
		if _, err := io.WriteString(conn, file[:i*len(file)/10]); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 12)
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 400" {
			t.Errorf("cut after %d tenths: answered %q, %v", i, answer, err)
		}
	}
	if u.whole.Load() != 0 || u.begun.Load() > 10 {
		t.Errorf("%d uploads were begun, %d arrived whole", u.begun.Load(), u.whole.Load())
	}

	// Nor does the form close behind half a file.
	c := newChat()
	r := newRequest("POST", "/v1/room/files?room="+room, file[:len(file)/2], fileHeader...)
	r.ContentLength = int64(len(file))
	if w := serve(newBridge(t, c), r); w.Code != 400 || len(uploads(t, c)) > 0 {
		t.Errorf("half a file is answered %d, and %d arrived", w.Code, len(uploads(t, c)))
	}
}

func TestAnUploadIsNeverRepeated(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"the connection breaks at once": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"the connection breaks after the file": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		},
		"Rocket.Chat fails":                     text(500, "application/json", `{"success":false}`),
		"a proxy says that Rocket.Chat is gone": text(502, "text/html", "x"),
		"sent elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/upload/elsewhere", http.StatusTemporaryRedirect)
		},
		"asked to come again": text(408, "text/html", "x"),
	} {
		t.Run(name, func(t *testing.T) {
			u := &liveUploads{answer: answer}
			server := liveBridge(t, u)
			req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/v1/room/files?room="+room, strings.NewReader(picture+strings.Repeat("x", 1<<20)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Origin": {site}, "X-Visitor-Token": {token}, "Content-Type": {"application/octet-stream"}, "X-File-Name": {"cat.png"}}
			res, err := server.Client().Do(req)
			if err == nil {
				if res.StatusCode < 500 {
					t.Errorf("answered %d", res.StatusCode)
				}
				_ = res.Body.Close() // nothing is wanted of it
			}
			if u.begun.Load() != 1 {
				t.Errorf("%d uploads were begun", u.begun.Load())
			}
		})
	}
}

// A drain reads what it is sent and answers when all is there, or when its
// caller has had enough.
type drain struct{ config http.RoundTripper }

func (d drain) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, "/upload/") {
		return d.config.RoundTrip(r)
	}
	end := make(chan error, 1)
	go func() { // ends with the body, which ends with the request
		_, err := io.Copy(io.Discard, r.Body)
		end <- err
	}()
	select {
	case err := <-end:
		if err == nil {
			<-r.Context().Done() // and never answers
			err = r.Context().Err()
		}
		return nil, err
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// A drip is a body that comes at so many bytes per second.
type drip struct {
	ctx  context.Context
	rate int
}

func (d drip) Read(p []byte) (int, error) {
	n := min(len(p), 8<<10)
	select {
	case <-time.After(time.Duration(n) * time.Second / time.Duration(d.rate)):
		return n, nil
	case <-d.ctx.Done():
		return 0, errors.New("closed")
	}
}

func TestSlowFilesAreGivenUp(t *testing.T) {
	for _, tt := range []struct {
		name     string
		length   int64
		drip     drip
		code     int
		from, to time.Duration
	}{
		{"three kilobytes a second", 10 << 20, drip{rate: 3 << 10}, 400, 15 * time.Second, 40 * time.Second},
		{"just fast enough, and then no answer", 1 << 20, drip{rate: 32 << 10}, 504, 33 * time.Second, 36 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, end := withCancel(t)
			defer end()
			tt.drip.ctx = ctx
			r := newRequest("POST", "/v1/room/files?room="+room, "", fileHeader...)
			head := picture + strings.Repeat("x", 256<<10)
			r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(head), tt.drip)), tt.length
			start := time.Now()
			w := serve(newBridge(t, drain{newChat()}), r)
			if took := time.Since(start); w.Code != tt.code || took < tt.from || took > tt.to {
				t.Errorf("%s: answered %d %s after %v", tt.name, w.Code, w.Body, took)
			}
		})
	}
}

func TestFilesInFlightAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := newChat()
		c.on("POST", "/api/v1/livechat/upload/"+room, func(w http.ResponseWriter, r *http.Request) {
			<-release
			ok(storedUpload)(w, r)
		})
		b := newBridge(t, c, func(o *bridge.Options) { o.Logf = nil })
		codes := make(chan int, 100)
		upload := func(address, times int) {
			for range times {
				go func() { // ends with release
					codes <- serve(b, from(address, newRequest("POST", "/v1/room/files?room="+room, picture, fileHeader...))).Code
				}()
			}
			synctest.Wait()
		}
		upload(0, 40)
		if len(codes) != 40-8 {
			t.Errorf("%d of 40 uploads of one address are turned away at once", len(codes))
		}
		upload(1, 8)
		upload(2, 8)
		upload(3, 6)
		upload(4, 8)
		if len(codes) != 40-8+6 {
			t.Errorf("%d uploads of five addresses are turned away at once", len(codes))
		}
		if w := ask(b, "GET", fileTarget, ""); w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("a download meanwhile: %d %v", w.Code, w.Header())
		}
		if w := ask(b, "POST", "/v1/room", `{}`); w.Code != 200 {
			t.Errorf("a room meanwhile: %d", w.Code)
		}
		close(release)
		synctest.Wait()
		if w := ask(b, "GET", fileTarget, ""); w.Code != 200 {
			t.Errorf("a download afterwards: %d", w.Code)
		}
	})
}
