package bridge_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFileIsHandedOut(t *testing.T) {
	for _, tt := range []struct {
		name, file, mime, wantType, wantName string
	}{
		{"a picture", "cat.png", "image/png", "image/png", "attachment; filename=cat.png"},
		{"a picture with parameters", "cat.png", "image/png; charset=x", "image/png", "attachment; filename=cat.png"},
		{"text", "notes.txt", "text/plain; charset=utf-8", "text/plain", "attachment; filename=notes.txt"},
		{"a name in other scripts", "図 1.pdf", "application/pdf", "application/pdf", "attachment; filename*=utf-8''%E5%9B%B3%201.pdf"},
		{"a name full of what means something elsewhere", "a%2e%2e;b?c#d&e=f.png", "image/png", "image/png", "attachment; filename=a_2e_2e_b_c_d_e_f.png"},
		{"a picture that calls itself a page", "x.html", "image/png", "image/png", "attachment; filename=x.html.png"},
		{"SVG is for saving only", "x.svg", "image/svg+xml", "application/octet-stream", "attachment; filename=x.svg"},
		{"HTML is for saving only", "x.html", "text/html", "application/octet-stream", "attachment; filename=x.html"},
		{"XML is for saving only", "x.xml", "application/xml", "application/octet-stream", "attachment; filename=x.xml"},
		{"JavaScript is for saving only", "x.js", "text/javascript", "application/octet-stream", "attachment; filename=x.js"},
		{"an agent's document", "offer.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/octet-stream", "attachment; filename=offer.docx"},
		{"no type", "x", "", "application/octet-stream", "attachment; filename=x"},
		{"nonsense for a type", "x", "image/png; =;", "application/octet-stream", "attachment; filename=x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("GET", "/file-upload/"+fileID+"/"+tt.file, attachment(tt.mime, "\x89content"))
			w := ask(newBridge(t, c), "GET", "/v1/room/files?room="+room+"&id="+fileID+"&name="+strings.ReplaceAll(escape(tt.file), "&", "%26"), "")
			if w.Code != 200 || w.Body.String() != "\x89content" {
				t.Fatalf("answered %d %q", w.Code, w.Body)
			}
			want := http.Header{
				"Content-Type": {tt.wantType}, "Content-Disposition": {tt.wantName}, "Content-Length": {"8"}, "Content-Security-Policy": {"default-src 'none'; sandbox"},
				"X-Content-Type-Options": {"nosniff"}, "Cache-Control": {"no-store"}, "Vary": {"Origin"}, "Access-Control-Allow-Origin": {site},
				"Access-Control-Expose-Headers": {"Retry-After, Content-Disposition"},
			}
			if got := w.Header(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("headers\n%v, want\n%v", got, want)
			}
			a := c.asked[0]
			if q := a.query; q.Get("rc_rid") != room || q.Get("rc_token") != token || q.Get("rc_room_type") != "l" || len(q) != 3 || a.host != "chat.internal" {
				t.Errorf("asked %q with %v", a.host, q)
			}
		})
	}
}

func TestWhatBecomesOfADownload(t *testing.T) {
	for _, tt := range []struct {
		name   string
		h      http.HandlerFunc
		config string
		code   int
		want   string
	}{
		{"there is no such file", text(404, "text/html", "sEcReT"), "", 404, `{"error":"not-found"}`},
		{"the file is not for this visitor", text(403, "", "sEcReT"), "", 404, `{"error":"not-found"}`},
		{"nobody has the token", text(403, "", ""), plainConfig, 401, `{"error":"invalid-token"}`},
		{"too many", text(429, "text/html", ""), "", 429, `{"error":"rate-limited","retryAfter":60}`},
		{"a page instead", text(200, "text/html", "<!DOCTYPE html>sEcReT"), "", 502, `{"error":"upstream"}`},
		{"kept elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/sEcReT", http.StatusFound)
		}, "", 502, `{"error":"upstream"}`},
		{"part of a file", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", "attachment")
			text(206, "image/png", "sEcReT")(w, r)
		}, "", 502, `{"error":"upstream"}`},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			attachment("image/png", "sEcReT")(w, r)
		}, "", 502, `{"error":"upstream"}`},
		{"a failure", text(500, "application/json", `{"sEcReT":1}`), "", 502, `{"error":"upstream"}`},
		{"too large", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment")
			_, _ = io.WriteString(w, strings.Repeat("x", 32<<20+1))
		}, "", 413, `{"error":"refused","reason":"too-large"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newChat()
			c.on("GET", "/file-upload/"+fileID+"/cat.png", func(w http.ResponseWriter, r *http.Request) {
				tt.h(w, r)
			})
			if tt.config != "" {
				c.on("GET", "/api/v1/livechat/config", ok(tt.config))
			}
			w := ask(newBridge(t, sizing{c}), "GET", fileTarget, "")
			if w.Code != tt.code || strings.Contains(fmt.Sprint(w.Header(), w.Body), "sEcReT") || w.Header().Get("Content-Security-Policy") != "" {
				t.Errorf("answered %d %v %s, want %d", w.Code, w.Header(), w.Body, tt.code)
			}
			same(t, w.Body.String(), tt.want)
		})
	}
}

// sizing says how long an answer is, as a server with a real socket does.
type sizing struct{ *chat }

func (s sizing) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.chat.RoundTrip(r)
	if err == nil && res.ContentLength < 0 {
		body, _ := io.ReadAll(res.Body)
		res.ContentLength, res.Body = int64(len(body)), io.NopCloser(strings.NewReader(string(body)))
	}
	return res, err
}

// A torn file, and one that goes on for ever, end as what they are: an answer
// that breaks off.
func TestHalfAFileIsNotAWholeOne(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"torn": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment")
			w.Header().Set("Content-Length", "1000000")
			_, _ = io.WriteString(w, strings.Repeat("x", 500_000))
			panic(http.ErrAbortHandler)
		},
		"without an end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment")
			piece := make([]byte, 64<<10)
			for {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := liveBridge(t, h)
			req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+fileTarget, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Visitor-Token", token)
			res, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			n, err := io.Copy(io.Discard, res.Body)
			if err == nil || n > 32<<20+1 {
				t.Errorf("%d bytes came as if they were all, %v", n, err)
			}
		})
	}
}

// never is an answer of which the headers or the body do not come.
type never struct{ headers bool }

func (n never) RoundTrip(r *http.Request) (*http.Response, error) {
	if !n.headers {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{"Content-Disposition": {"attachment"}}, ContentLength: -1, Body: silence{r.Context()}, Request: r}, nil
}

func TestAFileIsNotWaitedForForEver(t *testing.T) {
	for upstream, patience := range map[never]time.Duration{{headers: false}: 10 * time.Second, {headers: true}: 15 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			w := ask(newBridge(t, upstream), "GET", fileTarget, "")
			if took := time.Since(start); took > patience+time.Second || w.Code != 504 || w.Header().Get("Content-Disposition") != "" {
				t.Errorf("answered %d %v after %v", w.Code, w.Header(), took)
			}
			same(t, w.Body.String(), `{"error":"unavailable"}`)
		})
	}
}

func TestAFileNeedsAToken(t *testing.T) {
	c := newChat()
	if w := ask(newBridge(t, c), "GET", fileTarget, "", "X-Visitor-Token", "-"); w.Code != 401 || len(c.calls()) > 0 {
		t.Errorf("answered %d, asked %q", w.Code, c.calls())
	}
	if w := ask(newBridge(t, c), "GET", fileTarget, "", "Range", "bytes=1-", "If-None-Match", "x"); w.Code != 200 || w.Body.String() != picture {
		t.Errorf("with headers of no use: %d", w.Code)
	}
	if h := c.asked[0].header; slices.Contains(h["Range"], "bytes=1-") || h.Get("If-None-Match") != "" || h.Get("Accept-Encoding") != "identity" {
		t.Errorf("asked with %v", h)
	}
}
