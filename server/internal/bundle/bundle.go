// Package bundle serves the built widget: the loader, the wasm and its
// runtime, and Capsule's own pages.
//
// The rule of the package: a request never becomes a file name. What is served
// is found in the dist folder beforehand, by its manifest, and kept in a map of
// exact names, so a path that is not in the map is 404, however it is spelled.
package bundle

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Options say how a Site behaves. The zero value serves a fixed folder and
// lets pages talk to their own server only.
type Options struct {
	// Watch makes the Site look at manifest.json on each request and read
	// the folder again when it has changed, so that a reload in the browser
	// shows the last build.
	Watch bool
	// Sealed says that the folder is inside the program: it never changes, and
	// its files are those its manifest was made of. They are not read before
	// somebody asks for them.
	Sealed bool
	// NoPages answers 404 for pages: those of the demo are not for a server
	// that real agents are behind.
	NoPages bool
	// Connect are the addresses, besides their own server, that pages may
	// talk to: Rocket.Chat's, as browsers see it.
	Connect []string
	// Logf, if set, is told what a person who runs the server should know.
	Logf func(format string, args ...any)
}

// A Site is an http.Handler for one dist folder.
type Site struct {
	folder  fs.FS
	watch   bool
	noPages bool
	policy  string
	logf    func(string, ...any)
	state   atomic.Pointer[state]
}

// state is what one reading of the folder found. It is never changed.
type state struct {
	manifest mark
	version  string
	files    map[string]*file // nil: nothing has been built
}

type mark struct {
	modified time.Time
	size     int64
}

// New reads folder. A folder without manifest.json is not an error: the Site
// then says on / how to build one. A folder that contradicts its manifest is.
func New(folder fs.FS, o Options) (*Site, error) {
	s := &Site{folder: folder, watch: o.Watch, noPages: o.NoPages, policy: policy(o.Connect), logf: o.Logf}
	if s.logf == nil {
		s.logf = func(string, ...any) {}
	}
	st, err := read(folder, o.Sealed)
	if err != nil {
		return nil, err
	}
	s.state.Store(st)
	return s, nil
}

// Version names the build being served; "" when there is none.
func (s *Site) Version() string { return s.state.Load().version }

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", "GET, HEAD")
		h.Set("Access-Control-Allow-Headers", "Range")
		h.Set("Access-Control-Max-Age", "7200")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, "only GET and HEAD")
		return
	}
	st := s.current()
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		if st.files == nil {
			refuse(w, http.StatusServiceUnavailable, "Capsule has not been built yet: run ./build.sh")
			return
		}
		name = "index.html"
	}
	f := st.files[name]
	if f == nil || f.page && s.noPages {
		refuse(w, http.StatusNotFound, "not found")
		return
	}
	f.serve(w, r, s.policy)
}

func (s *Site) current() *state {
	old := s.state.Load()
	if !s.watch {
		return old
	}
	m, err := look(s.folder)
	if err != nil || m == old.manifest {
		return old
	}
	st, err := read(s.folder, false)
	if err != nil {
		// A build is being written: the last whole one is better than half.
		s.logf("bundle: keeping the last build: %v", err)
		return old
	}
	s.state.Store(st)
	s.logf("bundle: now serving build %s", st.version)
	return st
}

func look(folder fs.FS) (mark, error) {
	info, err := fs.Stat(folder, manifestName)
	if err != nil {
		return mark{}, err
	}
	return mark{info.ModTime(), info.Size()}, nil
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, why)
}
