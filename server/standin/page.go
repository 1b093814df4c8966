package standin

import (
	"net/http"
	"os"
	"path"
	"strings"
)

// chime returns an MP3 of a moment's silence: an empty tag and frames of
// MPEG-1 layer III, 128 kbit/s at 44.1 kHz, with nothing in them.
func chime() []byte {
	b := []byte("ID3\x03\x00\x00\x00\x00\x00\x00")
	for range 8 {
		frame := make([]byte, 417)
		copy(frame, "\xff\xfb\x90\x00")
		b = append(b, frame...)
	}
	return b
}

// servePage serves the few other paths: the notification sound, the official
// widget if there is a build of it, and the web app for all others.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	switch {
	case r.URL.Path == "/sounds/chime.mp3":
		h.Set("Content-Type", "audio/mpeg")
		h.Set("Cache-Control", "public, max-age=0")
		_, _ = w.Write(chime()) // the reader is gone otherwise
	case s.opt.WidgetDir != "" && (r.URL.Path == "/livechat" || strings.HasPrefix(r.URL.Path, "/livechat/")):
		s.serveWidget(w, r)
	case s.opt.Mode == V6 || s.opt.Mode == V3:
		h.Set("Content-Type", htmlType)
		_, _ = w.Write([]byte(appPage)) // the reader is gone otherwise
	default:
		http.NotFound(w, r)
	}
}

// serveWidget serves the official widget: its page at /livechat with the
// settings a real server puts in, its files below.
func (s *Server) serveWidget(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/livechat")
	if name != "" && name != "/index.html" {
		http.ServeFileFS(w, r, os.DirFS(s.opt.WidgetDir), strings.TrimPrefix(name, "/"))
		return
	}
	page, err := os.ReadFile(path.Join(s.opt.WidgetDir, "index.html"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	config := "<script> SERVER_URL = '" + s.site(r) + "'; </script>"
	html := strings.Replace(string(page), "<body>", "<body>"+config, 1)
	w.Header().Set("Content-Type", htmlType)
	_, _ = w.Write([]byte(html)) // the reader is gone otherwise
}
