package bridge

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"capsule/server/internal/ticket"
	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// session tells who a token belongs to and what goes on. Who has none gets
// one, which Rocket.Chat learns of only when the visitor registers: a page
// view leaves no trace there. Who brings a proof of identity gets the token
// of that user, whatever token he has.
func (b *Bridge) session(w http.ResponseWriter, r *http.Request) error {
	var wanted, proof string
	if err := decode(w, r, fields{"department": &wanted, "identity": &proof}); err != nil {
		return err
	}
	wanted = b.wanted(r, wanted)
	var signed []ejson.Member
	t, err := b.token(r)
	if proof != "" {
		t, signed, err = b.vouched(r, proof)
	}
	if err != nil {
		if asProblem(err).Code != InvalidToken {
			return err
		}
		c, err := b.anonymous(r.Context(), b.caller(r), wanted)
		if err != nil {
			return err
		}
		members := []ejson.Member{ejson.F("token", ejson.String(string(mint()))), ejson.F("config", b.profile(r).over(c).Value()), ejson.F("server", b.told(r))}
		return answer(w, append(members, b.visitorTicket(r)...)...)
	}

	from := b.caller(r)
	id := ""
	if wanted != "" {
		site, err := b.anonymous(r.Context(), from, "")
		if err != nil {
			return err
		}
		id, _ = department(site, wanted)
	}
	v, err := b.rawConfig(r.Context(), from, t, id)
	if err != nil {
		return err
	}
	members := append(signed, ejson.F("config", b.profile(r).over(rocket.ConfigFrom(v)).Value()), ejson.F("server", b.told(r)))
	if visitor, err := guest(v, t); err == nil {
		b.known.add(t)
		members = append(members, ejson.F("visitor", visitor.Value()))
		if room := rocket.RoomFrom(v.Get("room")); room.ID != "" && room.Open {
			b.rooms.add(pairOf(t, room.ID))
			members = append(members, ejson.F("room", room.Value()))
			if agent := rocket.AgentFrom(v.Get("agent")); agent.Known() {
				members = append(members, ejson.F("agent", agent.Value()))
			}
		}
	} else {
		b.known.drop(t)
		members = append(members, b.visitorTicket(r)...)
	}
	return answer(w, members...)
}

// visitorTicket is the puzzle to solve before registering, so that who is not
// registered yet need not ask for it.
func (b *Bridge) visitorTicket(r *http.Request) []ejson.Member {
	if b.tickets == nil {
		return nil
	}
	return []ejson.Member{challenge(b.tickets.Issue(ticket.Visitor, r.Header.Get("Origin"), time.Now()))}
}

// vouched returns the token of the user that proof is about, and what the
// client is told about it.
func (b *Bridge) vouched(r *http.Request, proof string) (rocket.Token, []ejson.Member, error) {
	if b.identity == nil {
		return "", nil, refusal(InvalidIdentity)
	}
	p, err := b.identity.Verify(proof, time.Now(), r.Header.Get("Origin"))
	if err == nil && p.Email != "" && !plausible(p.Email) {
		err = errors.New("identity: email is no address")
	}
	if err != nil {
		b.logf("bridge: %v", err) // which the site's developers need to know
		return "", nil, &Problem{Code: Refused, Reason: InvalidIdentity, Cause: err}
	}
	t := b.identity.Token(p)
	return t, []ejson.Member{
		ejson.F("token", ejson.String(string(t))), ejson.F("card", ejson.String(b.identity.Card(p))),
		ejson.F("identity", ejson.Object(ejson.F("name", ejson.String(p.Name)), ejson.F("email", ejson.String(p.Email)))),
	}, nil
}

// mint makes a token nobody can guess: 256 random bits.
func mint() rocket.Token {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // never fails: it ends the program instead
	return rocket.Token(base64.RawURLEncoding.EncodeToString(bits[:]))
}

// visitor registers the visitor of a token, or changes what is known of him.
func (b *Bridge) visitor(w http.ResponseWriter, r *http.Request) error {
	var name, email, phone, wanted, card string
	if err := decode(w, r, fields{"name": &name, "email": &email, "phone": &phone, "department": &wanted, "card": &card}); err != nil {
		return err
	}
	t, err := b.token(r)
	if err != nil {
		return err
	}
	if b.identity != nil && b.identity.Derived(t) {
		// Who the page vouches for is who it says, not who the client says.
		name, email, _ = b.identity.Read(card, t)
		phone = ""
	}
	if name, err = line(name, rocket.MaxName); err != nil {
		return err
	}
	if email, err = line(email, 254); err != nil {
		return err
	}
	if email != "" && !plausible(email) {
		return refusal(InvalidEmail)
	}
	if phone, err = line(phone, 40); err != nil {
		return err
	}
	from := b.caller(r)
	id := ""
	named := wanted != ""
	if wanted = b.wanted(r, wanted); wanted != "" {
		site, err := b.anonymous(r.Context(), from, "")
		if err != nil {
			return err
		}
		known := false
		if id, known = department(site, wanted); !known && named {
			return refusal(InvalidDepartment)
		}
	}
	unlock, err := b.tokens.lock(r.Context(), t)
	if err != nil {
		return err
	}
	defer unlock()
	v, err := b.register(r.Context(), from, contact{t, name, email, phone, id})
	if err != nil {
		return err
	}
	b.note(Event{Kind: Registered})
	return answer(w, ejson.F("visitor", v.Value()))
}

// A contact is what is known about a visitor.
type contact struct {
	token                          rocket.Token
	name, email, phone, department string
}

// register makes c's visitor known to Rocket.Chat.
//
// Rocket.Chat takes an unknown token with a known phone number or e-mail
// address for the same person: it would hand out the token of whoever has
// that number, or take the conversation away from whoever has that address
// (protocol 1.6). For a token it knows it only updates. So the token is made
// known by itself first, and contact data follow in a second call. That the
// bridge remembers the token is not enough: the visitor may have been
// forgotten by way of another instance since.
func (b *Bridge) register(ctx context.Context, from caller, c contact) (rocket.Visitor, error) {
	if c.email != "" || c.phone != "" {
		bare := c
		bare.email, bare.phone = "", ""
		first, err := b.post(ctx, from, bare)
		if err != nil {
			return rocket.Visitor{}, err
		}
		v, err := b.post(ctx, from, c)
		if err != nil && asProblem(err).Code == RateLimited {
			b.logf("bridge: a visitor was registered without contact data: %v", err)
			return first, nil // he can chat, which is what he came for
		}
		return v, err
	}
	return b.post(ctx, from, c)
}

// post is one registration call. Should its answer speak of another visitor's
// token all the same, that answer is thrown away and the visitor is
// registered without what made Rocket.Chat take him for someone else.
func (b *Bridge) post(ctx context.Context, from caller, c contact) (rocket.Visitor, error) {
	v, err := b.postOnce(ctx, from, c)
	if err != nil {
		return rocket.Visitor{}, err
	}
	if v.Token != c.token && (c.email != "" || c.phone != "") {
		b.note(Event{Kind: Conflict})
		b.logf("bridge: Rocket.Chat took a visitor for another one; registered again without contact data")
		c.email, c.phone = "", ""
		if v, err = b.postOnce(ctx, from, c); err != nil {
			return rocket.Visitor{}, err
		}
	}
	if v.Token != c.token || v.ID == "" {
		return rocket.Visitor{}, nonsense("register visitor: the answer is about somebody else")
	}
	b.known.add(c.token)
	return v, nil
}

func (b *Bridge) postOnce(ctx context.Context, from caller, c contact) (rocket.Visitor, error) {
	members := []ejson.Member{ejson.F("token", ejson.String(string(c.token)))}
	for _, m := range []struct{ key, value string }{
		{"name", c.name}, {"email", c.email}, {"phone", c.phone}, {"department", c.department},
	} {
		if m.value != "" {
			members = append(members, ejson.F(m.key, ejson.String(m.value)))
		}
	}
	v, err := b.up.do(ctx, call{
		op: "register visitor", method: http.MethodPost, path: rocket.PathVisitor, caller: from,
		body: ejson.Object(ejson.F("visitor", ejson.Object(members...))),
	})
	if err != nil {
		return rocket.Visitor{}, err
	}
	return rocket.VisitorFrom(v.Get("visitor")), nil
}

// plausible reports whether s looks like one e-mail address. Whether mail
// arrives there is nobody's to know.
func plausible(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \"<>(),:;[]\\") && !strings.Contains(s[:at], "@") &&
		!strings.HasSuffix(s, ".") && !strings.Contains(s, "..")
}
