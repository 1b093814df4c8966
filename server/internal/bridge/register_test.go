package bridge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"capsule/server/internal/bridge"
)

// registry registers as Rocket.Chat does (protocol 1.6): by token, else by
// phone, whose owner keeps his token, else by e-mail, whose owner loses it.
type registry struct {
	visitors []*person
}

type person struct{ id, token, name, email, phone string }

func (g *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Visitor struct{ Token, Name, Email, Phone string }
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	in := body.Visitor
	find := func(f func(*person) bool) *person {
		if i := slices.IndexFunc(g.visitors, f); i >= 0 {
			return g.visitors[i]
		}
		return nil
	}
	p := find(func(p *person) bool { return p.token == in.Token })
	if p == nil && in.Phone != "" {
		p = find(func(p *person) bool { return p.phone == in.Phone })
	}
	if p == nil && in.Email != "" {
		if p = find(func(p *person) bool { return p.email == in.Email }); p != nil {
			p.token = in.Token
		}
	}
	if p == nil {
		p = &person{id: fmt.Sprintf("v%d", len(g.visitors)+1), token: in.Token}
		g.visitors = append(g.visitors, p)
	}
	for _, f := range []struct{ to, from *string }{{&p.name, &in.Name}, {&p.email, &in.Email}, {&p.phone, &in.Phone}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	ok(fmt.Sprintf(`{"visitor":{"_id":%q,"username":"guest-1","name":%q,"token":%q,"visitorEmails":[{"address":%q}],"phone":[{"phoneNumber":%q}]},"success":true}`,
		p.id, p.name, p.token, p.email, p.phone))(w, r)
}

func TestRegistrationNeverTakesOneVisitorForAnother(t *testing.T) {
	const victim = "vIcTiMvIcTiMvIcTiMvIcTiMvIcTiMvIcTiMvIcTiMv"
	for _, body := range []string{
		`{"name":"Eve","phone":"+4912345"}`, `{"name":"Eve","email":"victim@example.com"}`, `{"name":"Eve","email":"victim@example.com","phone":"+4912345"}`,
	} {
		g := &registry{visitors: []*person{{"v1", victim, "Victim", "victim@example.com", "+4912345"}}}
		c := newChat()
		c.on("POST", "/api/v1/livechat/visitor", g.ServeHTTP)
		var log strings.Builder
		b := newBridge(t, c, func(o *bridge.Options) {
			o.Logf = func(f string, args ...any) { fmt.Fprintf(&log, f+"\n", args...) }
		})
		w := ask(b, "POST", "/v1/visitor", body)
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"_id":"v2"`) {
			t.Errorf("%s: answered %d %s", body, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String()+log.String()+fmt.Sprint(w.Header()), victim) {
			t.Errorf("%s: the victim's token got out", body)
		}
		if v := g.visitors[0]; v.token != victim || v.name != "Victim" || len(g.visitors) != 2 {
			t.Errorf("%s: the victim is now %+v", body, v)
		}
		// Forgotten by way of another instance: what this one remembers of him
		// does not count.
		g.visitors = g.visitors[:1]
		before := len(c.calls())
		if w := ask(b, "POST", "/v1/visitor", body); w.Code != 200 || len(c.calls()) != before+2 {
			t.Errorf("%s again: answered %d, %d calls", body, w.Code, len(c.calls())-before)
		}
		if v := g.visitors[0]; v.token != victim || v.name != "Victim" || len(g.visitors) != 2 {
			t.Errorf("%s again: the victim is now %+v", body, v)
		}
	}
}

func TestAForeignTokenInAnAnswerIsThrownAway(t *testing.T) {
	const victim = "vIcTiMvIcTiMvIcTiMvIcTiMvIcTiMvIcTiMvIcTiMv"
	foreign := ok(`{"visitor":{"_id":"v9","username":"guest-9","token":"` + victim + `"},"success":true}`)
	own := ok(`{"visitor":{"_id":"v1","username":"guest-3","token":"` + token + `"},"success":true}`)
	c := newChat()
	c.on("POST", "/api/v1/livechat/visitor", func(w http.ResponseWriter, r *http.Request) {
		if all := c.all("visitor"); strings.Contains(all[len(all)-1].body, "phone") {
			foreign(w, r) // even for a token that is known
			return
		}
		own(w, r)
	})
	w := ask(newBridge(t, c), "POST", "/v1/visitor", `{"name":"Eve","phone":"+4912345","email":"e@example.com"}`)
	same(t, w.Body.String(), `{"visitor":{"_id":"v1","username":"guest-3"}}`)
	calls := c.all("visitor")
	if last := calls[len(calls)-1].body; len(calls) != 3 || last != `{"visitor":{"token":"`+token+`","name":"Eve"}}` {
		t.Errorf("%d calls, the last with %s", len(calls), last)
	}

	c.on("POST", "/api/v1/livechat/visitor", foreign)
	if w := ask(newBridge(t, c), "POST", "/v1/visitor", `{"name":"Eve"}`); w.Code != 502 || strings.Contains(w.Body.String(), "v9") {
		t.Errorf("a foreign token for nothing: %d %s", w.Code, w.Body)
	}
	c.on("GET", "/api/v1/livechat/config", ok(strings.ReplaceAll(knownConfig, token, victim)))
	if w := ask(newBridge(t, c), "POST", "/v1/session", `{}`); w.Code != 200 || strings.Contains(w.Body.String(), "visitor\"") || strings.Contains(w.Body.String(), room) {
		t.Errorf("a foreign visitor in the session: %d %s", w.Code, w.Body)
	}
}

func TestRegisteredWithoutContactDataWhenRocketChatIsBusy(t *testing.T) {
	c := newChat()
	c.on("POST", "/api/v1/livechat/visitor", func(w http.ResponseWriter, r *http.Request) {
		if len(c.all("visitor")) > 1 {
			text(429, "application/json", `{"success":false}`)(w, r)
			return
		}
		ok(`{"visitor":{"_id":"v1","username":"guest-3","token":"`+token+`"},"success":true}`)(w, r)
	})
	w := ask(newBridge(t, c), "POST", "/v1/visitor", `{"name":"Ann","email":"a@example.com","department":"Sales"}`)
	same(t, w.Body.String(), `{"visitor":{"_id":"v1","username":"guest-3"}}`)
	if first := c.all("visitor")[0].body; first != `{"visitor":{"token":"`+token+`","name":"Ann","department":"dSales"}}` {
		t.Errorf("registered with %s", first)
	}
}
