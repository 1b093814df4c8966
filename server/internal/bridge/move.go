package bridge

import (
	"net/http"
	"sync/atomic"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// A feature remembers which of two endpoints a Rocket.Chat has. The zero
// value does not know yet.
type feature struct{ known atomic.Int32 }

const (
	unknown = iota
	newer
	older
)

// move takes a conversation to another department, by the endpoint of
// Rocket.Chat 8 or by the one before. Which one there is shows when one is
// absent; the version only says which to try first (protocol 6).
func (b *Bridge) move(w http.ResponseWriter, r *http.Request) error {
	var room, wanted string
	if err := decode(w, r, fields{"room": &room, "department": &wanted}); err != nil {
		return err
	}
	t, err := b.claim(r, room)
	if err != nil {
		return err
	}
	if wanted == "" {
		return bad("no department")
	}
	from := b.caller(r)
	site, err := b.anonymous(r.Context(), from, "")
	if err != nil {
		return err
	}
	if !site.Switch {
		return refusal(Disabled)
	}
	id, known := department(site, wanted)
	if !known {
		return refusal(InvalidDepartment)
	}
	unlock, err := b.tokens.lock(r.Context(), t)
	if err != nil {
		return err
	}
	defer unlock()
	first := b.moves.known.Load()
	if first == unknown {
		first = newer
		if v := b.version(r.Context(), from); v.major > 0 && v.major < 8 {
			first = older
		}
	}
	paths := map[int32]string{newer: rocket.PathMove, older: rocket.PathMoveOld}
	for _, which := range []int32{first, newer + older - first} {
		_, err = b.up.do(r.Context(), call{
			op: "change department", method: http.MethodPost, path: paths[which], caller: from,
			body: ejson.Object(
				ejson.F("rid", ejson.String(room)), ejson.F("token", ejson.String(string(t))), ejson.F("department", ejson.String(id)),
			),
		})
		if absent(err) {
			continue
		}
		if code := asProblem(err).Code; err == nil || code != Upstream && code != Unavailable {
			b.moves.known.Store(which)
		}
		break
	}
	if err != nil {
		return err
	}
	return answer(w)
}
