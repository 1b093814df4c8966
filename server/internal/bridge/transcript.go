package bridge

import (
	"context"
	"net/http"
	"strings"

	"capsule/server/internal/limit"
	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// transcript has a conversation sent to the visitor by mail. Rocket.Chat would
// send it to anybody (protocol 1.10), so the address has to be the one the
// visitor is registered with, and the administrator has to have asked for
// transcripts. Only what would become a mail counts towards the limit.
func (b *Bridge) transcript(w http.ResponseWriter, r *http.Request) error {
	var room, email string
	if err := decode(w, r, fields{"room": &room, "email": &email}); err != nil {
		return err
	}
	t, err := b.claim(r, room)
	if err != nil {
		return err
	}
	if email, err = line(email, 254); err != nil {
		return err
	}
	if !plausible(email) {
		return refusal(InvalidEmail)
	}
	from := b.caller(r)
	key := sameness("transcript", string(t), room, strings.ToLower(email))
	err = b.repeats.once(r.Context(), key, func(ctx context.Context) error {
		return b.mailTranscript(ctx, from, t, room, email)
	})
	if err != nil {
		return err
	}
	return answer(w)
}

func (b *Bridge) mailTranscript(ctx context.Context, from caller, t rocket.Token, room, email string) error {
	c, err := b.anonymous(ctx, from, "")
	if err != nil {
		return err
	}
	if !c.Transcript {
		return refusal(Disabled)
	}
	v, err := b.rawConfig(ctx, from, t, "")
	if err != nil {
		return err
	}
	visitor, err := guest(v, t)
	if err != nil {
		return err
	}
	if !strings.EqualFold(visitor.Email, email) {
		return refusal(InvalidEmail)
	}
	if err := take(b.mails, limit.Key(from.address)); err != nil {
		return err
	}
	_, err = b.up.do(ctx, call{
		op: "send transcript", method: http.MethodPost, path: rocket.PathTranscript, caller: from,
		body: ejson.Object(
			ejson.F("token", ejson.String(string(t))), ejson.F("rid", ejson.String(room)),
			ejson.F("email", ejson.String(visitor.Email)), // as it is registered
		),
	})
	return err
}
