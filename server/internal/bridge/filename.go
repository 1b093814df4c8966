package bridge

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"capsule/wasm/rocket"
)

// maxFileName is the length of a file's name in characters.
const maxFileName = 100

// givenName reads the name a file has on the visitor's side from its header.
// It is only a wish: see kind.name.
func givenName(h http.Header) (string, error) {
	values := h.Values(rocket.HeaderFile)
	if len(values) != 1 || len(values[0]) > 3*1024 {
		return "", bad("not one file name")
	}
	name, err := url.PathUnescape(values[0])
	if err != nil || !utf8.ValidString(name) {
		return "", bad("the file name is not percent-encoded UTF-8")
	}
	return name, nil
}

// name makes a name for a file of kind k out of the one it was given: no path,
// no control, format or bidirectional characters, nothing that a shell, a
// header or a file system could mind, an ending that fits what is inside, and
// at most maxFileName characters. There is always something left.
func (k kind) name(given string) string {
	given = given[strings.LastIndexAny(given, `/\`)+1:]
	given = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || strings.ContainsRune("._-+,()", r), unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			return r
		case !unicode.IsGraphic(r):
			return -1
		}
		return '_'
	}, given)
	stem, end := given, k.ends[0]
	if dot := strings.LastIndexByte(given, '.'); dot >= 0 {
		if lower := strings.ToLower(given[dot:]); slices.Contains(k.ends, lower) {
			stem, end = given[:dot], lower
		}
	}
	stem = strings.Trim(stem, " .")
	if runes := []rune(stem); len(runes) > maxFileName-len(end) {
		stem = strings.TrimRight(string(runes[:maxFileName-len(end)]), " .")
	}
	if stem == "" {
		stem = "file"
	}
	return stem + end
}
