package standin_test

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A recording is one file of what a real server answered. The files of one
// server are kept together in testdata/<server>.json.gz, without the headers
// that carry nothing.
type recording struct {
	Name      string     `json:"name"`
	Exchanges []exchange `json:"exchanges,omitempty"`
	Scenarios []scenario `json:"scenarios,omitempty"`
}

type exchange struct {
	Name     string   `json:"name"`
	Request  request  `json:"request"`
	Response response `json:"response"`
}

type request struct {
	Method  string          `json:"method"`
	Path    string          `json:"path"`
	Headers map[string]any  `json:"headers,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"` // null, text, or {"base64":...}
}

type response struct {
	Status  int             `json:"status"`
	Headers map[string]any  `json:"headers,omitempty"`
	Body    json.RawMessage `json:"body,omitempty"`
}

type scenario struct {
	Name   string    `json:"name"`
	Frames []frame   `json:"frames,omitempty"`
	HTTP   *exchange `json:"http,omitempty"`
}

type frame struct {
	Conn string          `json:"conn,omitempty"`
	Dir  string          `json:"dir"`
	Data json.RawMessage `json:"data,omitempty"` // text, or of a close {"code","reason"}
}

func (f frame) text() string {
	var s string
	if json.Unmarshal(f.Data, &s) != nil {
		return string(f.Data)
	}
	return s
}

// text is a body as text, decoded, and whether it is one.
func bodyText(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

func load(t *testing.T, server string) []recording {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", server+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var list []recording
	if err := json.NewDecoder(z).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

var (
	compactFrom = flag.String("compact", "", "directory of a server's raw recordings, to be compacted")
	compactTo   = flag.String("to", "", "name under testdata to compact to, without .json.gz")
)

// TestCompact makes testdata/<to>.json.gz of raw recordings:
//
//	go test -run TestCompact ./server/standin -args -compact DIR -to NAME
func TestCompact(t *testing.T) {
	if *compactFrom == "" {
		t.Skip("a tool: see its comment")
	}
	files, err := filepath.Glob(filepath.Join(*compactFrom, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", *compactFrom, err)
	}
	var list []recording
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, compact(t, strings.TrimSuffix(filepath.Base(name), ".json"), data))
	}
	out, err := os.Create(filepath.Join("testdata", *compactTo+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(z).Encode(list); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func compact(t *testing.T, name string, data []byte) recording {
	var raw struct {
		Exchanges []struct {
			exchange
			Frames []frame `json:"frames"`
		} `json:"exchanges"`
		Scenarios []scenario `json:"scenarios"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	r := recording{Name: name}
	for _, e := range raw.Exchanges {
		if e.Frames != nil { // a socket among exchanges
			r.Scenarios = append(r.Scenarios, scenario{Name: e.Name, Frames: e.Frames})
			continue
		}
		trim(&e.exchange)
		r.Exchanges = append(r.Exchanges, e.exchange)
	}
	for _, s := range raw.Scenarios {
		if s.HTTP != nil {
			trim(s.HTTP)
		}
		r.Scenarios = append(r.Scenarios, s)
	}
	return r
}

// trim drops headers that carry nothing and shortens pages of the web app.
func trim(e *exchange) {
	keep := func(h map[string]any, names ...string) map[string]any {
		out := map[string]any{}
		for k, v := range h {
			if slices.Contains(names, strings.ToLower(k)) {
				out[strings.ToLower(k)] = fmt.Sprint(v)
			}
		}
		return out
	}
	e.Request.Headers = keep(e.Request.Headers, "content-type", "x-visitor-token", "origin", "referer",
		"access-control-request-method", "access-control-request-headers", "cookie")
	e.Response.Headers = keep(e.Response.Headers, "content-type", "cache-control", "access-control-allow-origin",
		"access-control-allow-methods", "access-control-allow-headers", "x-ratelimit-limit", "x-ratelimit-remaining")
	for _, body := range []*json.RawMessage{&e.Request.Body, &e.Response.Body} {
		var binary struct{ Base64 string }
		if json.Unmarshal(*body, &binary) == nil && binary.Base64 != "" {
			*body, _ = json.Marshal(map[string]string{"base64": binary.Base64})
		}
	}
	if text, ok := bodyText(e.Response.Body); ok && strings.HasPrefix(text, "<!DOCTYPE html>") && len(text) > 400 {
		e.Response.Body, _ = json.Marshal("<!DOCTYPE html>")
	}
}
