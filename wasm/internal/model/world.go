package model

import (
	"fmt"
	"strconv"
	"time"

	"capsule/wasm/ejson"
	"capsule/wasm/internal/session"
)

// Length is how long a schedule lasts; faults happen in its first
// Disturbed.
const (
	Length    = 30 * time.Minute
	Disturbed = 10 * time.Minute
)

// A world is a schedule being played.
type world struct {
	clock
	start  time.Time
	rng    chance
	srv    *server
	people []*person
	check  *checker
	parser ejson.Parser // of what reaches the server and the bridge
	log    func(string) // nil: nobody reads along
	hash   uint64
	faults map[string]int
	events int
	minted int
	said   int
	weak   *Weakness

	asksForm  bool
	noSocket  bool
	downUntil time.Duration // Rocket.Chat
	restDown  time.Duration // the bridge
	twice     time.Duration // until when streams repeat themselves
	muteUntil time.Duration // until when sends over sockets are not answered
	muteAfter bool          // they are carried out
}

// A Result is what came of a schedule.
type Result struct {
	Hash      uint64
	Events    int
	Faults    map[string]int
	Submits   int
	Violation string // "" when everything held
}

// Run plays a schedule; log, unless nil, is told what happens.
func Run(s Schedule, log func(string)) Result { return RunWeak(s, &Weakness{}, log) }

// RunWeak plays a schedule against a weakened policy.
func RunWeak(s Schedule, weak *Weakness, log func(string)) Result {
	w := &world{weak: weak, start: time.UnixMilli(epoch0).UTC(), rng: chance(s.Seed), hash: 14695981039346656037, faults: map[string]int{}, log: log}
	w.srv = newServer(w)
	w.check = newChecker(w)
	w.srv.noMethod, w.srv.markFirst, w.srv.resultOut, w.asksForm, w.noSocket = s.NoMethod, s.Marks, s.ResultFirst, s.Form, s.NoSocket
	for i := range s.People {
		w.newcomer(i, s)
	}
	for _, a := range s.Acts {
		w.at(a.At, func() { w.act(a) })
	}
	w.at(Disturbed, func() {
		for _, v := range w.people {
			for _, p := range v.pages {
				p.net.cutBefore, p.net.cutAfter, p.crashIn = 0, 0, 0
				for _, k := range p.sockets {
					k.cutBefore, k.cutAfter = 0, 0
				}
			}
		}
	})
	w.run(Length, w.check.failed)
	if !w.check.failed() {
		w.check.end()
	}
	return Result{w.hash, w.events, w.faults, len(w.check.submits), w.check.violation}
}

func (w *world) newcomer(i int, s Schedule) {
	v := &person{w: w, name: string(rune('a' + i)), rng: w.rng.split(), tries: map[string]int{}}
	v.store = store{kept: map[string]string{}, refused: map[string]time.Duration{}, w: w, blocked: s.Blocked}
	w.people = append(w.people, v)
	for i := range max(s.Tabs, 1) {
		p := &page{w: w, who: v, name: v.name + strconv.Itoa(i+1), index: i, rng: w.rng.split(), net: net{rng: w.rng.split()}}
		p.net.ghosts = s.Seed%2 == 0
		v.pages = append(v.pages, p)
	}
	for i, p := range v.pages {
		w.at(time.Duration(i)*v.rng.upTo(4*time.Second), p.load)
		for at := time.Minute; at < 24*time.Minute; at += 40 * time.Second {
			w.at(at+v.rng.upTo(20*time.Second), func() { v.mind(p) })
		}
	}
}

func (w *world) fault(kind string) { w.faults[kind]++ }

// note is for the reader of a transcript, who alone pays for it.
func (w *world) note(format string, args ...any) {
	if w.log != nil {
		w.log(fmt.Sprintf("%9.3fs  ", w.now.Seconds()) + fmt.Sprintf(format, args...))
	}
}

// The trace of a run is every event and every effect, hashed as they come.

func (w *world) mix(n uint64) {
	w.hash = (w.hash ^ n) * 1099511628211
}

func (w *world) mixText(s string) {
	h := w.hash
	for ; len(s) >= 8; s = s[8:] {
		// Eight bytes at a time: the compiler makes one load of this.
		word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = (h ^ word) * 1099511628211
		h ^= h >> 32
	}
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	w.hash = h
}

func (w *world) trace(p *page, ev session.Event) {
	w.mix(uint64(w.now))
	w.mixText(p.name)
	switch ev := ev.(type) {
	case session.FrameCame:
		w.mix(1 + uint64(ev.Epoch)<<8)
		w.mixText(ev.Text)
	case session.Answered:
		w.mix(2 + uint64(ev.Status)<<8)
		w.mixText(ev.Ask.Name)
		w.mixText(ev.Body)
	case session.Rang:
		w.mix(3)
		w.mixText(string(ev.Timer))
	case session.LinkRose:
		w.mix(4 + uint64(ev.Epoch)<<8)
	case session.LinkFell:
		w.mix(5 + uint64(ev.Epoch)<<8)
	case session.Composed:
		w.mix(6)
		w.mixText(ev.Text)
	default:
		w.mix(7)
	}
	if w.log != nil {
		w.note("%s < %s", p.name, show(ev))
	}
}

func (w *world) traceEffect(p *page, e session.Effect) {
	switch e := e.(type) {
	case session.Send:
		w.mix(8 + uint64(e.Epoch)<<8)
		w.mixText(e.Text)
	case session.Ask:
		w.mix(9)
		w.mixText(e.Path)
		w.mixText(e.Body)
	case session.Save:
		w.mix(10)
		w.mixText(e.Key)
		w.mixText(e.Value)
	case session.Arm:
		w.mix(11 + uint64(e.After)<<8)
		w.mixText(string(e.Timer))
	case session.Dial:
		w.mix(12 + uint64(e.Epoch)<<8)
	case session.Hangup:
		w.mix(13 + uint64(e.Epoch)<<8)
	case session.Disarm:
		w.mix(14)
		w.mixText(string(e.Timer))
	case session.Sound:
		w.mix(16)
	case session.Tell:
		w.mix(15)
		w.mixText(e.Detail)
	}
	if w.log != nil {
		w.note("%s   > %s", p.name, brief(e))
	}
}

// show names an event in a word and what matters of it.
func show(ev session.Event) string {
	switch ev := ev.(type) {
	case session.FrameCame:
		return "frame " + strconv.Itoa(ev.Epoch) + " " + ev.Text
	case session.Answered:
		return fmt.Sprintf("answer %v %d %s %s", ev.Ask, ev.Status, ev.Body, ev.Why)
	case session.Rang:
		return "rang " + string(ev.Timer)
	}
	return fmt.Sprintf("%T %v", ev, ev)[len("session."):]
}

func brief(e session.Effect) string {
	switch e := e.(type) {
	case session.Send:
		return "send " + strconv.Itoa(e.Epoch) + " " + e.Text
	case session.Ask:
		return fmt.Sprintf("ask %v %s %s %s", e.ID, e.Method, e.Path, e.Body)
	case session.Save:
		return "save " + e.Key + " " + e.Value
	}
	return fmt.Sprintf("%T %v", e, e)[len("session."):]
}
