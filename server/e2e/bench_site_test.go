package e2e_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"capsule/server/internal/app"
	"capsule/server/standin"
)

// The tags as the widgets' makers give them to sites.
const (
	capsuleTag  = `<script async src="%s/capsule.js" data-load="%s"></script>`
	officialTag = `<script>
(function (w, d, s, u) {
	w.RocketChat = function (c) { w.RocketChat._.push(c) }; w.RocketChat._ = []; w.RocketChat.url = u;
	var h = d.getElementsByTagName(s)[0], j = d.createElement(s);
	j.async = true; j.src = u + '/rocketchat-livechat.min.js?_=201903270000';
	h.parentNode.insertBefore(j, h);
})(window, document, 'script', '%s/livechat');
</script>`
)

// A peer is the official widget's build, as Rocket.Chat's server would
// serve it.
type peer struct {
	folder  string
	version string

	mu     sync.Mutex
	packed map[string][]byte // by path, of files
}

// A stage is a world with a page for each widget, alike but for the tag.
type stage struct {
	*world
	tag     string
	url     string // of Rocket.Chat
	capsule string // of Capsule's server
}

// setUp makes a world of its own for one visit.
func setUp(t *testing.T, official *peer, c conditions) *stage {
	t.Helper()
	o := standin.Options{Agents: []standin.Agent{{Username: "sam", Name: "Sam Okafor"}}}
	if official != nil {
		o.WidgetDir = official.folder
	}
	s := &stage{world: &world{t: t, chat: standin.New(o)}}
	var handler http.Handler = s.chat
	if official != nil {
		handler = official.compress(s.chat)
	}
	if c.slow {
		direct := httptest.NewServer(s.chat)
		t.Cleanup(direct.Close)
		handler = lag(direct.Listener.Addr().String(), handler)
	}
	rocket := httptest.NewServer(handler)
	s.url = rocket.URL
	s.site = httptest.NewServer(http.HandlerFunc(s.page))
	s.app = &app.App{Logf: func(string, ...any) {}}
	flags := []string{"-addr", "127.0.0.1:0", "-rocketchat", rocket.URL, "-origin", s.site.URL, "-assets", dist, "-rate", "0"}
	if err := s.app.ParseFlags(flags, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	if err := s.app.Run(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.capsule = s.app.URL()
	if c.slow {
		handler, err := hesitate(s.capsule)
		if err != nil {
			t.Fatal(err)
		}
		front := httptest.NewServer(handler)
		t.Cleanup(front.Close)
		s.capsule = front.URL
	}
	t.Cleanup(func() {
		s.chat.Close()
		rocket.CloseClientConnections()
		rocket.Close()
		s.site.Close()
		_ = s.app.Close() // the next visit has its own
	})
	s.sam = s.chat.Agent("sam")
	s.sam.Online(true)
	return s
}

func (s *stage) page(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(rw, `<!doctype html>
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>A shop</title>
</head>
<body>
<h1>A shop</h1>
<p style="height: 2000px">Things to buy.</p>
%s
</body>
</html>
`, s.tag)
}

// compress does what Rocket.Chat's server does: gzip at its usual level for
// every answer of a kilobyte or more that is text. Files are compressed once,
// as by a proxy in front of it.
func (o *peer) compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(rw, r)
			return
		}
		answer := httptest.NewRecorder()
		r.Header.Del("Range")
		next.ServeHTTP(answer, r)
		body, header := answer.Body.Bytes(), rw.Header()
		for name, values := range answer.Header() {
			header[name] = values
		}
		if kind := header.Get("Content-Type"); len(body) >= 1024 && (strings.Contains(kind, "text/") || strings.Contains(kind, "java") || strings.Contains(kind, "json")) {
			body = o.pack(r.URL.Path, body)
			header.Del("Content-Length")
			header.Set("Content-Encoding", "gzip")
			header.Add("Vary", "Accept-Encoding")
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(body) // the reader is gone otherwise
	})
}

func (o *peer) pack(name string, body []byte) []byte {
	file := strings.HasPrefix(name, "/livechat/")
	if file {
		o.mu.Lock()
		defer o.mu.Unlock()
		if done := o.packed[name]; done != nil {
			return done
		}
	}
	var to bytes.Buffer
	w := gzip.NewWriter(&to)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	if file {
		o.packed[name] = to.Bytes()
	}
	return to.Bytes()
}

// warm compresses the files beforehand.
func (o *peer) warm() error {
	o.packed = map[string][]byte{}
	files, err := filepath.Glob(filepath.Join(o.folder, "*.*s")) // .js and .css
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		o.pack("/livechat/"+filepath.Base(file), body)
	}
	return err
}
