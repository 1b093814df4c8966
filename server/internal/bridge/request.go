package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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

// fields are the members a request may have, and where their values go. Our
// requests are flat objects of strings, but for the few with a member of
// lists: a value of any other type cannot even be expressed.
type fields map[string]*string

// lists are the members of a request that are lists of pairs.
type lists map[string]*[]pair

// A pair is {"key": string, "value": string}, with both and nothing else.
type pair struct{ key, value string }

// maxPairs is how many pairs a list may have.
const maxPairs = 50

// decode reads the body of a POST into f. It refuses whatever is not exactly
// one JSON object with members of f, each a string and at most once.
func decode(w http.ResponseWriter, r *http.Request, f fields) error {
	return decodeWith(w, r, f, nil)
}

// decodeWith is decode for a body that may have members of l besides.
func decodeWith(w http.ResponseWriter, r *http.Request, f fields, l lists) error {
	if err := jsonOnly(r.Header); err != nil {
		return err
	}
	if r.URL.RawQuery != "" {
		return bad("a query where none belongs")
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, maxBody), r.ContentLength)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refusal(TooLong)
	}
	if err != nil {
		return bad("the body could not be read")
	}
	return decodeObject(body, f, l)
}

func jsonOnly(h http.Header) error {
	types := h.Values("Content-Type")
	if len(types) != 1 || len(h.Values("Content-Encoding")) > 0 {
		return bad("not plain JSON")
	}
	kind, params, err := mediaType(types[0])
	charset, named := params["charset"]
	if err != nil || kind != "application/json" || named && !strings.EqualFold(charset, "utf-8") {
		return bad("not plain JSON")
	}
	return nil
}

func decodeObject(body []byte, f fields, l lists) error {
	if !utf8.Valid(body) {
		return bad("the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := readDelim(d, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := readText(d)
		if err != nil {
			return err
		}
		if seen[name] {
			return bad("a member comes twice")
		}
		seen[name] = true
		if into, known := f[name]; known {
			*into, err = readText(d)
		} else if into, known := l[name]; known {
			*into, err = readPairs(d)
		} else {
			err = bad("a member is unknown")
		}
		if err != nil {
			return err
		}
	}
	if err := readDelim(d, '}'); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("something follows the body")
	}
	return nil
}

// readPairs reads a list of pairs.
func readPairs(d *json.Decoder) ([]pair, error) {
	if err := readDelim(d, '['); err != nil {
		return nil, err
	}
	var list []pair
	for d.More() {
		if len(list) == maxPairs {
			return nil, bad("a list is too long")
		}
		p, err := readPair(d)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, readDelim(d, ']')
}

func readPair(d *json.Decoder) (p pair, err error) {
	if err := readDelim(d, '{'); err != nil {
		return pair{}, err
	}
	left := map[string]*string{"key": &p.key, "value": &p.value}
	for d.More() {
		name, err := readText(d)
		if err != nil {
			return pair{}, err
		}
		into := left[name]
		if into == nil {
			return pair{}, bad("a member of a pair is unknown or comes twice")
		}
		if *into, err = readText(d); err != nil {
			return pair{}, err
		}
		delete(left, name)
	}
	if len(left) > 0 {
		return pair{}, bad("half a pair")
	}
	return p, readDelim(d, '}')
}

func readDelim(d *json.Decoder, want json.Delim) error {
	if t, err := d.Token(); err != nil || t != want {
		return bad("the body is not what was expected")
	}
	return nil
}

func readText(d *json.Decoder) (string, error) {
	t, err := d.Token()
	s, ok := t.(string)
	if err != nil || !ok {
		return "", bad("there is something else where a string belongs")
	}
	return s, nil
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

// claim is the token of r, which says that what has these ids is the
// visitor's. Rocket.Chat decides whether it is.
func (b *Bridge) claim(r *http.Request, ids ...string) (rocket.Token, error) {
	t, err := b.token(r)
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		if err := identifier(id); err != nil {
			return "", err
		}
	}
	return t, nil
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
