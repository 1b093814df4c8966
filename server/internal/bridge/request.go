package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"capsule/wasm/rocket"
)

// maxBody is the size of the largest request: a text of rocket.MaxText
// characters with room for its neighbours.
const maxBody = 64 << 10

// fields are the members a request may have, and where their values go. All
// our requests are flat objects of strings, so this is all the decoding there
// is: a value of any other type cannot even be expressed.
type fields map[string]*string

// decode reads the body of a POST into f. It refuses whatever is not exactly
// one JSON object with members of f, each a string and at most once.
func decode(w http.ResponseWriter, r *http.Request, f fields) error {
	if err := jsonOnly(r.Header); err != nil {
		return err
	}
	if r.URL.RawQuery != "" {
		return bad("a query where none belongs")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refusal(TooLong)
	}
	if err != nil {
		return bad("the body could not be read")
	}
	return decodeObject(body, f)
}

func jsonOnly(h http.Header) error {
	types := h.Values("Content-Type")
	if len(types) != 1 || len(h.Values("Content-Encoding")) > 0 {
		return bad("not plain JSON")
	}
	kind, params, err := mime.ParseMediaType(types[0])
	charset, named := params["charset"]
	if err != nil || kind != "application/json" || named && !strings.EqualFold(charset, "utf-8") {
		return bad("not plain JSON")
	}
	return nil
}

func decodeObject(body []byte, f fields) error {
	if !utf8.Valid(body) {
		return bad("the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return bad("the body is not an object")
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return bad("the body is not JSON")
		}
		into, known := f[name]
		if !known || seen[name] {
			return bad("a member is unknown or comes twice")
		}
		seen[name] = true
		value, err := d.Token()
		text, ok := value.(string)
		if err != nil || !ok {
			return bad("a member is not a string")
		}
		*into = text
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return bad("the body is not JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("something follows the body")
	}
	return nil
}

// query reads the query of a GET into f, as strictly as decode.
func query(r *http.Request, f fields) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return bad("the query cannot be read")
	}
	for key, list := range values {
		into, known := f[key]
		if !known || len(list) != 1 || !utf8.ValidString(list[0]) {
			return bad("a parameter is unknown or comes twice")
		}
		*into = list[0]
	}
	return nil
}

// identifier accepts the id of a room or message.
func identifier(id string) error {
	if !rocket.ValidID(id) {
		return bad("not an id")
	}
	return nil
}

// line tidies a text that stands on one line, such as a name, and refuses it
// when it is longer than max characters or has control characters, which
// could end a header line in a mail that Rocket.Chat sends.
func line(s string, max int) (string, error) {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > max || strings.ContainsFunc(s, unicode.IsControl) {
		return "", bad("a text is too long or has control characters")
	}
	return s, nil
}

// prose accepts what a visitor wrote. The text is never changed: the widget
// shows it as it was sent.
func prose(s string) error {
	switch {
	case strings.TrimSpace(s) == "", strings.ContainsRune(s, 0):
		return bad("not a text")
	case utf8.RuneCountInString(s) > rocket.MaxText:
		return refusal(TooLong)
	}
	return nil
}
