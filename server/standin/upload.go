package standin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif"  // dimensions of uploads
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// A file somebody uploaded.
type file struct {
	id, name, kind, rid string
	data                []byte
}

func postUpload(q *request) (any, error) {
	v, r, err := q.s.own(q.r.Header.Get("X-Visitor-Token"), q.path["rid"])
	if err != nil || !r.open {
		return nil, answer(http.StatusForbidden, doc{"success": false, "error": "unauthorized"})
	}
	if !q.s.set.FileUpload && q.s.since(6) {
		return nil, answer(http.StatusBadRequest, doc{"reason": "error-file-upload-disabled", "success": false})
	}
	f, description, err := q.s.readUpload(q)
	if err != nil {
		return nil, err
	}
	f.id, f.rid = q.s.docID(), r.id
	q.s.files[f.id] = f
	m, err := q.s.write(v, r, "", "", q.s.attached(f, description))
	if err != nil {
		return nil, err
	}
	if q.s.opt.Mode == V3 {
		return doc{}, nil
	}
	d := with(m.doc(), "newRoom", false, "showConnecting", q.s.set.Routing == ManualSelection)
	q.publicFile(d)
	return d, nil
}

// readUpload takes the one file of a form, or tells what is wrong with it.
func (s *Server) readUpload(q *request) (*file, string, error) {
	kind, params, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return nil, "", script("Unsupported content type: " + kind)
	}
	form := multipart.NewReader(bytes.NewReader(q.raw), params["boundary"])
	var f *file
	var description string
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, "", script("Unexpected end of form")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, "", script("Unexpected end of form")
		}
		name := part.FileName()
		switch {
		case name == "":
			if part.FormName() == "description" {
				description = string(data)
			}
		case part.FormName() != "file":
			if s.opt.Mode == V3 {
				return nil, "", errNeverAnswered
			}
			return nil, "", meteor("invalid-field", "")
		case f != nil:
			return nil, "", script("Just 1 file is allowed")
		default:
			f = &file{name: name, kind: part.Header.Get("Content-Type"), data: data}
		}
	}
	switch {
	case f == nil && s.opt.Mode == V3:
		return nil, "", script("File required")
	case f == nil:
		return nil, "", meteor("No file uploaded", "")
	case strings.HasPrefix(f.kind, "image/svg"):
		return nil, "", answer(http.StatusBadRequest, doc{"reason": "error-type-not-allowed", "success": false})
	case len(f.data) == 0:
		return nil, "", meteor("file-too-small", "File size (size = 0) is too small (min = 1)")
	case int64(len(f.data)) > s.set.MaxFileSize:
		return nil, "", s.tooLarge()
	}
	if f.kind == "" {
		f.kind = "text/plain"
	}
	return f, description, nil
}

// errNeverAnswered is what a 3.x server does with a wrong field name: nothing,
// for ever.
var errNeverAnswered = answer(0, nil)

func (s *Server) tooLarge() error {
	switch {
	case s.since(8):
		return meteor("error-file-too-large", "File size exceeds the allowed limit")
	case s.since(6):
		return meteor("error-file-too-large", "")
	}
	return answer(http.StatusBadRequest, doc{"reason": "error-size-not-allowed",
		"sizeAllowed": fmt.Sprintf("%d B", s.set.MaxFileSize), "success": false})
}

// attached are the properties of the message that carries a file.
func (s *Server) attached(f *file, description string) doc {
	link := "/file-upload/" + f.id + "/" + url.PathEscape(f.name)
	a := doc{"title": f.name, "type": "file", "title_link": link, "title_link_download": true}
	if s.since(6) {
		a["ts"] = "1970-01-01T00:00:00.000Z"
	}
	if description != "" {
		a["description"] = description
		if s.since(6) {
			a["descriptionMd"] = markup(description)
		}
	}
	switch family, _, _ := strings.Cut(f.kind, "/"); family {
	case "image", "audio", "video":
		a[family+"_url"], a[family+"_type"], a[family+"_size"] = link, f.kind, len(f.data)
		if c, _, err := image.DecodeConfig(bytes.NewReader(f.data)); err == nil && family == "image" {
			a["image_dimensions"] = doc{"width": c.Width, "height": c.Height}
			a["image_preview"] = base64.StdEncoding.EncodeToString(f.data[:min(len(f.data), 4096)])
		}
	}
	short := doc{"_id": f.id, "name": f.name, "type": f.kind}
	d := doc{"file": short, "attachments": []any{a}}
	if s.since(6) {
		d["files"] = []any{short}
	}
	return d
}

// publicFile adds the signed link that only REST tells.
func (q *request) publicFile(d doc) {
	short, _ := d["file"].(doc)
	f := q.s.files[str(short["_id"])]
	if f == nil {
		return
	}
	d["fileUpload"] = doc{"type": f.kind, "size": len(f.data),
		"publicFilePath": q.s.site(q.r) + "/file-upload/" + f.id + "/" + url.PathEscape(f.name) + "?token=" + q.s.ticket(f)}
}

// ticket opens one file without other credentials.
func (s *Server) ticket(f *file) string { return "stand-in." + f.id + ".ticket" }

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.received(Received{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone()})
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var f *file
	if len(parts) == 3 {
		f = s.files[parts[1]]
	}
	allowed := f != nil && (!s.set.ProtectFiles || s.mayRead(r, f))
	s.unlock()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	switch {
	case f == nil:
		w.WriteHeader(http.StatusNotFound)
	case !allowed:
		w.WriteHeader(http.StatusForbidden)
	default:
		w.Header().Set("Content-Type", f.kind)
		w.Header().Set("Cache-Control", "max-age=31536000")
		w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.name))
		_, _ = w.Write(f.data) // the reader is gone otherwise
	}
}

func (s *Server) mayRead(r *http.Request, f *file) bool {
	ask := func(key string) string {
		if v := r.URL.Query().Get(key); v != "" {
			return v
		}
		if c, err := r.Cookie(key); err == nil {
			return c.Value
		}
		return ""
	}
	if ask("token") == s.ticket(f) {
		return true
	}
	room := s.room(f.rid)
	if ask("rc_room_type") != "l" || room == nil {
		return false
	}
	return ask("rc_token") == room.token && (!s.since(8) || ask("rc_rid") == room.id)
}

func (s *Server) serveAvatar(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/avatar/")
	letter := "?"
	if name != "" {
		letter = strings.ToUpper(string([]rune(name)[:1]))
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "image/svg+xml")
	if s.opt.Mode == V3 {
		w.Header().Set("Cache-Control", "public, max-age=3600")
	}
	fmt.Fprintf(w, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 200\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#6C727A\"/>\n"+
		"<text x=\"50%%\" y=\"50%%\" dy=\"0.36em\" text-anchor=\"middle\" fill=\"#ffffff\" font-family=\"sans-serif\" font-size=\"125\">%s</text>\n</svg>",
		strings.NewReplacer("<", "&lt;", "&", "&amp;").Replace(letter))
}
