package standin

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"time"
)

// A doc is a document as the database of a real server has it: times are
// time.Time and become text by the form of the wire they go over.
type doc = map[string]any

// restText writes v with times as ISO strings.
func restText(v any) []byte {
	return marshal(v, func(t time.Time) any { return iso(t) })
}

// ddpText writes v with times as EJSON dates.
func ddpText(v any) []byte {
	return marshal(v, func(t time.Time) any { return doc{"$date": t.UnixMilli()} })
}

func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func marshal(v any, date func(time.Time) any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(dated(v, date)); err != nil {
		panic("standin: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func dated(v any, date func(time.Time) any) any {
	switch v := v.(type) {
	case time.Time:
		return date(v)
	case doc:
		out := make(doc, len(v))
		for k, x := range v {
			out[k] = dated(x, date)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = dated(x, date)
		}
		return out
	case []doc:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = dated(x, date)
		}
		return out
	}
	return v
}

// with returns a copy of d with the pairs of key and value set.
func with(d doc, pairs ...any) doc {
	out := make(doc, len(d)+len(pairs)/2)
	for k, v := range d {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

// put sets a key unless the text is empty.
func put(d doc, key, text string) {
	if text != "" {
		d[key] = text
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// at returns the i-th value, or nil.
func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// timeOf reads an EJSON date or an ISO string.
func timeOf(v any) (time.Time, bool) {
	switch v := v.(type) {
	case map[string]any:
		if ms, ok := v["$date"].(float64); ok {
			return time.UnixMilli(int64(ms)).UTC(), true
		}
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// idAlphabet has the characters of a real server's ids.
const idAlphabet = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"

func randomID() string {
	var b [17]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	for i := range b {
		b[i] = idAlphabet[int(b[i])%len(idAlphabet)]
	}
	return string(b[:])
}
