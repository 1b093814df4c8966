package standin

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxBody is more than any upload a test makes.
const maxBody = 64 << 20

// A request is a REST call on its way through a route.
type request struct {
	s      *Server
	r      *http.Request
	path   map[string]string // the :names of the route
	query  doc               // first values
	body   any               // doc, or "" on 3.x when there is none
	raw    []byte
	header http.Header // of the answer
}

// A route is one REST endpoint. since and until are major versions.
type route struct {
	method, path string
	since, until int
	limit        rate
	login        bool // there is none for REST: always 401
	uncaught     bool // on 3.x errors look like those of 6.x
	handle       func(*request) (any, error)
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	q := &request{s: s, r: r, raw: body, query: doc{}, header: http.Header{}}
	for k, v := range r.URL.Query() {
		q.query[k] = v[0]
	}
	status, kind, text, delay, trickle := s.answerAPI(q)
	if status == 0 {
		s.hang(r)
	}
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
			return
		case <-s.done:
			return
		}
	}
	for k, v := range q.header {
		w.Header()[k] = v
	}
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		trickle.write(w, text, s.done)
	}
}

// hang keeps a request without an answer.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.done:
	}
	panic(http.ErrAbortHandler)
}

// answerAPI does the call with the state locked.
func (s *Server) answerAPI(q *request) (status int, kind string, text []byte, delay time.Duration, slow trickle) {
	s.mu.Lock()
	defer s.unlock()
	s.received(Received{Method: q.r.Method, Path: q.r.URL.RequestURI(), Header: q.r.Header.Clone(), Text: string(q.raw)})
	status, kind, text = s.answerNow(q)
	return status, kind, text, s.faults.delay, s.faults.trickle
}

func (s *Server) answerNow(q *request) (int, string, []byte) {
	h := q.header
	h.Set("Access-Control-Allow-Origin", "*")
	if s.opt.Mode == V3 && s.set.CORS {
		h.Set("Access-Control-Allow-Origin", s.set.CORSOrigin)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	if status, body, ok := s.faults.planned(q.r.URL.Path); ok {
		return status, http.DetectContentType([]byte(body)), []byte(body)
	}
	if q.r.Method == http.MethodOptions {
		return s.preflight(q)
	}
	route, known := s.find(q)
	if route == nil && !known || q.r.Method == http.MethodHead {
		return s.noRoute(false)
	}
	h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token")
	if route == nil {
		return s.noRoute(true)
	}
	if wait, ok := s.limits.rest(s, route, q); !ok {
		return http.StatusTooManyRequests, jsonType, restText(tooMany(wait))
	}
	if err := q.parse(); err != nil {
		return http.StatusBadRequest, htmlType, []byte(badRequestPage)
	}
	var v any
	err := unauthenticated()
	if !route.login {
		v, err = route.handle(q)
	}
	if err != nil {
		if err == errNeverAnswered {
			return 0, "", nil
		}
		status, body := err.(*problem).rest(s.opt.Mode, !route.uncaught)
		return status, jsonType, restText(body)
	}
	if d, ok := v.(doc); ok {
		return http.StatusOK, jsonType, restText(with(d, "success", true))
	}
	return http.StatusOK, jsonType, restText(doc{"success": true})
}

const (
	jsonType = "application/json"
	htmlType = "text/html; charset=utf-8"

	badRequestPage = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Bad Request</pre>\n</body>\n</html>\n"
	appPage        = "<!DOCTYPE html>\n<html>\n<head>\n<title>Rocket.Chat</title>\n</head>\n<body></body>\n</html>\n"
)

// find returns the route of a call, and whether its path has others.
func (s *Server) find(q *request) (found *route, known bool) {
	parts := strings.Split(strings.Trim(q.r.URL.Path, "/"), "/")
	for i := range routes {
		t := &routes[i]
		if t.since > 0 && !s.since(t.since) || t.until > 0 && s.since(t.until) {
			continue
		}
		names, ok := fits(strings.Split(t.path, "/"), parts)
		if !ok {
			continue
		}
		known = true
		if t.method == q.r.Method {
			q.path = names
			return t, true
		}
	}
	return nil, known
}

func fits(pattern, parts []string) (map[string]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	names := map[string]string{}
	for i, p := range pattern {
		if strings.HasPrefix(p, ":") {
			names[p[1:]] = parts[i]
		} else if p != parts[i] {
			return nil, false
		}
	}
	return names, true
}

func (s *Server) noRoute(known bool) (int, string, []byte) {
	switch {
	case s.since(8):
		return http.StatusNotFound, "text/plain; charset=utf-8", []byte("404 Not Found")
	case known:
		return http.StatusMethodNotAllowed, jsonType, restText(doc{"status": "error", "message": "API endpoint does not exist"})
	}
	// The router of Meteor hands an unknown path on to the web app.
	return http.StatusOK, htmlType, []byte(appPage)
}

// preflight answers OPTIONS as API_Enable_CORS and API_CORS_Origin tell.
func (s *Server) preflight(q *request) (int, string, []byte) {
	h := q.header
	old := s.opt.Mode == V3
	if old && q.r.Header.Get("Access-Control-Request-Method") == "" {
		return http.StatusNotFound, "", nil
	}
	if !s.set.CORS {
		return http.StatusMethodNotAllowed, "", []byte(`CORS not enabled. Go to "Admin > General > REST Api" to enable it.`)
	}
	if old || s.set.CORSOrigin == "*" || s.set.CORSOrigin == q.r.Header.Get("Origin") {
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, HEAD, PATCH")
		h.Set("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token, x-visitor-token, Authorization")
	}
	return http.StatusOK, "", nil
}

// parse reads the body by its type. Only broken JSON is an error.
func (q *request) parse() error {
	kind, _, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json" && len(bytes.TrimSpace(q.raw)) > 0:
		return json.Unmarshal(q.raw, &q.body)
	case kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(q.raw))
		if err != nil {
			return nil
		}
		q.body = nested(values)
	case q.s.opt.Mode == V3 && kind != "application/json":
		q.body = ""
	default:
		q.body = doc{}
	}
	return nil
}

// nested makes visitor[name]=x a property of a property.
func nested(values url.Values) doc {
	d := doc{}
	for k, v := range values {
		outer, rest, ok := strings.Cut(k, "[")
		if !ok {
			d[k] = v[0]
			continue
		}
		in, _ := d[outer].(doc)
		if in == nil {
			in = doc{}
			d[outer] = in
		}
		in[strings.TrimSuffix(rest, "]")] = v[0]
	}
	return d
}

// address is that of the client as a real server sees it.
func (q *request) address() string {
	if ip := q.r.Header.Get("X-Real-IP"); ip != "" {
		return ip
	}
	host, _, err := net.SplitHostPort(q.r.RemoteAddr)
	if err != nil {
		return q.r.RemoteAddr
	}
	return host
}

// object is the body, once a check has found it to be one.
func (q *request) object() doc {
	d, _ := q.body.(doc)
	return d
}

// check checks the body by the way of the version: check() on 3.x, ajv since.
func (q *request) check(fields ...field) error {
	if q.s.opt.Mode == V3 {
		return match(q.body, field{kind: "object", fields: fields}, "")
	}
	d, ok := q.body.(doc)
	if !ok {
		return invalid("must be object")
	}
	return schema(d, fields)
}

// checkQuery is check for the query.
func (q *request) checkQuery(fields ...field) error {
	if q.s.opt.Mode == V3 {
		return match(q.query, field{kind: "object", fields: fields}, "")
	}
	return schema(q.query, fields)
}
