package bridge

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"capsule/server/internal/limit"
	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// offline passes on what a visitor leaves while nobody is there. Rocket.Chat
// makes a mail of it, and puts name and text into that mail's HTML as they
// are (protocol 1.10): so nothing that could be markup goes through, and the
// host is the page's origin as the browser says it, never what the page says
// of itself. Only what would become a mail counts towards the limit.
func (b *Bridge) offline(w http.ResponseWriter, r *http.Request) error {
	var name, email, text, wanted string
	if err := decode(w, r, fields{"name": &name, "email": &email, "text": &text, "department": &wanted}); err != nil {
		return err
	}
	var err error
	if name, err = line(name, rocket.MaxName); err != nil {
		return err
	}
	if email, err = line(email, 254); err != nil {
		return err
	}
	if !plausible(email) {
		return refusal(InvalidEmail)
	}
	if err := prose(text); err != nil {
		return err
	}
	if len([]rune(text)) > rocket.MaxWord {
		return refusal(TooLong)
	}
	if name == "" {
		name = email[:strings.LastIndexByte(email, '@')]
	}
	from := b.caller(r)
	body := []ejson.Member{
		ejson.F("name", ejson.String(harmless(name))), ejson.F("email", ejson.String(email)), ejson.F("message", ejson.String(harmless(text))),
	}
	named := wanted != ""
	if wanted = b.wanted(r, wanted); wanted != "" {
		site, err := b.anonymous(r.Context(), from, "")
		if err != nil {
			return err
		}
		id, known := department(site, wanted)
		if !known && named {
			return refusal(InvalidDepartment)
		}
		if known {
			body = append(body, ejson.F("department", ejson.String(id)))
		}
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		body = append(body, ejson.F("host", ejson.String(origin))) // admitted, so one of ours
	}
	who := from.address.String() // who leaves word need not be registered
	if t, err := b.token(r); err == nil {
		who = string(t)
	}
	letter := ejson.Object(body...)
	err = b.repeats.once(r.Context(), sameness("offline", who, letter.String()), func(ctx context.Context) error {
		if err := take(b.mails, limit.Key(from.address)); err != nil {
			return err
		}
		_, err := b.up.do(ctx, call{op: "leave word", method: http.MethodPost, path: rocket.PathOffline, caller: from, body: letter})
		return err
	})
	if err != nil {
		return err
	}
	return answer(w)
}

// harmless replaces what HTML could mind by its full-width twin, and drops
// control characters other than line ends.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '＜'
		case r == '>':
			return '＞'
		case r == '&':
			return '＆'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
}
