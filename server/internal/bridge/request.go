package bridge

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"capsule/wasm/ejson"
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
	body, err := readAll(http.MaxBytesReader(innermost(w), r.Body, maxBody), r.ContentLength)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refusal(TooLong)
	}
	if err != nil {
		return bad("the body could not be read")
	}
	return decodeObject(body, f, l)
}

// innermost is net/http's own writer, whatever is wrapped around it:
// MaxBytesReader makes it hang up after a body that is too large, but knows no
// other.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
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
	v, err := parse(string(body))
	if err != nil || v.Kind() != ejson.KindObject {
		return bad("the body is not what was expected")
	}
	members := v.Members()
	for i, m := range members {
		if slices.ContainsFunc(members[:i], func(o ejson.Member) bool { return o.Key == m.Key }) {
			return bad("a member comes twice")
		}
		if into, known := f[m.Key]; known {
			*into, err = text(m.Value)
		} else if into, known := l[m.Key]; known {
			*into, err = pairs(m.Value)
		} else {
			err = bad("a member is unknown")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pairs reads a list of pairs.
func pairs(v ejson.Value) ([]pair, error) {
	if v.Kind() != ejson.KindList {
		return nil, bad("there is something else where a list belongs")
	}
	if v.Len() > maxPairs {
		return nil, bad("a list is too long")
	}
	var list []pair
	for _, item := range v.Items() {
		// With two members and both of these names, none can come twice.
		key, errKey := text(item.Get("key"))
		value, errValue := text(item.Get("value"))
		if item.Len() != 2 || errKey != nil || errValue != nil {
			return nil, bad("a pair is not one")
		}
		list = append(list, pair{key, value})
	}
	return list, nil
}

func text(v ejson.Value) (string, error) {
	if v.Kind() != ejson.KindString {
		return "", bad("there is something else where a string belongs")
	}
	return v.Str(), nil
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
