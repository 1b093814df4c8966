package model

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"capsule/wasm/ddp"
	"capsule/wasm/internal/session"
)

// A socket is one connection, from dialing to its end at both ends, which
// need not be at the same time. Each direction keeps its order, as TCP
// does: a hole holds frames back, and what it still holds when the other
// end is gone is lost.
type socket struct {
	w     *world
	page  *page
	life  int // of the page that dialed
	epoch int

	open       bool // for the server
	heardOf    bool // by the client: it rose and has not fallen
	abandoned  bool // by the client
	upAt       time.Duration
	downAt     time.Duration
	heldUp     []leaving
	heldDown   []string
	greeted    bool
	subs       []subscription
	cutBefore  int // frames until it is cut instead of processing one; 0: not
	cutAfter   int // likewise, after processing but before the answers
	swallowing bool
	deaf       bool // for the client: something that was sent to it is lost
	late       bool // what it brings was held back for longer than anybody waits for an answer
}

// attemptLimit is how long an attempt to send over a socket may take.
const attemptLimit = 15 * time.Second

// leaving is a frame on its way up, and when it left.
type leaving struct {
	text string
	at   time.Duration
}

type subscription struct{ id, stream, event string }

func (w *world) dial(p *page, e session.Dial) {
	k := &socket{w: w, page: p, life: p.life, epoch: e.Epoch}
	p.sockets = append(p.sockets, k)
	n := &p.net
	switch {
	case w.now < n.noDial || w.now < n.offlineUntil || w.now < w.downUntil:
		w.after(n.rng.between(10*time.Millisecond, 3*time.Second), func() { k.fall("refused") })
		return
	case w.noSocket && w.srv.markFirst:
		w.after(n.rng.between(10*time.Millisecond, time.Second), func() { k.fall("blocked") })
		return
	case w.noSocket || w.now < n.hangDial || w.now < n.holeUp || w.now < n.holeDown:
		return // never answered
	}
	k.cutBefore, k.cutAfter = n.cutBefore, n.cutAfter
	n.cutBefore, n.cutAfter = 0, 0
	w.after(n.latency(w)*2, func() {
		if k.abandoned || k.life != p.life {
			return
		}
		k.open, k.heardOf = true, true
		w.srv.sockets = append(w.srv.sockets, k)
		p.deliver(session.LinkRose{Epoch: k.epoch})
	})
}

// fall tells the client that the socket is gone.
func (k *socket) fall(why string) {
	if k.life == k.page.life && !k.abandoned {
		k.page.gone(k)
		k.page.deliver(session.LinkFell{Epoch: k.epoch, Why: why})
	}
}

// cut ends the socket at the server; told says whether the client hears.
func (k *socket) cut(told bool) {
	k.close()
	k.deaf = len(k.heldDown) > 0
	k.heldUp, k.heldDown = nil, nil
	if told {
		k.w.after(k.page.net.latency(k.w), func() { k.fall("cut") })
	}
}

func (k *socket) close() {
	k.open = false
	k.w.srv.sockets = slices.DeleteFunc(k.w.srv.sockets, func(o *socket) bool { return o == k })
}

// hangup is the client's end. What is under way still arrives, unless a
// hole holds it.
func (k *socket) hangup() {
	k.abandoned, k.heldUp = true, nil
	k.w.at(max(k.upAt, k.page.net.holeUp, k.w.now+k.page.net.latency(k.w)), func() { k.close() })
}

// up carries a frame to the server.
func (k *socket) up(text string) {
	n := &k.page.net
	k.upAt = max(k.upAt, k.w.now+n.latency(k.w))
	f := leaving{text, k.w.now}
	k.w.at(k.upAt, func() { k.arriveUp(f) })
}

func (k *socket) arriveUp(f leaving) {
	if !k.open {
		return
	}
	if k.w.now < k.page.net.holeUp || len(k.heldUp) > 0 {
		if k.abandoned {
			return
		}
		k.heldUp = append(k.heldUp, f)
		if len(k.heldUp) == 1 {
			k.w.at(k.page.net.holeUp, k.flushUp)
		}
		return
	}
	k.receive(f)
}

func (k *socket) flushUp() {
	if k.w.now < k.page.net.holeUp {
		k.w.at(k.page.net.holeUp, k.flushUp)
		return
	}
	held := k.heldUp
	k.heldUp = nil
	for _, f := range held {
		if k.open {
			k.receive(f)
		}
	}
}

// down carries a frame to the client.
func (k *socket) down(text string) {
	if !k.open || k.swallowing {
		return
	}
	k.downAt = max(k.downAt, k.w.now+k.page.net.latency(k.w))
	k.w.at(k.downAt, func() { k.arriveDown(text) })
}

func (k *socket) arriveDown(text string) {
	if k.deaf || k.life != k.page.life || k.abandoned && !k.page.net.ghosts {
		return
	}
	if k.w.now < k.page.net.holeDown || len(k.heldDown) > 0 {
		if !k.abandoned {
			k.heldDown = append(k.heldDown, text)
			if len(k.heldDown) == 1 {
				k.w.at(k.page.net.holeDown, k.flushDown)
			}
		}
		return
	}
	k.page.deliver(session.FrameCame{Epoch: k.epoch, Text: text})
}

func (k *socket) flushDown() {
	if k.w.now < k.page.net.holeDown {
		k.w.at(k.page.net.holeDown, k.flushDown)
		return
	}
	held := k.heldDown
	k.heldDown = nil
	for _, text := range held {
		if k.life == k.page.life && !k.abandoned {
			k.page.deliver(session.FrameCame{Epoch: k.epoch, Text: text})
		}
	}
}

// receive is what the server does about a frame.
func (k *socket) receive(f leaving) {
	text := f.text
	k.late = k.w.now-f.at > attemptLimit
	if k.cutBefore > 0 {
		if k.cutBefore--; k.cutBefore == 0 {
			k.w.note("fault: %s/%d is cut before %s", k.page.name, k.epoch, text)
			k.cut(true)
			return
		}
	}
	after := false
	if k.cutAfter > 0 {
		k.cutAfter--
		after = k.cutAfter == 0
	}
	k.swallowing = after
	k.process(text)
	if after {
		k.w.note("fault: %s/%d is cut after %s", k.page.name, k.epoch, text)
		k.cut(true)
	}
}

func (k *socket) process(text string) {
	v, err := k.w.parser.Parse(text)
	f, odd := ddp.From(v)
	if err != nil || odd != nil {
		k.w.check.fail("I7", "the server got nonsense: %s", text)
		return
	}
	switch {
	case f.Kind == ddp.Connect:
		k.greeted = true
		k.down(`{"server_id":"0"}`)
		k.down(`{"msg":"connected","session":"s"}`)
		if k.epoch%3 == 0 {
			k.down(`{"msg":"ping"}`)
		}
	case !k.greeted:
		k.w.check.fail("I7", "sent before connect: %s", text)
	case f.Kind == ddp.Ping:
		k.down(`{"msg":"pong","id":"` + f.ID + `"}`)
	case f.Kind == ddp.Sub:
		k.subscribe(f)
	case f.Kind == ddp.Method && f.Name == "sendMessageLivechat" && k.w.now < k.w.muteUntil:
		if k.w.muteAfter {
			k.swallowing = true
			k.send(f)
			k.swallowing = false
		}
	case f.Kind == ddp.Method && f.Name == "sendMessageLivechat":
		k.send(f)
	case f.Kind == ddp.Method:
		k.down(`{"msg":"result","id":"` + f.ID + `"}`)
	}
}

func (k *socket) subscribe(f ddp.Frame) {
	s := k.w.srv
	refuse := func(err string) { k.down(`{"msg":"nosub","id":"` + f.ID + `","error":` + err + `}`) }
	if wait := s.take(k.id(), f.Name, 40, 40*time.Second); wait > 0 {
		refuse(tooMany(wait))
		return
	}
	event := f.Params[0].Str()
	rid, _, _ := strings.Cut(event, "/")
	token := f.Params[1].Get("args").At(0).Get("token").Str()
	r := s.rooms[rid]
	if r == nil || r.owner.token != token || f.Name == streamMessages && !r.open {
		refuse(`{"isClientSafe":true,"error":"not-allowed","message":"[not-allowed]","errorType":"Meteor.Error"}`)
		return
	}
	k.subs = append(k.subs, subscription{f.ID, f.Name, event})
	k.down(`{"msg":"ready","subs":["` + f.ID + `"]}`)
}

func (k *socket) id() string { return k.page.name + "/" + strconv.Itoa(k.epoch) }

func tooMany(wait time.Duration) string {
	return `{"error":"too-many-requests","details":{"timeToReset":` + strconv.FormatInt(wait.Milliseconds(), 10) + `}}`
}

// send is sendMessageLivechat: it opens another room where the one named is
// closed or unknown, before it looks whether the id is known (protocol 00.6).
func (k *socket) send(f ddp.Frame) {
	s, p := k.w.srv, f.Params[0]
	reply := func(rest string) {
		k.down(`{"msg":"result","id":"` + f.ID + `"` + rest + `}`)
		k.down(`{"msg":"updated","methods":["` + f.ID + `"]}`)
	}
	g := s.visitors[p.Get("token").Str()]
	wait := s.take(k.id(), f.Name, 10, 10*time.Second)
	switch {
	case s.noMethod:
		reply(`,"error":{"error":404,"reason":"Method not found"}`)
		return
	case wait > 0:
		s.w.check.rate(k.page, &k.page.refusals, "sends beyond a limit", 8)
		reply(`,"error":` + tooMany(wait))
		return
	case g == nil:
		k.page.who.stranger = true
		reply(`,"error":{"error":"invalid-token"}`)
		return
	}
	r := s.rooms[p.Get("rid").Str()]
	switch {
	case r != nil && r.open && r.owner != g:
		s.w.check.refused[p.Get("_id").Str()] = true
		reply(`,"error":{"error":"cannot-access-room"}`)
		return
	case r == nil || !r.open:
		r = s.openRoom(g)
		r.wanted = k.late // no client can take a frame back that the network still has
	}
	id := p.Get("_id").Str()
	if s.stored[id] != nil {
		s.w.check.repeated(id)
		reply(`,"error":{"error":500,"reason":"Internal server error"}`)
		return
	}
	m := &message{id: id, text: p.Get("msg").Str(), from: g.id, token: g.token}
	if s.resultOut {
		// The answer first: stored, but told a little later.
		k.w.after(0, func() { s.tell(r, m) })
		quiet := s.sockets
		s.sockets = nil
		s.insert(r, m)
		s.sockets = quiet
	} else {
		s.insert(r, m)
	}
	reply(`,"result":` + m.json(true))
}
