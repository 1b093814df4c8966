package model

// What the server makes of the frames of a socket.

import (
	"strconv"
	"strings"
	"time"

	"capsule/wasm/ddp"
)

// receive is what the server does about a frame.
func (k *socket) receive(f leaving) {
	text := f.text
	k.late = k.w.now-f.at > attemptLimit
	k.w.check.sentAt = f.at
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
	f, err := ddp.Read(&k.w.parser, text)
	if err != nil {
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
		if k.late {
			s.overtaken(g)
		}
		r = s.openRoom(g)
		r.wanted = k.late || s.stored[p.Get("_id").Str()] != nil // no client can take a frame back that the network still has
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
