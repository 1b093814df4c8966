package bridge

import (
	"net/http"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// status tells agents whether the visitor is at his page.
func (b *Bridge) status(w http.ResponseWriter, r *http.Request) error {
	var status string
	if err := decode(w, r, fields{"status": &status}); err != nil {
		return err
	}
	t, err := b.token(r)
	if err != nil {
		return err
	}
	if status != "online" && status != "away" {
		return bad("not a status")
	}
	_, err = b.up.do(r.Context(), call{
		op: "tell status", method: http.MethodPost, path: rocket.PathStatus, caller: b.caller(r),
		body: ejson.Object(ejson.F("token", ejson.String(string(t))), ejson.F("status", ejson.String(status))),
	})
	if err != nil {
		return err
	}
	return answer(w)
}
