package model

import (
	"strconv"
	"time"

	"capsule/wasm/internal/session"
)

// act lets something happen.
func (w *world) act(a Act) {
	if a.Kind.Fault() {
		w.fault(a.Kind.String())
		w.note("fault: %v", a)
		w.breaks(a)
		return
	}
	v := w.people[a.Who]
	p := v.pages[a.N%len(v.pages)]
	if p.session == nil {
		return
	}
	away := p.dead || p.frozen || p.asleep
	switch a.Kind {
	case Submit:
		v.submit(p)
	case Burst:
		for range a.N {
			v.submit(p)
		}
	default:
		if r := w.roomOf(v); r != nil {
			w.agent(a, r, p)
		}
	}
	if away {
		return
	}
	switch a.Kind {
	case TryNow:
		p.deliver(session.TriedNow{})
	case End:
		p.deliver(session.Ended{})
	case Renew:
		if p.session.State().Over {
			p.deliver(session.Renewed{})
		}
	case Toggle:
		v.putAside(time.Duration(a.N) * 300 * time.Millisecond)
	case Type:
		p.deliver(session.Typed{Text: "half a line"})
	}
}

// roomOf is the room in which an agent answers a person: his newest open
// one, of whatever token he had then.
func (w *world) roomOf(v *person) *room {
	rooms := w.srv.inOrder()
	for i := len(rooms) - 1; i >= 0; i-- {
		r := rooms[i]
		if !r.open {
			continue
		}
		if len(w.people) == 1 {
			return r
		}
		for _, m := range r.messages {
			if m.token != "" && m.text[:1] == v.name {
				return r
			}
		}
	}
	return nil
}

func (w *world) agent(a Act, r *room, p *page) {
	switch a.Kind {
	case AgentSays:
		w.said++
		w.srv.say(r, "agent "+strconv.Itoa(w.said))
		m := r.messages[len(r.messages)-1]
		if w.now > Disturbed+time.Minute {
			w.after(20*time.Second, func() { w.check.fresh(p, r, m) })
		}
	case AgentFlood:
		for i := range 30 + a.N%90 {
			w.after(time.Duration(i/2)*40*time.Millisecond, func() {
				if r.open && !r.gone {
					w.said++
					w.srv.say(r, "agent "+strconv.Itoa(w.said))
				}
			})
		}
	case AgentEdits:
		w.srv.edit(r, a.N)
	case AgentDeletes:
		w.srv.remove(r, a.N)
	case AgentCloses:
		w.srv.close(r, "u1")
	case AgentTransfers:
		w.srv.transfer(r)
	}
}

func (w *world) breaks(a Act) {
	v := w.people[a.Who]
	p := v.pages[a.N%len(v.pages)]
	if p.session == nil {
		return
	}
	n := &p.net
	until := w.now + a.For
	switch a.Kind {
	case CutNow, CutSilently:
		for _, k := range p.sockets {
			if k.open {
				k.cut(a.Kind == CutNow)
				break
			}
		}
	case CutBefore, CutAfter:
		for _, k := range p.sockets {
			if a.Kind == CutBefore {
				k.cutBefore = 1 + a.N%4
			} else {
				k.cutAfter = 1 + a.N%4
			}
		}
	case NextCutBefore:
		n.cutBefore = 1 + a.N%9
	case NextCutAfter:
		n.cutAfter = 1 + a.N%9
	case HoleUp:
		n.holeUp = until
	case HoleDown:
		n.holeDown = until
	case HoleBoth:
		n.holeUp, n.holeDown = until, until
	case SlowNet:
		n.slowUntil, n.slowBy = until, time.Duration(1+a.N%60)*time.Second
	case NoDial:
		n.noDial = until
	case HangDial:
		n.hangDial = until
	case Restart:
		w.srv.restart()
	case Outage:
		w.downUntil = until
		w.srv.restart()
	case Wipe:
		w.srv.wipe()
	case TokenReplaced:
		if r := w.roomOf(v); r != nil {
			w.srv.replace(r.owner)
		}
	case RestFails:
		n.restUntil, n.restKind, n.restShare = until+20*time.Second, 1+trouble(a.N)%(troubles-1), 30+a.N%70
	case RestDown:
		w.restDown = until
	case Muted:
		w.muteUntil, w.muteAfter = until+20*time.Second, a.N%2 == 0
	case Doubled:
		w.twice = until
	case ForeignFrames:
		w.foreign(p)
	default:
		w.breaksPage(a, v, p, until)
	}
}

// foreign sends frames that mean nothing, or something to others.
func (w *world) foreign(p *page) {
	for _, k := range p.sockets {
		k.down(changed(streamMessages, "other", `{"_id":"foreign1","rid":"other","msg":"not for you","ts":{"$date":1},"_updatedAt":{"$date":1}}`))
		if r := w.roomOf(p.who); r != nil {
			k.down(changed(streamMessages, r.id, `{"_id":"foreign2","rid":"other","msg":"not for you","ts":{"$date":1},"_updatedAt":{"$date":1}}`))
		}
		k.down(`{"msg":"result","id":"999"}`)
		k.down(`{"msg":"nosub","id":"999"}`)
		k.down(`{"msg":"ready","subs":["999",""]}`)
		k.down(`not a frame`)
		k.down(`[]`)
	}
}

func (w *world) breaksPage(a Act, v *person, p *page, until time.Duration) {
	switch a.Kind {
	case Reload:
		p.load()
	case Crash:
		p.crashIn = 1 + a.N%12
	case Freeze:
		if p.frozen {
			return
		}
		p.frozen = true
		life := p.life
		if a.N%2 == 0 {
			for _, k := range append([]*socket(nil), p.sockets...) {
				k.cut(true)
			}
		}
		w.at(until, func() {
			if p.life == life && p.frozen {
				p.thaw()
				p.deliver(session.Woke{})
			}
		})
	case Sleep:
		if p.asleep || p.frozen {
			return
		}
		p.deliver(session.Slept{})
		p.asleep, p.frozen = true, true
		life := p.life
		w.at(until, func() {
			if p.life == life {
				p.asleep = false
				p.thaw()
				p.deliver(session.Woke{})
			}
		})
	case Hide:
		p.hidden, p.hiddenAt = true, w.now
		p.deliver(session.Hidden{})
		w.at(until, func() {
			p.hidden, p.shownAt = false, w.now
			p.view.heard = max(p.view.heard, w.now-detect+4*time.Second)
			p.deliver(session.Shown{})
		})
	case Offline, FalseOffline:
		if a.Kind == Offline {
			p.net.offlineUntil, p.net.holeUp, p.net.holeDown = until, until, until
		}
		p.deliver(session.NetworkLost{})
		w.at(until, func() { p.deliver(session.Woke{}) })
	case ClockJump:
		for _, p := range v.pages {
			p.skew = time.Duration(a.N-500) * 7 * 24 * time.Hour
			if p.session != nil {
				p.load()
			}
		}
	case StoreFull:
		v.store.full = until
	case StoreCleared:
		clear(v.store.kept)
		w.check.cleared(v)
	}
}
