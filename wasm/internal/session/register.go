package session

import (
	"strings"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/rocket"
)

// settleIntroduction decides whether anything need be asked of the visitor
// before he may write.
func (t *turn) settleIntroduction() {
	st := &t.state
	form := st.Config.Form
	asksDepartment := false
	for _, d := range st.Config.Departments {
		asksDepartment = asksDepartment || d.OnForm
	}
	missing := form.Name && st.Visitor.Name == "" || form.Email && st.Visitor.Email == "" ||
		asksDepartment && st.Department == ""
	if !st.Introduced && st.FormError == FormFine && (!form.Ask || !missing || st.Room.ID != "" || st.Registered) {
		st.Introduced = true
	}
}

// introduced takes the form before a conversation. Nothing is registered
// yet: that happens with the first message, so that a form filled in and
// left alone makes no visitor in Rocket.Chat.
func (t *turn) introduced(ev Introduced) {
	st := &t.state
	if !st.Ready {
		return
	}
	st.Visitor.Name, st.Visitor.Email = strings.TrimSpace(ev.Name), strings.TrimSpace(ev.Email)
	if ev.Department != "" {
		st.Department, st.Visitor.Department = ev.Department, ev.Department
	}
	st.Introduced, st.FormError = true, FormFine
	st.Registered = false // what was said may be new to Rocket.Chat
	t.forget(askVisitor)
	t.saveVisitor()
	if strings.TrimSpace(ev.Text) != "" {
		t.composed(ev.Text)
		return
	}
	t.setDraft("")
	t.pump()
}

func (t *turn) identified(ev Identified) {
	if ev.Proof != "" {
		t.prove(ev.Proof)
		return
	}
	for _, f := range []struct{ have, want *string }{{&t.said.Name, &ev.Name}, {&t.said.Email, &ev.Email}} {
		if *f.want != "" {
			*f.have = *f.want
		}
	}
	t.sayWho()
}

// sayWho makes what the page says of the visitor so. It counts for more than
// what Rocket.Chat knew before, until that has been told, and for less than
// what is proved.
func (t *turn) sayWho() {
	st := &t.state
	if st.Signed {
		return
	}
	changed := false
	for _, f := range []struct{ have, want *string }{{&st.Visitor.Name, &t.said.Name}, {&st.Visitor.Email, &t.said.Email}} {
		if *f.want != "" && *f.have != *f.want {
			*f.have, changed = *f.want, true
		}
	}
	if !changed || !st.Ready {
		return
	}
	t.settleIntroduction()
	if st.Registered {
		t.askVisitor()
	}
}

// askVisitor registers. The token is saved first and not sooner: from here
// on it stands for a person.
func (t *turn) askVisitor() {
	t.save(keyToken, string(t.token))
	v := t.state.Visitor
	var body []ejson.Member
	add := func(key, value string) {
		if value != "" {
			body = append(body, ejson.F(key, ejson.String(value)))
		}
	}
	if t.card != "" {
		add("card", t.card) // which says both
	} else {
		add("name", v.Name)
		add("email", v.Email)
	}
	add("department", t.state.Department)
	t.placing = t.state.Department
	t.ask(askVisitor, "POST", "/v1/visitor", body...)
}

func (t *turn) gotVisitor(r reply) {
	st := &t.state
	switch {
	case r.outcome == done:
		st.Registered, st.Trouble = true, Trouble{}
		t.placed, t.said = t.placing, Identified{}
		t.adoptVisitor(rocket.VisitorFrom(r.body.Get("visitor")))
		t.pump()
	case r.outcome == refused && (r.reason == "invalid-email" || r.reason == "invalid-department"):
		t.misintroduced(r.reason == "invalid-department")
	case r.outcome == badToken:
		t.renewIdentity()
	case st.Registered: // with something new
		t.startFailed(askVisitor, r, (*turn).askVisitor)
	default:
		t.startFailed(askVisitor, r, (*turn).pump)
	}
}

// misintroduced asks the visitor once more for what was refused. Who is registered
// already goes on without it: it was the page that said so, and there is no
// form for him to mend it in.
func (t *turn) misintroduced(department bool) {
	st := &t.state
	wrong := FormBadEmail
	if department {
		wrong, st.Department, st.Visitor.Department = FormBadDepartment, "", ""
	}
	if !st.Registered {
		st.FormError, st.Introduced = wrong, false
		t.saveVisitor()
		return
	}
	t.said = Identified{}
	if !department {
		st.Visitor.Email = ""
	}
	t.saveVisitor()
	t.pump()
}

func (t *turn) adoptVisitor(v rocket.Visitor) {
	have := &t.state.Visitor
	have.ID, have.Username = v.ID, v.Username
	if v.Name != "" {
		have.Name = v.Name
	}
	if v.Email != "" {
		have.Email = v.Email
	}
	t.saveVisitor()
}

// startFailed tells why no conversation could be begun, and comes back to
// it when that may pass by itself.
func (t *turn) startFailed(name string, r reply, then func(*turn)) {
	t.state.Trouble = t.trouble(r)
	t.do(Tell{TellError, detail("code", string(t.state.Trouble.Kind))})
	if r.outcome.passing() {
		t.retryAsk(name, r, then)
	}
}

// Of tokens that Rocket.Chat does not know, this many are replaced in this
// time; more of them point to something that a new token does not mend.
const (
	maxRenewals  = 2
	renewalsTime = 10 * time.Minute
)

// renewIdentity registers anew after Rocket.Chat has forgotten the token:
// with the same one first, then with a new one. Unsent lines go along.
func (t *turn) renewIdentity() {
	recent := t.renewals[:0]
	for _, at := range t.renewals {
		if t.now.Sub(at) < renewalsTime {
			recent = append(recent, at)
		}
	}
	t.renewals = recent
	t.loseConversation("")
	if len(t.renewals) >= maxRenewals {
		t.state.Trouble = Trouble{Kind: TroubleFailed}
		return
	}
	t.renewals = append(t.renewals, t.now)
	if len(t.renewals) == maxRenewals {
		t.setToken("")
		t.state.Ready = false
		t.askSession()
		return
	}
	t.pump()
}
