package standin_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A matcher compares the frames of a connection. They are paired by what they
// are: a frame may come earlier or later than it was recorded. Only the order
// of updated and result counts, and that of frames of one kind.
type matcher struct {
	p             *replayer
	framed        bool
	taken         int // live frames so far
	recorded      []frame
	live          []string
	wanted, given []string // the order of updated and result
	out           []string
}

func (m *matcher) add(recorded []frame, live []string) {
	m.taken += len(live)
	m.recorded = append(m.recorded, recorded...)
	m.live = append(m.live, live...)
	for _, text := range live {
		if key := signature(text, nil); ordered(key) {
			m.given = append(m.given, key)
		}
	}
	var pending []frame
	for _, f := range m.recorded {
		if !m.pair(f) {
			pending = append(pending, f)
		}
	}
	m.recorded = pending
	for _, f := range recorded {
		if key := signature(f.text(), m.p.tr); ordered(key) {
			m.wanted = append(m.wanted, key)
		}
	}
}

// pair finds the live frame for a recorded one and compares the two.
func (m *matcher) pair(f frame) bool {
	if m.framed {
		return m.pairFramed(f)
	}
	key := signature(f.text(), m.p.tr)
	i := slices.IndexFunc(m.live, func(text string) bool { return signature(text, nil) == key })
	if i < 0 {
		// The id of a message may be the server's choice.
		short := withoutID(key)
		i = slices.IndexFunc(m.live, func(text string) bool { return withoutID(signature(text, nil)) == short })
	}
	if i < 0 {
		return false
	}
	text := m.live[i]
	m.live = slices.Delete(m.live, i, i+1)
	if strings.Contains(f.text(), recorderCut) || m.p.skip[key] {
		return true
	}
	var a, b any
	if json.Unmarshal([]byte(f.text()), &a) != nil || json.Unmarshal([]byte(text), &b) != nil {
		m.out = append(m.out, "not JSON: "+f.text()+" "+text)
		return true
	}
	m.p.tr.learn(a, b)
	m.out = append(m.out, m.p.tr.differences(a, b, key)...)
	return true
}

func (m *matcher) pairFramed(f frame) bool {
	for i, text := range m.live {
		if f.text()[:1] == text[:1] && strings.Contains(f.text(), "connected") == strings.Contains(text, "connected") {
			m.live = slices.Delete(m.live, i, i+1)
			return true
		}
	}
	return false
}

// rest is what differs once all frames are there.
func (m *matcher) rest() []string {
	for _, f := range m.recorded {
		m.out = append(m.out, fmt.Sprintf("missing: %.400s", f.text()))
	}
	for _, text := range m.live {
		m.out = append(m.out, fmt.Sprintf("not recorded: %.400s", text))
	}
	if len(m.out) == 0 && !slices.Equal(m.wanted, m.given) {
		m.out = append(m.out, fmt.Sprintf("order: recorded %v, got %v", m.wanted, m.given))
	}
	return m.out
}

func ordered(key string) bool {
	return strings.HasPrefix(key, "updated") || strings.HasPrefix(key, "result")
}

// recorderCut ends a frame that was too long to be recorded whole.
const recorderCut = "…(recorder: cut"

func withoutID(key string) string {
	if i := strings.LastIndexByte(key, ' '); i > 0 && strings.Contains(key, "stream-room-messages") {
		return key[:i]
	}
	return key
}

// cutFrame is what is left to know of a frame that was cut.
var cutFrame = regexp.MustCompile(`^\{"msg":"result","id":"\w+"`)

// signature tells what a frame is: kind, ids and, of an event, its room,
// kind and message.
func signature(text string, tr translation) string {
	var d struct {
		Msg, ID    string
		Subs       []string
		Methods    []string
		Collection string
		Fields     struct {
			EventName string
			Args      []any
		}
	}
	if strings.Contains(text, recorderCut) {
		text = cutFrame.FindString(text) + "}"
	}
	if json.Unmarshal([]byte(text), &d) != nil {
		return text
	}
	key := strings.Join(append([]string{d.Msg, d.ID, d.Collection}, append(d.Subs, d.Methods...)...), " ")
	if d.Collection == "" {
		return key
	}
	key += " " + d.Fields.EventName
	if len(d.Fields.Args) > 0 {
		if m, ok := d.Fields.Args[0].(object); ok {
			key += fmt.Sprint(" ", m["t"], m["type"], m["status"])
			if m["t"] == nil && d.Collection == "stream-room-messages" {
				key += fmt.Sprint(" ", m["_id"])
			}
		}
	}
	return tr.live(key)
}
