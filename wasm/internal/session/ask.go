package session

import (
	"time"

	"capsule/wasm/ejson"
)

// The names of calls to the bridge. Of each at most one is under way.
const (
	askSession = "session"
	askConfig  = "config"
	askVisitor = "visitor"
	askRoom    = "room"
	askHistory = "history"
	askSend    = "send"
	askLookup  = "lookup"
	askClose   = "close"
	askWord    = "word"
)

// An outcome is what an answer of the bridge means for the caller.
type outcome int

const (
	done        outcome = iota
	refused             // for good, with a reason
	missing             // what was asked for is not there
	badToken            // Rocket.Chat does not know this visitor
	busy                // too many requests: wait
	ticketed            // there is a puzzle to solve first
	forbidden           // this page may not ask
	wrong               // the bridge did not understand us
	unreachable         // no answer from the bridge
	upset               // no usable answer from Rocket.Chat
)

// A reply is an answer, read.
type reply struct {
	outcome
	body   ejson.Value
	reason string // of refused
	wait   time.Duration
}

// readReply sorts an answer by the bridge's statuses. A body that is no
// JSON comes from something in between, like the sign-in page of a hotel.
func (t *turn) readReply(ev Answered) reply {
	body, err := t.parser.Parse(ev.Body)
	r := reply{body: body, reason: body.Get("reason").Str()}
	switch {
	case ev.Status == 0:
		r.outcome = unreachable
	case err != nil || body.Kind() != ejson.KindObject:
		r.outcome = upset
	case ev.Status == 200:
		r.outcome = done
	case ev.Status == 400, ev.Status == 413:
		r.outcome = wrong
	case ev.Status == 401:
		r.outcome = badToken
	case ev.Status == 403:
		r.outcome = forbidden
	case ev.Status == 404:
		r.outcome = missing
	case ev.Status == 409:
		r.outcome = refused
	case ev.Status == 428:
		r.outcome = ticketed
	case ev.Status == 429:
		r.outcome = busy
		r.wait = min(max(time.Duration(body.Get("retryAfter").Float()*float64(time.Second)), time.Second), 2*time.Minute)
	default:
		r.outcome = upset
	}
	return r
}

// trouble is how the visitor is told of an outcome other than done.
func (t *turn) trouble(r reply) Trouble {
	switch r.outcome {
	case unreachable:
		return Trouble{Kind: TroubleBridge}
	case upset:
		return Trouble{Kind: TroubleRocket}
	case busy:
		return Trouble{TroubleBusy, t.now.Add(r.wait)}
	case forbidden:
		return Trouble{Kind: TroubleForbidden}
	case refused:
		switch r.reason {
		case "blocked":
			return Trouble{Kind: TroubleBlocked}
		case "no-agent-online", "disabled":
			return Trouble{Kind: TroubleNoAgent}
		}
	}
	return Trouble{Kind: TroubleFailed}
}

// passing reports whether an outcome may be another one a little later.
func (o outcome) passing() bool { return o == busy || o == unreachable || o == upset }

// ask performs a call unless one of that name is under way.
func (t *turn) ask(name, method, path string, body ...ejson.Member) {
	if t.asking(name) {
		return
	}
	t.disarm(retry(name))
	t.asked++
	text := ""
	if method != "GET" {
		text = ejson.Object(body...).String()
	}
	token := t.token
	if name == askConfig {
		token = "" // anonymous, so that it can be cached for everybody
	}
	a := Ask{ID: AskID{name, t.asked}, Method: method, Path: path, Token: token, Body: text}
	t.asks[name] = a
	p := puzzle{}
	if name == askVisitor {
		p = t.spare()
	}
	t.begin(a, p)
}

// forget makes the answer to a call under way count for nothing.
func (t *turn) forget(name string) {
	delete(t.asks, name)
	t.disarm(retry(name))
}

func (t *turn) asking(name string) bool { return t.asks[name].ID.N != 0 }

func retry(name string) Timer { return Timer("retry/" + name) }

// waiting reports whether a call is to be repeated at a later moment.
func (t *turn) waiting(name string) bool { return t.again[retry(name)] != nil }

// retryAsk lets then happen after the wait that an outcome calls for: what
// a busy server said, else a second, doubled with every failure up to half
// a minute, and half of it at random.
func (t *turn) retryAsk(name string, r reply, then func(*turn)) {
	n := min(t.tries[name], 5)
	t.tries[name]++
	wait := r.wait
	if r.outcome != busy {
		wait = min(time.Second<<n, 30*time.Second)
		wait = wait/2 + t.cfg.Jitter(wait/2)
	} else {
		wait += t.cfg.Jitter(2 * time.Second)
	}
	t.arm(retry(name), wait, then)
}

func (t *turn) answered(ev Answered) {
	a := t.asks[ev.Ask.Name]
	if ev.Ask.N == 0 || a.ID.N != ev.Ask.N {
		return
	}
	r := t.readReply(ev)
	if r.outcome == ticketed {
		if t.ticketAsked(a, r) {
			return
		}
		r.outcome = upset
	}
	delete(t.asks, ev.Ask.Name)
	if !r.outcome.passing() {
		delete(t.tries, ev.Ask.Name)
	}
	switch ev.Ask.Name {
	case askSession:
		t.gotSession(r)
	case askConfig:
		t.gotConfig(r)
	case askVisitor:
		t.gotVisitor(r)
	case askRoom:
		t.gotRoom(r)
	case askHistory:
		t.gotHistory(r)
	case askSend:
		t.gotSent(r)
	case askLookup:
		t.gotLookup(r)
	case askClose:
		t.gotClosed(r)
	case askWord:
		t.gotWord(r)
	}
}
