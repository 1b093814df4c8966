package bundle

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"capsule/server/internal/send"
)

// How long browsers and caches may use a file without asking.
const (
	forever = "public, max-age=31536000, immutable"
	briefly = "public, max-age=300, stale-while-revalidate=86400"
	ask     = "no-cache"
)

// A file is one name of the bundle with its codings, ready to be sent.
type file struct {
	mime   []string // as a header has it
	page   bool
	plain  variant
	packed []variant // best first
	last   atomic.Pointer[choice]
}

type variant struct {
	coding string
	suffix string
	mime   string
	read   func() (*content, error) // the same each time
	etag   string
	head   *send.Head // but for type and length, and what only pages have
}

// A content is the bytes of a variant, with their length as a header has it.
type content struct {
	*send.Body
	length []string
}

func newContent(b []byte) *content {
	return &content{send.NewBody(b), []string{strconv.Itoa(len(b))}}
}

func newFile(plain variant, e entry, packed []variant) *file {
	f := &file{
		mime:   []string{e.Type},
		page:   strings.HasPrefix(e.Type, "text/html"),
		plain:  plain,
		packed: packed,
	}
	cache := briefly
	switch {
	case f.page:
		cache = ask
	case e.Immutable:
		cache = forever
	}
	head := []string{"Cache-Control", cache, "Vary", "Accept-Encoding"}
	if !f.page {
		head = append(head, "Access-Control-Allow-Origin", "*", "Cross-Origin-Resource-Policy", "cross-origin", "Timing-Allow-Origin", "*")
	}
	f.plain.head = send.NewHead(append(head, "ETag", plain.etag)...)
	for i, v := range packed {
		packed[i].head = send.NewHead(append(head, "ETag", v.etag, "Content-Encoding", v.coding)...)
	}
	return f
}

func (f *file) serve(w http.ResponseWriter, r *http.Request, policy string) {
	v := f.choose(r)
	body, err := v.read()
	if err != nil {
		refuse(w, http.StatusInternalServerError, "this file cannot be read")
		return
	}
	h := w.Header()
	if f.page {
		secure(h, policy)
	}
	switch {
	case v.coding == "":
		v.head.Set(h)
		h["Content-Type"] = f.mime
		// A range is of the plain bytes; ServeContent knows those rules.
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body.Bytes()))
	case matches(r.Header.Values("If-None-Match"), v.etag):
		v.head.Set(h)
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
	default:
		h["Content-Type"], h["Content-Length"] = f.mime, body.length
		body.Send(w, r, v.head)
	}
}

// A choice is what a caller who sent accept gets.
type choice struct {
	accept string
	variant
}

// maxAccept is the size of the largest Accept-Encoding whose choice is worth
// remembering. Browsers send some 30 bytes.
const maxAccept = 100

func (f *file) choose(r *http.Request) variant {
	if len(f.packed) == 0 || r.Header.Get("Range") != "" {
		return f.plain
	}
	accept := strings.Join(r.Header["Accept-Encoding"], ",")
	// Most callers are browsers, which all say the same.
	if last := f.last.Load(); last != nil && last.accept == accept {
		return last.variant
	}
	v := f.best(accept)
	if len(accept) <= maxAccept {
		f.last.Store(&choice{strings.Clone(accept), v})
	}
	return v
}

// best is the variant that a caller who sent accept likes best.
func (f *file) best(accept string) variant {
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
