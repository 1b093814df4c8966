package session

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/outbox"
	"capsule/wasm/rocket"
)

// pollConfig is how often an open panel without a conversation asks
// whether somebody is there: Rocket.Chat does not tell (protocol 0).
const pollConfig = time.Minute

// started goes on with a conversation of the last visit; a visitor without
// one has not asked for anything yet.
func (t *turn) started() {
	if t.token != "" && (t.state.Room.ID != "" || t.state.Outbox.Len() > 0) {
		t.announce()
		t.askSession()
	}
}

func (t *turn) opened() {
	st := &t.state
	if st.Open {
		return
	}
	st.Open = true
	t.do(Tell{TellOpened, ""})
	switch {
	case !st.Ready:
		t.askSession()
	case st.Room.ID == "":
		t.askConfig()
	}
	t.pump()
}

func (t *turn) minimized() {
	if !t.state.Open {
		return
	}
	t.state.Open = false
	if t.state.Word == WordSent {
		t.state.Word = WordWriting // there may be more to say another time
	}
	t.disarm("config")
	t.do(Tell{TellClosed, ""})
}

// triedNow is the visitor's impatience: what waits for a better moment is
// tried at once.
func (t *turn) triedNow() {
	if !t.state.Ready {
		t.askSession()
		return
	}
	t.retryAll()
	t.dialByHand()
	t.pump()
}

// dialByHand dials because somebody waits for it, but not in a rage: who is
// too soon gets the next dial after the pause.
func (t *turn) dialByHand() {
	st := &t.state
	if st.Link != LinkDown || !t.linkWanted() {
		return
	}
	next := t.link.manual.Add(manualPause)
	switch wait := next.Sub(t.now); {
	case wait <= 0:
		t.link.manual = t.now
		t.dial()
	case st.Redial.After(next):
		t.link.manual = next
		t.redialAfter(wait)
	}
}

// retryAll brings the calls forward that wait to be repeated, but for
// those that a busy server has told to wait.
func (t *turn) retryAll() {
	for _, name := range []string{askVisitor, askRoom, askHistory, askLookup, askSend} {
		if t.waiting(name) && t.state.Trouble.Kind != TroubleBusy {
			then := t.again[retry(name)]
			t.disarm(retry(name))
			then(t)
		}
	}
}

func (t *turn) askSession() {
	if t.asking(askSession) {
		return
	}
	t.state.Asking = true // what trouble there is lasts until it is known to be over
	var body []ejson.Member
	if t.state.Department != "" {
		body = append(body, ejson.F("department", ejson.String(t.state.Department)))
	}
	if t.proof != "" {
		body = append(body, ejson.F("identity", ejson.String(t.proof)))
	}
	t.ask(askSession, "POST", "/v1/session", body...)
}

func (t *turn) gotSession(r reply) {
	st := &t.state
	st.Asking = false
	if r.outcome != done {
		t.sessionFailed(r)
		return
	}
	st.Ready, st.Trouble = true, Trouble{}
	switch token := rocket.Token(r.body.Get("token").Str()); {
	case t.proof != "":
		t.vouched(r.body)
		t.proof = ""
	case token != "" && t.token == "":
		t.token = token
	}
	t.puzzle = t.posed(r.body)
	st.Config = rocket.ConfigFrom(r.body.Get("config"))
	st.Server = serverFrom(r.body.Get("server"))
	t.restore(r.body)
	t.sayWho()
	t.settleIntroduction()
	t.poll()
	t.pump()
}

// sessionFailed tries again while somebody waits for it. A token that is
// refused out of hand cannot come back: the next answer brings a new one.
func (t *turn) sessionFailed(r reply) {
	if r.outcome == refused && r.reason == "invalid-identity" && t.proof != "" {
		t.disowned()
		return
	}
	if r.outcome == badToken && t.token != "" {
		t.loseConversation("")
		t.setToken("")
		t.askSession()
		return
	}
	t.state.Trouble = t.trouble(r)
	t.do(Tell{TellError, detail("code", string(t.state.Trouble.Kind))})
	if r.outcome.passing() {
		t.retryAsk(askSession, r, (*turn).askSession)
	}
}

func serverFrom(v ejson.Value) Server {
	return Server{Socket: v.Get("socket").Str(), Base: v.Get("base").Str(), Version: v.Get("version").Str()}
}

// restore takes over what Rocket.Chat knows of this visitor.
func (t *turn) restore(body ejson.Value) {
	st := &t.state
	st.Registered = !body.Get("visitor").IsNull()
	if st.Registered {
		t.adoptVisitor(rocket.VisitorFrom(body.Get("visitor")))
	}
	if room := body.Get("room"); !room.IsNull() {
		t.adoptRoom(rocket.RoomFrom(room))
		t.setAgent(rocket.AgentFrom(body.Get("agent")))
		return
	}
	switch {
	case st.Room.ID == "":
	case !st.Registered:
		t.loseConversation("")
	case !st.Over:
		t.closed() // the conversation of the last visit; it can be read
	}
}

// loseConversation is for a room that is out of reach, or, when it is "", for a
// token that Rocket.Chat knows no more, and with it every room. Unsent lines
// are kept, and what went to another room can still be looked up.
func (t *turn) loseConversation(room string) {
	st := &t.state
	if st.Room.ID != "" || st.Timeline.Len() > 0 {
		st.Expired = true
	}
	for _, it := range slices.Clone(st.Outbox.Items()) {
		switch {
		case it.Delivery == outbox.Queued && it.Attempts == 0:
			it.Room = ""
			t.keep(it)
		case it.Delivery != outbox.NotSent && (room == "" || it.Room == "" || it.Room == room):
			// It may be there, and cannot be looked up any more.
			t.refuse(it, outbox.WhyClosed)
		}
	}
	t.dropRoom()
	st.Registered = false
	st.Visitor.ID, st.Visitor.Username = "", ""
	t.saveVisitor()
}

// setToken changes the credential; "" asks for a new one.
func (t *turn) setToken(token rocket.Token) {
	t.token = token
	t.save(keyToken, string(token))
}

// poll asks for the config from time to time while it can still change
// what the visitor may do.
func (t *turn) poll() {
	if t.state.Open && t.state.Room.ID == "" {
		t.arm("config", pollConfig, (*turn).askConfig)
	}
}

func (t *turn) askConfig() {
	path := "/v1/config"
	if t.state.Department != "" {
		path += "?department=" + escape(t.state.Department)
	}
	t.ask(askConfig, "GET", path)
}

// gotConfig minds only good answers: the config at hand serves as well.
func (t *turn) gotConfig(r reply) {
	if r.outcome == done && !r.body.Get("config").IsNull() {
		t.state.Config = rocket.ConfigFrom(r.body.Get("config"))
		t.settleIntroduction()
		if t.state.Config.Online && t.state.Trouble.Kind == TroubleNoAgent {
			t.state.Trouble = Trouble{}
		}
	}
	t.poll()
}

// maxDepartment is the length of the longest id or name of a department.
const maxDepartment = 100

// assigned takes the department that the page wants, by its id or name: the
// bridge knows both.
func (t *turn) assigned(department string) {
	if department == t.state.Department || len(department) > maxDepartment || strings.ContainsFunc(department, unicode.IsControl) {
		return
	}
	t.state.Department = department
	if t.state.Ready {
		t.askConfig()
	}
}

// escape writes s for a query. What passes rocket.ValidID needs nothing;
// of the rest each byte is written as %XX.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if rocket.ValidID(string(c)) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// detail writes one pair as JSON.
func detail(key, value string) string {
	return ejson.Object(ejson.F(key, ejson.String(value))).String()
}
