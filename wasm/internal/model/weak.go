package model

import (
	"strings"
	"time"

	"capsule/wasm/internal/session"
)

// A Weakness changes what a session is told or what becomes of its
// effects, so that it acts as a worse policy would. What cannot be done
// from outside is in package mutant.
type Weakness struct {
	Name   string
	event  func(p *page, ev session.Event) session.Event // nil: it is not told
	effect func(p *page, e session.Effect) session.Effect
	order  func(effects []session.Effect) []session.Effect
	saved  func(saved session.Saved)
}

// Weaknesses are the mutants that need no switch in the policy.
func Weaknesses() []Weakness {
	return []Weakness{
		{Name: "no look-up before a repeat", effect: unasked("lookup", 404, notFound)},
		{Name: "an unknown line counts as sent", effect: found},
		{Name: "what was written counts as sent", effect: believed},
		{Name: "a lost answer means not sent", event: answers("send", func(a *session.Answered) { refusedIf(a, a.Status == 0) })},
		{Name: "a broken bridge means not sent", event: answers("send", func(a *session.Answered) { refusedIf(a, a.Status >= 500) })},
		{Name: "a busy bridge means not sent", event: answers("send", func(a *session.Answered) { refusedIf(a, a.Status == 429) })},
		{Name: "a busy server means not sent", event: frames("too-many-requests", "message-length-exceeds-character-limit")},
		{Name: "the outbox is not saved", effect: unsaved("outbox/")},
		{Name: "the outbox is saved after the send", order: saveLast},
		{Name: "the token is not saved", effect: unsaved("token")},
		{Name: "unknown lines are forgotten by a reload", saved: restate("")},
		{Name: "unknown lines are new after a reload", saved: restate("queued")},
		{Name: "sent lines stay saved", effect: undeleted},
		{Name: "what storage refused is not saved again", event: deaf[session.SaveFailed]},
		{Name: "no heartbeat", effect: unarmed("beat")},
		{Name: "no limit for the answer to a heartbeat", effect: unarmed("pong")},
		{Name: "no limit for connecting", effect: unarmed("connect")},
		{Name: "no limit for an attempt", effect: unarmed("attempt")},
		{Name: "no redial", effect: unarmed("redial")},
		{Name: "redial at once", effect: atOnce("redial")},
		{Name: "dead sockets are kept", effect: dropped[session.Hangup]},
		{Name: "waking up is not noticed", event: deaf[session.Woke]},
		{Name: "frames of older sockets count", event: anyEpoch},
		{Name: "history is not read", effect: unasked("history", 200, `{"messages":[]}`)},
		{Name: "a history that failed is not read again", effect: unarmed("retry/history")},
		{Name: "only one page of history is read", event: answers("history", onePage)},
		{Name: "the room of an answer is ignored", event: sameRoom},
		{Name: "deletions are not listened to", event: frames("/deleteMessage", "/nothing")},
		{Name: "failed calls are repeated at once", effect: atOnce("retry/")},
	}
}

// unasked answers a call without asking anybody.
func unasked(name string, status int, body string) func(*page, session.Effect) session.Effect {
	return func(p *page, e session.Effect) session.Effect {
		if a, ok := e.(session.Ask); ok && a.ID.Name == name {
			life := p.life
			p.w.after(time.Millisecond, func() {
				if p.life == life {
					p.deliver(session.Answered{Ask: a.ID, Status: status, Body: body})
				}
			})
			return nil
		}
		return e
	}
}

// found answers every look-up with the message it asks for.
func found(p *page, e session.Effect) session.Effect {
	if a, ok := e.(session.Ask); ok && a.ID.Name == "lookup" {
		id, query, _ := strings.Cut(strings.TrimPrefix(a.Path, "/v1/messages/"), "?")
		m := message{id: id, rid: value(query, "room"), text: "?", ts: p.w.srv.stamp()}
		return unasked("lookup", 200, `{"message":`+m.json(false)+`}`)(p, e)
	}
	return e
}

// believed answers a send over the socket as soon as it is written.
func believed(p *page, e session.Effect) session.Effect {
	if send, ok := e.(session.Send); ok && strings.Contains(send.Text, "sendMessageLivechat") {
		field := func(name string) string {
			_, rest, _ := strings.Cut(send.Text, `"`+name+`":"`)
			v, _, _ := strings.Cut(rest, `"`)
			return v
		}
		m := message{id: field("_id"), rid: field("rid"), text: field("msg"), ts: p.w.srv.stamp(), updated: p.w.srv.stamp(), token: field("token")}
		life, text := p.life, `{"msg":"result","id":"`+field("id")+`","result":`+m.json(true)+`}`
		p.w.after(0, func() {
			if p.life == life {
				p.deliver(session.FrameCame{Epoch: send.Epoch, Text: text})
			}
		})
	}
	return e
}

func answers(name string, change func(*session.Answered)) func(*page, session.Event) session.Event {
	return func(_ *page, ev session.Event) session.Event {
		if a, ok := ev.(session.Answered); ok && a.Ask.Name == name {
			change(&a)
			return a
		}
		return ev
	}
}

func refusedIf(a *session.Answered, refuse bool) {
	if refuse {
		a.Status, a.Body = 400, `{"error":"bad-request"}`
	}
}

// onePage makes every page look like the last one.
func onePage(a *session.Answered) {
	if n := strings.Count(a.Body, `{"_id"`); n == 50 {
		a.Body = a.Body[:strings.LastIndex(a.Body, `,{"_id"`)] + "]}"
	}
}

func frames(old, text string) func(*page, session.Event) session.Event {
	return func(_ *page, ev session.Event) session.Event {
		if f, ok := ev.(session.FrameCame); ok {
			f.Text = strings.ReplaceAll(f.Text, old, text)
			return f
		}
		return ev
	}
}

// sameRoom makes everything look as if it had happened in the room at hand.
func sameRoom(p *page, ev session.Event) session.Event {
	f, ok := ev.(session.FrameCame)
	if room := p.session.State().Room.ID; ok && room != "" && strings.Contains(f.Text, `"msg":"result"`) {
		if head, rest, ok := strings.Cut(f.Text, `"rid":"`); ok {
			_, rest, _ = strings.Cut(rest, `"`)
			f.Text = head + `"rid":"` + room + `"` + rest
			return f
		}
	}
	return ev
}

func anyEpoch(p *page, ev session.Event) session.Event {
	if f, ok := ev.(session.FrameCame); ok {
		f.Epoch = p.session.State().Epoch
		return f
	}
	return ev
}

func deaf[E session.Event](_ *page, ev session.Event) session.Event {
	if _, ok := ev.(E); ok {
		return nil
	}
	return ev
}

func dropped[E session.Effect](_ *page, e session.Effect) session.Effect {
	if _, ok := e.(E); ok {
		return nil
	}
	return e
}

func unsaved(prefix string) func(*page, session.Effect) session.Effect {
	return func(_ *page, e session.Effect) session.Effect {
		if s, ok := e.(session.Save); ok && strings.HasPrefix(s.Key, prefix) {
			return nil
		}
		return e
	}
}

func undeleted(_ *page, e session.Effect) session.Effect {
	if s, ok := e.(session.Save); ok && strings.HasPrefix(s.Key, "outbox/") && s.Value == "" {
		return nil
	}
	return e
}

func unarmed(prefix string) func(*page, session.Effect) session.Effect {
	return func(_ *page, e session.Effect) session.Effect {
		if a, ok := e.(session.Arm); ok && strings.HasPrefix(string(a.Timer), prefix) {
			return nil
		}
		return e
	}
}

func atOnce(prefix string) func(*page, session.Effect) session.Effect {
	return func(_ *page, e session.Effect) session.Effect {
		if a, ok := e.(session.Arm); ok && strings.HasPrefix(string(a.Timer), prefix) {
			a.After = time.Millisecond
			return a
		}
		return e
	}
}

// saveLast lets what is saved wait until all else is done.
func saveLast(effects []session.Effect) []session.Effect {
	var first, last []session.Effect
	for _, e := range effects {
		if _, ok := e.(session.Save); ok {
			last = append(last, e)
		} else {
			first = append(first, e)
		}
	}
	return append(first, last...)
}

// restate changes what a new page reads of lines that are unknown.
func restate(state string) func(session.Saved) {
	return func(saved session.Saved) {
		for key, v := range saved {
			switch {
			case !strings.HasPrefix(key, "outbox/") || !strings.Contains(v, `"state":"unknown"`):
			case state == "":
				delete(saved, key)
			default:
				v = strings.Replace(v, `"state":"unknown"`, `"state":"`+state+`"`, 1)
				saved[key] = strings.Replace(v, `"attempts":1`, `"attempts":0`, 1)
			}
		}
	}
}
