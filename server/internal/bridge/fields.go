package bridge

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// fields sets custom fields of the visitor or of his room. Which there are,
// the administrator of Rocket.Chat has defined; one of another name is refused
// as invalid-field.
func (b *Bridge) fields(w http.ResponseWriter, r *http.Request) error {
	var list []pair
	if err := decodeWith(w, r, nil, lists{"fields": &list}); err != nil {
		return err
	}
	t, err := b.token(r)
	if err != nil {
		return err
	}
	if err := customFields(list); err != nil {
		return err
	}
	items := make([]ejson.Value, len(list))
	for i, f := range list {
		items[i] = ejson.Object(
			ejson.F("key", ejson.String(f.key)), ejson.F("value", ejson.String(f.value)), ejson.F("overwrite", ejson.Bool(true)),
		)
	}
	_, err = b.up.do(r.Context(), call{
		op: "set fields", method: http.MethodPost, path: rocket.PathFields, caller: b.caller(r),
		body: ejson.Object(ejson.F("token", ejson.String(string(t))), ejson.F("customFields", ejson.List(items...))),
	})
	if err != nil {
		return err
	}
	return answer(w)
}

func customFields(list []pair) error {
	seen := map[string]bool{}
	for _, f := range list {
		if !fieldName(f.key) || seen[f.key] {
			return bad("a field has a bad name or comes twice")
		}
		if utf8.RuneCountInString(f.value) > maxField || strings.ContainsFunc(f.value, unicode.IsControl) {
			return bad("a field is too long or has control characters")
		}
		seen[f.key] = true
	}
	if len(list) == 0 {
		return bad("no fields")
	}
	return nil
}

// maxField is the length of a custom field in characters.
const maxField = 1000

// fieldName accepts what Rocket.Chat lets an administrator call a field, but
// for names that mean something to JavaScript, of which Rocket.Chat makes
// members of an object.
func fieldName(s string) bool {
	switch {
	case !rocket.ValidID(s), len(s) > 64, strings.HasPrefix(s, "_"), s == "constructor", s == "prototype":
		return false
	}
	return true
}
