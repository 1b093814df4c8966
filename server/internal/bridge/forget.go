package bridge

import (
	"net/http"

	"capsule/wasm/rocket"
)

// forget has Rocket.Chat delete the visitor and his conversations. That needs
// all of them to be over: while one is open it is refused as room-open. Who is
// forgotten already is told invalid-token.
func (b *Bridge) forget(w http.ResponseWriter, r *http.Request) error {
	if err := decode(w, r, fields{}); err != nil {
		return err
	}
	t, err := b.token(r)
	if err != nil {
		return err
	}
	unlock, err := b.tokens.lock(r.Context(), t) // a room opened meanwhile would be left without its visitor
	if err != nil {
		return err
	}
	defer unlock()
	_, err = b.up.do(r.Context(), call{
		op: "forget visitor", method: http.MethodDelete, path: rocket.PathVisitor + "/" + string(t), caller: b.caller(r),
	})
	if err != nil {
		return err
	}
	b.known.drop(t)
	return answer(w)
}
