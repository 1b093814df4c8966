package session

import (
	"strconv"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/internal/mutant"
)

// The times of a link.
const (
	connectLimit = 10 * time.Second // from dialing to DDP's greeting
	silence      = 10 * time.Second // without a frame before we ask for one
	slack        = time.Second      // less of it is enough when the timer rings: the answer to a ping came a little after it
	pongLimit    = 5 * time.Second  // for the answer
	wakeLimit    = 3 * time.Second  // likewise, when there is a reason to doubt
	manualPause  = 5 * time.Second  // between redials that the visitor causes
)

// link is what the session remembers of the connection beyond State.
type link struct {
	heard   time.Time // when the last frame came
	doubt   time.Time // when a sign of life is due that was asked for
	roused  time.Time // when there was last a reason to doubt it
	fails   int       // dials in a row that led to nothing
	manual  time.Time // when the visitor last caused a dial
	asleep  bool      // the page is put away
	offline bool      // the browser says there is no network
	ids     int       // of methods and subscriptions, unique in all epochs

	messages string // id of the subscription to the room's messages
	listens  bool   // it is ready: the room is open and nothing new is missed
	refusals int    // of it, in a row
}

// linkWanted reports whether a socket has a purpose: there is none before
// a conversation, and none after it.
func (t *turn) linkWanted() bool {
	st := &t.state
	if t.link.asleep || st.Over || st.Server.Socket == "" {
		return false
	}
	head, waiting := st.Outbox.Head()
	return st.Room.ID != "" || waiting && head.Attempts == 0 && st.Introduced && st.Trouble.Kind != TroubleBlocked
}

func (t *turn) dial() {
	st := &t.state
	if st.Link != LinkDown || !t.linkWanted() {
		return
	}
	t.disarm("redial")
	st.Epoch++
	st.Link, st.Redial = LinkDialing, time.Time{}
	t.do(Dial{st.Epoch, st.Server.Socket})
	t.arm("connect", connectLimit, func(t *turn) { t.drop(serverAway) })
}

// dialSoon dials where a line or a room needs it, unless a better moment
// for that has been set.
func (t *turn) dialSoon() {
	if t.again["redial"] == nil && !t.link.offline {
		t.dial()
	}
}

func (t *turn) rose(epoch int) {
	if epoch != t.state.Epoch || t.state.Link != LinkDialing {
		return
	}
	t.state.Link = LinkGreeting
	t.write(ddp.Frame{Kind: ddp.Connect, Version: ddp.Version, Support: []string{ddp.Version}})
}

func (t *turn) write(f ddp.Frame) { t.do(Send{t.state.Epoch, f.Text()}) }

// nextID names a method or subscription. Ids are never used twice, since a
// server ignores a subscription whose id it has seen.
func (t *turn) nextID() string {
	t.link.ids++
	return strconv.Itoa(t.link.ids)
}

// A cause is why a link fell; it decides how soon to dial again.
type cause int

const (
	serverAway cause = iota // the server closed it, or cannot be reached
	deviceAway              // this device's network is in doubt
	putAway                 // we do not want it now
)

// fell takes the news that the socket of an epoch is gone.
func (t *turn) fell(epoch int) {
	if epoch != t.state.Epoch || t.state.Link == LinkDown {
		return
	}
	if t.link.roused.After(t.link.heard) {
		t.down(deviceAway) // it has been dead since before we woke
		return
	}
	t.down(serverAway)
}

// drop leaves a socket that is not worth waiting for: on a dead network
// even its close takes a minute.
func (t *turn) drop(why cause) {
	t.do(Hangup{t.state.Epoch})
	t.down(why)
}

func (t *turn) down(why cause) {
	st := &t.state
	if st.Link != LinkUp {
		t.link.fails++
	}
	st.Link, st.Synced, st.Typing = LinkDown, false, nil
	t.link.roused = never // it says nothing of the links to come
	t.link.messages, t.link.listens = "", false
	for _, timer := range []Timer{"connect", "beat", "pong", "subscribe"} {
		t.disarm(timer)
	}
	if t.sends.method != "" {
		t.attemptLost()
	}
	if why == putAway || !t.linkWanted() {
		st.Lost = time.Time{}
		return
	}
	if st.Lost.IsZero() {
		st.Lost = t.now
	}
	if !t.link.offline {
		t.redialAfter(t.redialDelay(why))
	}
	t.considerPolling()
	t.pump() // what does not need the socket goes on
}

// redialDelay spreads the widgets of a server that went away over fifteen
// seconds at first and a minute later on, so that it is not run over when
// it comes back; a device that changed its network is alone.
func (t *turn) redialDelay(why cause) time.Duration {
	switch {
	case why == deviceAway:
		return t.cfg.Jitter(time.Second)
	case t.link.fails == 0:
		return t.cfg.Jitter(15 * time.Second)
	}
	top := min(10*time.Second<<min(t.link.fails, 6), time.Minute)
	return 2*time.Second + t.cfg.Jitter(top-2*time.Second)
}

func (t *turn) redialAfter(wait time.Duration) {
	t.state.Redial = t.now.Add(wait)
	t.arm("redial", wait, (*turn).dial)
}

// frameCame takes one text message. What is no frame is passed over: the
// connection as such still works.
func (t *turn) frameCame(ev FrameCame) {
	if ev.Epoch != t.state.Epoch || t.state.Link < LinkGreeting {
		return
	}
	t.link.heard = t.now
	t.disarm("pong")
	f, err := ddp.Read(&t.parser, ev.Text)
	if err != nil {
		return
	}
	switch f.Kind {
	case ddp.Connected:
		t.greeted()
	case ddp.Failed:
		t.drop(serverAway)
	case ddp.Ping:
		t.write(ddp.Frame{Kind: ddp.Pong, ID: f.ID})
	case ddp.Ready:
		t.ready(f.IDs)
	case ddp.NoSub:
		t.refused(f)
	case ddp.Changed:
		t.changed(f)
	case ddp.Result:
		t.result(f)
	}
}

func (t *turn) greeted() {
	if t.state.Link != LinkGreeting {
		return
	}
	t.state.Link = LinkUp
	t.disarm("connect")
	t.beat()
	t.subscribe()
	t.pump()
}

// beat watches for silence. It compares times rather than counting on its
// timer, since timers of hidden pages come late.
func (t *turn) beat() {
	quiet := t.now.Sub(t.link.heard)
	if quiet < silence-slack {
		t.arm("beat", silence-quiet, (*turn).beat)
		return
	}
	t.probe(pongLimit)
	t.arm("beat", silence, (*turn).beat)
}

// probe asks the other end for a sign of life. What was asked before is not
// given more time by it.
func (t *turn) probe(limit time.Duration) {
	if t.again["pong"] != nil && !t.link.doubt.After(t.now.Add(limit)) && !mutant.Is(mutant.DoubtProlonged) {
		return
	}
	t.link.doubt = t.now.Add(limit)
	t.write(ddp.Frame{Kind: ddp.Ping, ID: t.nextID()})
	t.arm("pong", limit, func(t *turn) { t.drop(deviceAway) })
}

// woke checks the link now: after a sleep, a change of network or a return
// to the page nothing is certain.
func (t *turn) woke() {
	t.link.asleep, t.link.offline = false, false
	switch {
	case t.state.Link == LinkUp:
		t.link.roused = t.now
		t.probe(wakeLimit)
	case t.state.Link == LinkDown && t.linkWanted():
		t.redialAfter(t.cfg.Jitter(time.Second))
	}
	if !t.state.Ready && t.waiting(askSession) {
		t.askSession()
	}
	t.retryAll()
}

// slept gives the socket up, so that the browser may keep the page.
func (t *turn) slept() {
	t.link.asleep = true
	t.giveLease()
	t.stopPolling()
	t.disarm("redial")
	t.state.Redial = time.Time{}
	if t.state.Link != LinkDown {
		t.drop(putAway)
	}
}

// networkLost stops the attempts that cannot succeed. A link that is up is
// asked, since browsers are wrong about this at times.
func (t *turn) networkLost() {
	t.link.offline = true
	t.stopPolling()
	t.disarm("redial")
	t.state.Redial = time.Time{}
	if t.state.Link == LinkUp {
		t.probe(wakeLimit)
	}
}
