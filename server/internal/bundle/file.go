package bundle

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How long browsers and caches may use a file without asking.
const (
	forever = "public, max-age=31536000, immutable"
	briefly = "public, max-age=300, stale-while-revalidate=86400"
	ask     = "no-cache"
)

// A file is one name of the bundle with its codings, ready to be sent.
type file struct {
	mime   string
	cache  string
	page   bool
	plain  variant
	packed []variant // best first
}

type variant struct {
	coding string
	suffix string
	mime   string
	body   func() ([]byte, error)
	etag   string
}

func newFile(plain variant, e entry, packed []variant) *file {
	f := &file{
		mime:   e.Type,
		cache:  briefly,
		page:   strings.HasPrefix(e.Type, "text/html"),
		plain:  plain,
		packed: packed,
	}
	switch {
	case f.page:
		f.cache = ask
	case e.Immutable:
		f.cache = forever
	}
	return f
}

func (f *file) serve(w http.ResponseWriter, r *http.Request, policy string) {
	v := f.choose(r)
	body, err := v.body()
	if err != nil {
		refuse(w, http.StatusInternalServerError, "this file cannot be read")
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", f.cache)
	h.Set("Vary", "Accept-Encoding")
	if f.page {
		secure(h, policy)
	} else {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Timing-Allow-Origin", "*")
	}
	h.Set("ETag", v.etag)
	if v.coding == "" {
		// A range is of the plain bytes; ServeContent knows those rules.
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
		return
	}
	h.Set("Content-Encoding", v.coding)
	if matches(r.Header.Values("If-None-Match"), v.etag) {
		h.Del("Content-Type")
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // a caller who hangs up is no news
}

func (f *file) choose(r *http.Request) variant {
	if len(f.packed) == 0 || r.Header.Get("Range") != "" {
		return f.plain
	}
	accept := strings.Join(r.Header.Values("Accept-Encoding"), ",")
	best, top := f.plain, quality(accept, "identity")
	for _, v := range f.packed {
		q := quality(accept, v.coding)
		if q > 0 && (q > top || q == top && best.coding == "") {
			best, top = v, q
		}
	}
	return best
}

// quality is how much a caller who sent accept wants coding, in thousandths.
// A coding named neither by name nor by * is unwanted, but for identity, which
// is then the last resort.
func quality(accept, coding string) int {
	named, star := -1, -1
	for item := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "x-gzip" {
			name = "gzip"
		}
		if name != coding && name != "*" {
			continue
		}
		q := 1000
		key, value, given := strings.Cut(strings.TrimSpace(params), "=")
		if given && strings.EqualFold(strings.TrimSpace(key), "q") {
			f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(f >= 0 && f <= 1) {
				f = 0 // a preference we cannot read is none
			}
			q = int(f * 1000)
		}
		if name == coding {
			named = max(named, q)
		} else {
			star = max(star, q)
		}
	}
	switch {
	case named >= 0:
		return named
	case coding == "identity":
		return 0
	}
	return max(star, 0)
}

// matches reports whether an If-None-Match header names tag. Weak and strong
// tags count alike there.
func matches(header []string, tag string) bool {
	for _, item := range strings.Split(strings.Join(header, ","), ",") {
		item = strings.TrimSpace(item)
		if item == "*" || strings.TrimPrefix(item, "W/") == tag {
			return true
		}
	}
	return false
}
