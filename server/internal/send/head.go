package send

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
)

// A Head is lines of an answer's head that are there beforehand, as its body
// is. They are never changed.
type Head struct {
	lines http.Header
	text  []byte // the same as they are sent
}

// NewHead makes a Head of names, each followed by its value.
func NewHead(list ...string) *Head {
	h := &Head{lines: http.Header{}}
	for pair := range slices.Chunk(list, 2) {
		h.lines.Set(pair[0], pair[1])
	}
	var text bytes.Buffer
	_ = h.lines.Write(&text) // to memory
	h.text = text.Bytes()
	return h
}

// Set gives to the lines of h. Their values are shared by all answers; whoever
// adds to one gets a copy.
func (h *Head) Set(to http.Header) { maps.Copy(to, h.lines) }

// into is a head that net/http wrote with the lines of h behind its first one,
// at the end of b.
func (h *Head) into(b, head []byte) []byte {
	first := bytes.IndexByte(head, '\n') + 1
	b = append(b, head[:first]...)
	b = append(b, h.text...)
	return append(b, head[first:]...)
}
