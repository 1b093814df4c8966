package bridge

import (
	"net/http"
	"net/url"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// room returns the visitor's open room, opening one if there is none.
func (b *Bridge) room(w http.ResponseWriter, r *http.Request) error {
	if err := decode(w, r, fields{}); err != nil {
		return err
	}
	t, err := b.token(r)
	if err != nil {
		return err
	}
	unlock, err := b.tokens.lock(r.Context(), t)
	if err != nil {
		return err
	}
	defer unlock()

	from := b.caller(r)
	if v := b.version(r.Context(), from); v.major > 0 && v.major < 6 {
		// Up to some version between 3.4 and 6 a call without the room's id
		// opens a further room each time (protocol 00.4).
		v, err := b.rawConfig(r.Context(), from, t, "")
		if err != nil {
			return err
		}
		if room := rocket.RoomFrom(v.Get("room")); room.ID != "" && room.Open {
			b.known.add(t)
			b.rooms.add(pairOf(t, room.ID))
			return answer(w, ejson.F("room", room.Value()), ejson.F("new", ejson.Bool(false)))
		}
	}
	v, err := b.up.do(r.Context(), call{
		op: "open room", path: rocket.PathRoom, query: url.Values{"token": {string(t)}}, caller: from,
	})
	if err != nil {
		return err
	}
	room := rocket.RoomFrom(v.Get("room"))
	if room.ID == "" {
		room = rocket.RoomFrom(v) // as very old servers answer
	}
	if room.ID == "" {
		return nonsense("open room: there is none in the answer")
	}
	if whose := v.Get("room").Get("v").Get("token").Str(); whose != "" && whose != string(t) {
		return nonsense("open room: the room is somebody else's")
	}
	b.known.add(t)
	b.rooms.add(pairOf(t, room.ID))
	return answer(w, ejson.F("room", room.Value()), ejson.F("new", ejson.Bool(v.Get("newRoom").Bool())))
}

// closeRoom ends a conversation on the visitor's side.
func (b *Bridge) closeRoom(w http.ResponseWriter, r *http.Request) error {
	var room string
	if err := decode(w, r, fields{"room": &room}); err != nil {
		return err
	}
	t, err := b.claim(r, room)
	if err != nil {
		return err
	}
	_, err = b.up.do(r.Context(), call{
		op: "close room", method: http.MethodPost, path: rocket.PathRoomClose, caller: b.caller(r),
		body: ejson.Object(ejson.F("rid", ejson.String(room)), ejson.F("token", ejson.String(string(t)))),
	})
	if err != nil {
		return err
	}
	return answer(w)
}
