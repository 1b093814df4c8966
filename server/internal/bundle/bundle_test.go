package bundle_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/brotli"

	"capsule/server/internal/bundle"
)

// dist makes a folder as the build writes it, every file packed both ways.
func dist(version string, files map[string]string) fstest.MapFS {
	type entry struct {
		Type      string `json:"type"`
		Size      int    `json:"size"`
		Hash      string `json:"hash"`
		Immutable bool   `json:"immutable"`
		Gzip      bool   `json:"gzip"`
		Brotli    bool   `json:"brotli"`

		GzipHash   string `json:"gzipHash"`
		BrotliHash string `json:"brotliHash"`
	}
	types := map[string]string{".wasm": "application/wasm", ".js": "text/javascript; charset=utf-8", ".html": "text/html; charset=utf-8"}
	list := map[string]entry{}
	folder := fstest.MapFS{}
	for name, text := range files {
		sum := sha256.Sum256([]byte(text))
		e := entry{
			Size: len(text), Hash: base64.StdEncoding.EncodeToString(sum[:]),
			Immutable: strings.Contains(name, "-"), Gzip: true, Brotli: true,
		}
		for suffix, mime := range types {
			if strings.HasSuffix(name, suffix) {
				e.Type = mime
			}
		}
		folder[name] = &fstest.MapFile{Data: []byte(text)}
		var gz, br bytes.Buffer
		zw, bw := gzip.NewWriter(&gz), brotli.NewWriter(&br)
		_, _ = zw.Write([]byte(text))
		_, _ = bw.Write([]byte(text))
		_, _ = zw.Close(), bw.Close()
		folder[name+".gz"] = &fstest.MapFile{Data: gz.Bytes()}
		folder[name+".br"] = &fstest.MapFile{Data: br.Bytes()}
		gzSum, brSum := sha256.Sum256(gz.Bytes()), sha256.Sum256(br.Bytes())
		e.GzipHash, e.BrotliHash = base64.StdEncoding.EncodeToString(gzSum[:]), base64.StdEncoding.EncodeToString(brSum[:])
		list[name] = e
	}
	text, _ := json.Marshal(map[string]any{"version": version, "files": list})
	folder["manifest.json"] = &fstest.MapFile{Data: text, ModTime: time.Unix(int64(len(version)), 0)}
	folder["secret.txt"] = &fstest.MapFile{Data: []byte("not listed")}
	return folder
}

var built = map[string]string{
	"index.html":         "<!doctype html><title>demo</title>",
	"desk.html":          "<!doctype html><title>desk</title>",
	"capsule.js":         "// the loader",
	"capsule-0a1b.wasm":  "\x00asm" + strings.Repeat("wasm", 500),
	"runtime-0a1b.js":    "// the runtime",
	"locale/de-0a1b.txt": "hello = Hallo",
}

func open(t *testing.T, folder fstest.MapFS, o bundle.Options) *bundle.Site {
	t.Helper()
	s, err := bundle.New(folder, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(s http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, "http://capsule.test/", nil)
	r.URL.Path = target // as it is: no cleaning on the way
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	var r io.Reader = res.Body
	switch res.Header.Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		zr, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = zr
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHeadersOfEachKind(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{Connect: []string{"https://chat.example", "wss://chat.example"}})
	for _, tt := range []struct{ name, path, mime, cache, share string }{
		{"the loader may be five minutes old", "/capsule.js", "text/javascript; charset=utf-8", "public, max-age=300, stale-while-revalidate=86400", "*"},
		{"a hashed name never changes", "/capsule-0a1b.wasm", "application/wasm", "public, max-age=31536000, immutable", "*"},
		{"a type the manifest leaves out", "/locale/de-0a1b.txt", "text/plain; charset=utf-8", "public, max-age=31536000, immutable", "*"},
		{"a page is asked for each time", "/desk.html", "text/html; charset=utf-8", "no-cache", ""},
		{"the root is the index", "/", "text/html; charset=utf-8", "no-cache", ""},
		{"a packed twin under its own name", "/capsule-0a1b.wasm.gz", "application/gzip", "public, max-age=31536000, immutable", "*"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := get(s, "GET", tt.path)
			h := res.Header
			if res.StatusCode != 200 || h.Get("Content-Type") != tt.mime || h.Get("Cache-Control") != tt.cache || h.Get("Access-Control-Allow-Origin") != tt.share {
				t.Errorf("status %d, headers %v", res.StatusCode, h)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Vary") != "Accept-Encoding" || h.Get("ETag") == "" {
				t.Errorf("nosniff, Vary or ETag is missing: %v", h)
			}
			csp := h.Get("Content-Security-Policy")
			if page := tt.share == ""; page != (csp != "") {
				t.Errorf("Content-Security-Policy = %q", csp)
			} else if page && (!strings.Contains(csp, "connect-src 'self' https://chat.example wss://chat.example;") ||
				!strings.Contains(csp, "; img-src 'self';") || strings.Contains(csp, "unsafe-inline")) {
				t.Errorf("Content-Security-Policy = %q", csp)
			}
		})
	}
}

func TestPagesAreLockedDown(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{})
	page := get(s, "GET", "/desk.html").Header
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "SAMEORIGIN",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Origin-Agent-Cluster":         "?1",
		"Referrer-Policy":              "strict-origin-when-cross-origin",
	} {
		if got := page.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, feature := range []string{"camera", "microphone", "geolocation", "display-capture", "payment", "usb"} {
		if !strings.Contains(page.Get("Permissions-Policy"), feature+"=()") {
			t.Errorf("a page may use %s: %s", feature, page.Get("Permissions-Policy"))
		}
	}
	csp := map[string]bool{}
	for _, d := range strings.Split(page.Get("Content-Security-Policy"), "; ") {
		csp[d] = true
	}
	for _, want := range []string{
		"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
		"form-action 'self'", "frame-ancestors 'self'", "require-trusted-types-for 'script'",
	} {
		if !csp[want] {
			t.Errorf("the policy lacks %q: %v", want, csp)
		}
	}
	for _, res := range []*http.Response{get(s, "GET", "/nothing"), get(s, "POST", "/desk.html")} {
		h := res.Header
		if h.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("a refusal has %v", h)
		}
	}
}

func TestCodingIsChosenByQuality(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{})
	for _, tt := range []struct{ name, accept, want string }{
		{"nothing asked", "", ""},
		{"what browsers send", "gzip, deflate, br, zstd", "br"},
		{"no brotli over plain http", "gzip, deflate", "gzip"},
		{"the higher quality wins", "br;q=0.5, gzip;q=0.8", "gzip"},
		{"brotli on a tie", "gzip;q=0.8, br;q=0.8", "br"},
		{"zero means no", "br;q=0, gzip", "gzip"},
		{"zero for all", "br;q=0, gzip;q=0", ""},
		{"a star is anything", "*", "br"},
		{"a star but no brotli", "br;q=0, *;q=0.3", "gzip"},
		{"identity preferred", "identity, br;q=0.9", ""},
		{"identity less", "identity;q=0.2, gzip;q=0.3", "gzip"},
		{"identity refused", "identity;q=0, gzip", "gzip"},
		{"everything refused: plain, rather than nothing", "*;q=0", ""},
		{"case and spaces", "  BR ; q=0.4 ,GZip; Q=0.9", "gzip"},
		{"the old name of gzip", "x-gzip", "gzip"},
		{"an unreadable quality is none", "br;q=high, gzip", "gzip"},
		{"unknown codings", "zstd, compress", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := get(s, "GET", "/capsule-0a1b.wasm", "Accept-Encoding", tt.accept)
			if got := res.Header.Get("Content-Encoding"); got != tt.want {
				t.Errorf("Accept-Encoding %q gives %q, want %q", tt.accept, got, tt.want)
			}
			if got := body(t, res); got != built["capsule-0a1b.wasm"] {
				t.Errorf("the body is %d bytes of something else", len(got))
			}
		})
	}
}

func TestNotModifiedHeadAndRange(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{})
	tags := map[string]bool{}
	for _, coding := range []string{"br", "gzip", "identity"} {
		first := get(s, "GET", "/capsule-0a1b.wasm", "Accept-Encoding", coding)
		tag := first.Header.Get("ETag")
		if tags[tag] || strings.HasPrefix(tag, "W/") {
			t.Errorf("the ETag of %s is %s, which is weak or another coding's", coding, tag)
		}
		tags[tag] = true
		for _, header := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			res := get(s, "GET", "/capsule-0a1b.wasm", "Accept-Encoding", coding, "If-None-Match", header)
			if res.StatusCode != 304 || body(t, res) != "" || res.Header.Get("ETag") != tag || res.Header.Get("Cache-Control") == "" {
				t.Errorf("%s with If-None-Match %s: %d %v", coding, header, res.StatusCode, res.Header)
			}
		}
		if res := get(s, "GET", "/capsule-0a1b.wasm", "Accept-Encoding", coding, "If-None-Match", `"x"`); res.StatusCode != 200 {
			t.Errorf("%s with another tag: %d", coding, res.StatusCode)
		}
		head := get(s, "HEAD", "/capsule-0a1b.wasm", "Accept-Encoding", coding)
		b, _ := io.ReadAll(head.Body)
		if len(b) != 0 || head.Header.Get("Content-Length") != first.Header.Get("Content-Length") || head.Header.Get("Content-Length") == "" {
			t.Errorf("HEAD as %s: %d bytes, headers %v", coding, len(b), head.Header)
		}
	}
	res := get(s, "GET", "/capsule-0a1b.wasm", "Accept-Encoding", "br", "Range", "bytes=1-3")
	if got := body(t, res); res.StatusCode != 206 || got != "asm" || res.Header.Get("Content-Encoding") != "" {
		t.Errorf("a range: %d %q %v", res.StatusCode, got, res.Header)
	}
	if res := get(s, "GET", "/capsule-0a1b.wasm", "Range", "bytes=99999-"); res.StatusCode != 416 {
		t.Errorf("a range past the end: %d", res.StatusCode)
	}
}

func TestOtherMethods(t *testing.T) {
	s := open(t, dist("1", built), bundle.Options{})
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"} {
		if res := get(s, method, "/capsule.js"); res.StatusCode != 405 || res.Header.Get("Allow") == "" {
			t.Errorf("%s: %d", method, res.StatusCode)
		}
	}
	res := get(s, "OPTIONS", "/capsule.js", "Origin", "https://a.example", "Access-Control-Request-Method", "GET")
	if res.StatusCode != 204 || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("preflight: %d %v", res.StatusCode, res.Header)
	}
}
