//go:build linux

package main

import (
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"time"
)

// bare is net/http with nothing around it: the same answers out of memory, and
// the library's own reverse proxy. Where it is ahead of our server we lose
// time; where nginx is ahead of it the library does.
func bare(dist string) func(folder string, files site) (*contender, error) {
	return func(_ string, files site) (*contender, error) {
		self, err := os.Executable()
		return &contender{name: "bare", files: files, command: func(addr, stub string) ([]string, error) {
			return []string{self, "-bare", addr, "-dist", dist, "-chat", stub}, nil
		}}, err
	}
}

// serveBare is that server, with the bundle in dist and the stub at chat. It
// ends with the program that started it.
func serveBare(addr, dist, chat string) error {
	files, bodies, err := readSite(dist)
	if err != nil {
		return err
	}
	heads := map[string]http.Header{files.loader.path: headOf(files.loader), files.bundle.path: headOf(files.bundle)}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: chat})
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	s := &http.Server{
		Addr: addr, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			head, ok := heads[r.URL.Path]
			if !ok {
				proxy.ServeHTTP(w, r)
				return
			}
			maps.Copy(w.Header(), head)
			_, _ = w.Write(bodies[r.URL.Path[1:]+".br"]) // who hangs up has had enough
		}),
	}
	return s.ListenAndServe()
}

// headOf is the head of f, of the same headers as our server's.
func headOf(f served) http.Header {
	h := http.Header{"Content-Type": {f.mime}, "Content-Length": {strconv.FormatInt(f.size, 10)}, "Content-Encoding": {"br"}, "Etag": {`"000000000000000000000000"`}, "X-Request-Id": {"AAAAAAAAAAAAAAAAAAAAAAAAAA"}}
	for _, line := range ofFiles {
		h[line[0]] = []string{line[1]}
	}
	return h
}
