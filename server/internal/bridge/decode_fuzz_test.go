package bridge

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"capsule/wasm/rocket"
)

// strict reads body as encoding/json does, and reports the members of the
// outermost object if it is one object of strings and nothing follows.
func strict(body []byte) (map[string]string, bool) {
	d := json.NewDecoder(strings.NewReader(string(body)))
	var m map[string]string
	if d.Decode(&m) != nil || m == nil {
		return nil, false
	}
	_, err := d.Token()
	return m, err == io.EOF
}

func FuzzDecodeBody(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"room":"a"}`, `{"room":"a","text":"b"}`, `{"text":"\u00e9\ud83d\ude00\ud800"}`, `{"room":"a","room":"b"}`, `{"room":"a","\u0072oom":"b"}`,
		`{"room":null}`, `{"room":1}`, `{"room":{"$ne":1}}`, `{"room":["a"]}`, `{"token":"a"}`, `{"room":"a"} x`, `[]`, `null`, ``, `{"room":"a",}`, "{\"room\":\"\xff\"}", `{"room"`, `{"room":"a"}}`,
		strings.Repeat("[", 10000), strings.Repeat(`{"room":`, 10000),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var room, text string
		err := decodeObject(body, fields{"room": &room, "text": &text}, nil)
		if err != nil {
			if asProblem(err).Code != BadRequest {
				t.Errorf("refused with %v", err)
			}
			return
		}
		m, ok := strict(body)
		if !ok || !utf8.Valid(body) || m["room"] != room || m["text"] != text || len(m) > 2 {
			t.Errorf("%q was read as %q and %q", body, room, text)
		}
		delete(m, "room")
		delete(m, "text")
		if len(m) > 0 {
			t.Errorf("%q has %v besides", body, m)
		}
	})
}

func FuzzDecodePairs(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"list":[]}`, `{"list":[{"key":"a","value":"b"}]}`, `{"room":"r","list":[{"value":"b","key":"a"},{"key":"","value":""}]}`,
		`{"list":[{"key":"a"}]}`, `{"list":[{"key":"a","value":1}]}`, `{"list":[{"key":"a","key":"b","value":"c"}]}`, `{"list":{"key":"a","value":"b"}}`,
		`{"list":[{"key":"a","value":"b","x":"y"}]}`, `{"list":[[]]}`, `{"list":null}`, `{"list":"a"}`, `{"list":[{"key":"a","value":"b"},]}`, `{"list":[{"key":"a","value":"b"}`, `{"list":[],"list":[]}`,
		`{"list":[` + strings.Repeat(`{"key":"a","value":"b"},`, maxPairs) + `{"key":"a","value":"b"}]}`, `{"list":` + strings.Repeat("[", 10000),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var room string
		var list []pair
		if err := decodeObject(body, fields{"room": &room}, lists{"list": &list}); err != nil {
			if asProblem(err).Code != BadRequest {
				t.Errorf("refused with %v", err)
			}
			return
		}
		var m struct {
			Room string
			List []map[string]string
		}
		d := json.NewDecoder(strings.NewReader(string(body)))
		if err := d.Decode(&m); err != nil {
			t.Fatalf("%q is not what it was taken for: %v", body, err)
		}
		if len(list) > maxPairs || len(list) != len(m.List) {
			t.Fatalf("%q was read as %q", body, list)
		}
		for i, p := range list {
			if !reflect.DeepEqual(m.List[i], map[string]string{"key": p.key, "value": p.value}) {
				t.Errorf("pair %d of %q was read as %q", i, body, p)
			}
		}
	})
}

func FuzzDecodeQuery(f *testing.F) {
	for _, s := range []string{"", "room=a", "room=a&id=b", "room=a&room=b", "room[$ne]=a", "room", "room=%00", "room=%zz", "room=%ff", "room=a;id=b", "token=a", "&&room=a&", "room=a=b", "%72oom=a", "room=a+b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, q string) {
		var room, id string
		if err := query(&http.Request{URL: &url.URL{RawQuery: q}}, fields{"room": &room, "id": &id}); err != nil {
			if asProblem(err).Code != BadRequest {
				t.Errorf("refused with %v", err)
			}
			return
		}
		values, err := url.ParseQuery(q)
		if err != nil || values.Get("room") != room || values.Get("id") != id || !utf8.ValidString(room+id) {
			t.Errorf("%q was read as %q and %q", q, room, id)
		}
		for key, list := range values {
			if key != "room" && key != "id" || len(list) != 1 {
				t.Errorf("%q has %s=%q", q, key, list)
			}
		}
	})
}

func FuzzDecodeFileName(f *testing.F) {
	for _, s := range []string{"cat.png", "%F0%9F%98%80.png", "..%2f..%2fetc%2fpasswd", "%E2%80%AEgnp.exe", "a%00b", "%", "%ff", "", ".png", "a\"b", strings.Repeat("x", 400), "con.", "%0d%0aX: y", strings.Repeat("%CC%81", 120)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		given, err := givenName(http.Header{rocket.HeaderFile: {header}})
		if err != nil {
			if asProblem(err).Code != BadRequest {
				t.Errorf("refused with %v", err)
			}
			return
		}
		for _, k := range kinds {
			name := k.name(given)
			goodName(t, k, name)
			if again := k.name(name); again != name {
				t.Errorf("%q becomes %q, and that %q", given, name, again)
			}
		}
	})
}

func FuzzDecodeKind(f *testing.F) {
	for _, s := range []string{"", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x04\x00\x00\x00\x03\x08\x02\x00\x00\x00", "GIF89a\x04\x00\x03\x00\x00\x00\x00,", "\xff\xd8\xff\xc0\x00\x0b\x08\x00\x03\x00\x04\x01\x01\x11\x00",
		"RIFF\x24\x00\x00\x00WEBPVP8 ", "RIFF\x24\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x87\x13\x00\x87\x13\x00", "%PDF-", "hello", "<svg/>", " <x", "\xff\xfb\x90\x64", "ID3", "OggS\x00", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		k, err := kindOf(head[:min(len(head), sniffLen)])
		if err != nil {
			if p := asProblem(err); p.Reason != FileType && p.Reason != TooLarge {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if _, known := kindNamed(k.mime); !known {
			t.Errorf("is a %q", k.mime)
		}
		if strings.HasPrefix(strings.TrimLeft(string(head), " \t\r\n"), "<") {
			t.Errorf("%.40q is a %s", head, k.mime)
		}
	})
}

func FuzzDecodePage(f *testing.F) {
	const origin = "https://www.example.com"
	for _, s := range []string{origin, origin + "/", origin + "/a?b=c#d", "https://u:p@www.example.com/", "//www.example.com", "javascript:x", origin + ".evil.example", origin + "/%zz", origin + "/%2e%2e/x", "HTTPS://WWW.EXAMPLE.COM/x", "https:www.example.com", origin + "/\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got, err := pageOf(address, origin)
		if err != nil {
			if asProblem(err).Code != BadRequest {
				t.Errorf("refused with %v", err)
			}
			return
		}
		u, err := url.Parse(got)
		if err != nil || !strings.EqualFold(u.Scheme+"://"+u.Host, origin) || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(got, "\r\n ") {
			t.Errorf("%q became %q", address, got)
		}
	})
}

func FuzzDecodeVersion(f *testing.F) {
	for _, s := range []string{"", "8", "8.8", "8.8.1", "8.8.0-rc.1", "6.14-develop", "-1.2", "1e9", "999999999999", "8.-1", "<script>", "٨.٨"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := parseVersion(s)
		if v.major < 0 || v.major > 999 || v.minor < 0 || v.minor > 999 {
			t.Errorf("%q is %+v", s, v)
		}
		if text := v.String(); text != "" && parseVersion(text) != v {
			t.Errorf("%q is %+v, and its text %q something else", s, v, text)
		}
	})
}

func FuzzDecodeAnswer(f *testing.F) {
	f.Add(200, "application/json", `{"success":true}`, "")
	f.Add(200, "text/html", `<!DOCTYPE html>`, "")
	f.Add(400, "application/json", `{"success":false,"error":"Some words [room-closed]","errorType":"room-closed"}`, "")
	f.Add(400, "application/json", `{"reason":"error-size-not-allowed","sizeAllowed":"100 B","success":false}`, "")
	f.Add(429, "application/json", `{"success":false,"error":"wait 42 seconds"}`, "1790000000000")
	f.Add(429, "", ``, "-1")
	f.Add(403, "application/json", `{"success":false,"error":"unauthorized"}`, "")
	f.Add(500, "application/json; charset=utf-8", `{"error":["x"],"errorType":{}}`, "")
	f.Add(999, ";;", strings.Repeat("[", 100), "9e99")
	f.Fuzz(func(t *testing.T, status int, kind, body, reset string) {
		res := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}, "X-Ratelimit-Reset": {reset}}}
		v, err := judge("test", res, body)
		if err == nil {
			if status != http.StatusOK || !json.Valid([]byte(body)) || v.Has("success") && !v.Get("success").Bool() {
				t.Errorf("%d %q passed", status, body)
			}
			return
		}
		p := asProblem(err)
		if statuses[p.Code] == 0 || p.Code == Refused && p.Reason == "" || p.RetryAfter < 0 || p.RetryAfter > 2*60e9 {
			t.Errorf("%d %q is told as %+v", status, body, p)
		}
	})
}

func FuzzDecodeOrigins(f *testing.F) {
	for _, s := range []string{"", "https://example.com", "https://*.example.com, http://localhost:*", "*", "https://*", "http://[::1]:*", "https://example.com:443", "https://EXAMPLE.com", "https://a@b.example", "https://x/y", "null"} {
		f.Add(s, "https://evil.example")
	}
	f.Fuzz(func(t *testing.T, list, origin string) {
		o, err := ParseOrigins(list)
		if err != nil {
			return
		}
		if o.Allow("null") || o.Allow("") || o.Allow("https://"+origin+"/") {
			t.Errorf("%q allows what is no origin", list)
		}
	})
}
