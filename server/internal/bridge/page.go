package bridge

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// page tells agents which page of the site a visitor is on. Rocket.Chat takes
// such news from anybody for any room (protocol 1.10), so that both are
// the visitor's is made sure of here. The page has to be one of the origin
// that asks; its query and fragment, which may hold secrets of the site, do
// not go on.
func (b *Bridge) page(w http.ResponseWriter, r *http.Request) error {
	var room, title, address string
	if err := decode(w, r, fields{"room": &room, "title": &title, "url": &address}); err != nil {
		return err
	}
	var ids []string
	if room != "" {
		ids = []string{room}
	}
	t, err := b.claim(r, ids...)
	if err != nil {
		return err
	}
	if title, err = line(title, 200); err != nil {
		return err
	}
	if address, err = pageOf(address, r.Header.Get("Origin")); err != nil {
		return err
	}
	from := b.caller(r)
	c, err := b.anonymous(r.Context(), from, "")
	if err != nil {
		return err
	}
	if err := b.owns(r.Context(), from, t, room); err != nil {
		return err
	}
	change := c.Monitor
	if change != "title" {
		change = "url" // as a fresh Rocket.Chat has it
	}
	body := []ejson.Member{
		ejson.F("token", ejson.String(string(t))),
		ejson.F("pageInfo", ejson.Object(
			ejson.F("change", ejson.String(change)), ejson.F("title", ejson.String(title)),
			ejson.F("location", ejson.Object(ejson.F("href", ejson.String(address)))),
		)),
	}
	if room != "" {
		body = append(body, ejson.F("rid", ejson.String(room)))
	}
	_, err = b.up.do(r.Context(), call{op: "tell page", method: http.MethodPost, path: rocket.PathPage, caller: from, body: ejson.Object(body...)})
	if err != nil {
		return err
	}
	return answer(w)
}

// pageOf is the address of a page of origin without what may be private.
func pageOf(address, origin string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || len(address) > 2000 || u.User != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" ||
		!strings.EqualFold(u.Scheme+"://"+u.Host, origin) {
		return "", bad("not the address of a page of its origin")
	}
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return plain.String(), nil
}

// owns makes sure that t is a visitor's and that room, unless "", is his open
// one. What the bridge has just seen needs no call.
func (b *Bridge) owns(ctx context.Context, from caller, t rocket.Token, room string) error {
	if b.known.has(t) && (room == "" || b.rooms.has(pairOf(t, room))) {
		return nil
	}
	v, err := b.rawConfig(ctx, from, t, "")
	if err != nil {
		return err
	}
	if _, err := guest(v, t); err != nil {
		return err
	}
	b.known.add(t)
	if room == "" {
		return nil
	}
	if open := rocket.RoomFrom(v.Get("room")); open.ID != room || !open.Open {
		return refusal(InvalidRoom)
	}
	b.rooms.add(pairOf(t, room))
	return nil
}

// pairOf is how a memory of tokens remembers whose a room is.
func pairOf(t rocket.Token, room string) rocket.Token { return t + " " + rocket.Token(room) }

// guest is the visitor of a configuration asked for with t. If there is none,
// nobody has that token: Rocket.Chat's configuration does not say so by itself.
func guest(config ejson.Value, t rocket.Token) (rocket.Visitor, error) {
	v := rocket.VisitorFrom(config.Get("guest"))
	if v.ID == "" || v.Token != "" && v.Token != t {
		return rocket.Visitor{}, &Problem{Code: InvalidToken, Cause: &rocket.Error{Op: "read config", Status: http.StatusOK, Code: "invalid-token"}}
	}
	return v, nil
}
