package bridge

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// history returns messages of a room, newest first.
func (b *Bridge) history(w http.ResponseWriter, r *http.Request) error {
	var room, before, count string
	if err := query(r, fields{"room": &room, "before": &before, "limit": &count}); err != nil {
		return err
	}
	t, err := b.claim(r, room)
	if err != nil {
		return err
	}
	q := url.Values{"token": {string(t)}, "limit": {strconv.Itoa(rocket.DefaultHistory)}}
	if count != "" {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > 100 {
			return bad("limit is not between 1 and 100")
		}
		q.Set("limit", strconv.Itoa(n))
	}
	if before != "" {
		at, err := time.Parse(time.RFC3339Nano, before)
		if err != nil || at.Year() < 1970 || at.Year() > 9999 {
			return bad("before is not a time")
		}
		q.Set("end", at.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	v, err := b.up.do(r.Context(), call{
		op: "read history", path: rocket.PathHistory + "/" + room, query: q, max: maxHistory, caller: b.caller(r),
	})
	if err != nil {
		return err
	}
	if v.Get("messages").Kind() != ejson.KindList {
		return nonsense("read history: there is none in the answer")
	}
	var out []ejson.Value
	for _, m := range rocket.MessagesFrom(v.Get("messages")) {
		if m.Room == room {
			out = append(out, shown(m).Value())
		}
	}
	return answer(w, ejson.F("messages", ejson.List(out...)))
}

// message looks one message up: the way to learn what became of a send whose
// answer was lost.
func (b *Bridge) message(w http.ResponseWriter, r *http.Request) error {
	var room string
	if err := query(r, fields{"room": &room}); err != nil {
		return err
	}
	id := strings.TrimPrefix(r.URL.Path, "/v1/messages/")
	t, err := b.claim(r, room, id)
	if err != nil {
		return err
	}
	m, err := b.find(r.Context(), b.caller(r), t, room, id)
	if err != nil {
		return err
	}
	return answer(w, ejson.F("message", shown(m).Value()))
}

// find looks id up. Rocket.Chat checks that room is the visitor's but not
// that the message is the room's, so that is checked here: it has to be, or
// to be the visitor's own. Over the socket a line goes to another room when
// the one it was meant for has just been closed (protocol 00.6).
func (b *Bridge) find(ctx context.Context, from caller, t rocket.Token, room, id string) (rocket.Message, error) {
	v, err := b.up.do(ctx, call{
		op: "look message up", path: rocket.PathMessage + "/" + id,
		query: url.Values{"token": {string(t)}, "rid": {room}}, caller: from,
	})
	if err != nil {
		return rocket.Message{}, err
	}
	m, err := rocket.MessageFrom(v.Get("message"))
	if err != nil || m.ID != id || m.Room != room && m.Token != t {
		return rocket.Message{}, problem(NotFound)
	}
	return m, nil
}

// send stores a line of the visitor. To send the same id again is harmless:
// the answer is then the message as it was stored the first time.
func (b *Bridge) send(w http.ResponseWriter, r *http.Request) error {
	var id, room, text string
	if err := decode(w, r, fields{"id": &id, "room": &room, "text": &text}); err != nil {
		return err
	}
	t, err := b.claim(r, id, room)
	if err != nil {
		return err
	}
	if err := prose(text); err != nil {
		return err
	}
	from := b.caller(r)
	v, err := b.up.do(r.Context(), call{
		op: "send message", method: http.MethodPost, path: rocket.PathMessage, caller: from,
		body: ejson.Object(
			ejson.F("token", ejson.String(string(t))), ejson.F("rid", ejson.String(room)),
			ejson.F("msg", ejson.String(text)), ejson.F("_id", ejson.String(id)),
		),
	})
	m, stored := rocket.Message{}, error(nil)
	if err == nil {
		m, stored = rocket.MessageFrom(v.Get("message"))
		if stored == nil && m.ID == id && m.Room == room && (m.Token == t || m.Token == "") {
			return answer(w, ejson.F("message", shown(m).Value()))
		}
	}
	// A repeat is answered with an error that says nothing, or without the
	// message (protocol 00.1): what counts is whether it is there.
	if err != nil && asProblem(err).Reason != Other {
		return err
	}
	m, lost := b.find(r.Context(), from, t, room, id)
	if lost == nil && (m.Token == t || m.Token == "") {
		return answer(w, ejson.F("message", shown(m).Value()))
	}
	if err == nil {
		err = nonsense("send message: the answer is without it, and it cannot be found")
	}
	return err
}

// shown is m without what a visitor is not to see: tokens, and the words of
// agents to each other in system messages. A message of a type that is none
// of a visitor's business stays as an empty mark, so that who pages through
// the history sees how far he got.
func shown(m rocket.Message) rocket.Message {
	m.Token = ""
	switch m.Type {
	case "", rocket.TypeVideo:
		return m
	case rocket.TypeStarted, rocket.TypeJoined, rocket.TypeLeft, rocket.TypeCommand:
		m.Attachments = nil
		return m
	case rocket.TypeTransfer, rocket.TypeFallback, rocket.TypeClosed, rocket.TypeRemoved:
		m.Text, m.Attachments = "", nil
		return m
	}
	return rocket.Message{ID: m.ID, Room: m.Room, Type: m.Type, At: m.At, Updated: m.Updated}
}
