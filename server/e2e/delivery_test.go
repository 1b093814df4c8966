//go:build delivery

package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"

	"capsule/server/standin"
)

// long tells to repeat cheap things often, and to try what takes minutes.
var long = os.Getenv("CAPSULE_LONG") != ""

// patience is how long a test of delivery waits: the longest time between two
// attempts to get a socket is a minute.
const patience = 75 * time.Second

// A talk is a conversation of which is remembered what the visitor submitted,
// to be compared with what the server has and with what is shown.
type talk struct {
	*world
	p     *page
	room  string
	wrote []string
}

// truth looks at every frame of the page for what must never be seen: a line
// that was sent and is not any more, one shown twice, one that waits above
// one that was sent, and one that has vanished.
const truth = `(() => {
	const known = new Map()
	let last, renewed
	window.lies = []
	window.renewed = () => { renewed = true } // the lines of another conversation may go
	const look = () => {
		requestAnimationFrame(look)
		const host = document.querySelector('capsule-chat')
		const panel = host && host.shadowRoot && host.shadowRoot.querySelector('[data-part=panel]')
		if (panel !== last) known.clear()
		last = panel
		if (!panel) return
		const seen = new Set()
		let waits = ''
		for (const row of panel.querySelectorAll('li.row')) {
			const { id, mark } = row.dataset
			const text = row.querySelector('.text').innerText
			const mine = row.classList.contains('mine')
			const sent = !mark || mark === 'sent'
			if (seen.has(id)) lies.push(text + ' is there twice')
			if (mine && known.get(id) === 'sent' && !sent) lies.push(text + ' was sent and is now ' + mark)
			if (sent && waits) lies.push(text + ' is below ' + waits + ', which waits')
			if (!sent) waits = text
			seen.add(id)
			known.set(id, sent ? 'sent' : mark)
		}
		known.forEach((_, id) => {
			if (!seen.has(id) && !renewed) lies.push(id + ' has vanished'), known.delete(id)
		})
	}
	requestAnimationFrame(look)
})()`

// talkIn has a conversation begun in a world.
func talkIn(t *testing.T, w *world) *talk {
	t.Helper()
	return talkOn(t, w, open(t))
}

// talkOn has it begun on a page that is open.
func talkOn(t *testing.T, w *world, p *page) *talk {
	t.Helper()
	k := &talk{world: w, p: p}
	k.p.before(truth)
	// The browser's own words about the network.
	k.p.allow(`^(network|javascript|other): .*(WebSocket connection to|Failed to load resource)`)
	k.p.visit(w.site.URL)
	k.p.find("button", "")
	k.room = w.start(k.p, "hello")
	k.wrote = []string{"hello"}
	k.say("good day")
	k.settled()
	return k
}

func (k *talk) say(text string) {
	k.t.Helper()
	k.world.say(k.room, text)
}

// focus puts the cursor into the composer.
func (k *talk) focus() {
	k.t.Helper()
	k.p.within(patience, "the composer", func() (bool, string) {
		return k.p.eval(`(() => {
			const box = document.querySelector('capsule-chat')?.shadowRoot.querySelector('[data-part=panel] textarea.writer-text')
			if (!box || !box.offsetParent) return false
			box.focus()
			return true
		})()`) == "true", k.p.text()
	})
}

// write has the visitor submit lines, and sees each at once.
func (k *talk) write(texts ...string) {
	k.t.Helper()
	k.focus()
	for _, text := range texts {
		k.p.do(input.InsertText(text))
		k.p.press("Enter")
		k.wrote = append(k.wrote, text)
	}
	k.p.within(patience, "the lines", func() (bool, string) {
		var shown []string
		for _, r := range k.p.rows() {
			if r.Mine {
				shown = append(shown, r.Text)
			}
		}
		return len(shown) >= len(texts) && slices.Equal(shown[len(shown)-len(texts):], texts), strings.Join(shown, "|")
	})
}

// A shownRow is a line as the page shows it.
type shownRow struct {
	ID, Text, Mark, Fate string
	Mine                 bool
}

func (r shownRow) sent() bool { return r.Mark == "" || r.Mark == "sent" }

func (p *page) rows() (rows []shownRow) {
	p.t.Helper()
	text := p.eval(`(() => {
		const host = document.querySelector('capsule-chat')
		return JSON.stringify(!host || !host.shadowRoot ? [] : [...host.shadowRoot.querySelectorAll('[data-part=panel] li.row')].map((row) => ({
			id: row.dataset.id, mark: row.dataset.mark || '', mine: row.classList.contains('mine'),
			text: row.querySelector('.text').innerText, fate: row.querySelector('.fate').innerText,
		})))
	})()`)
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		p.t.Fatalf("rows: %v in %s", err, text)
	}
	return rows
}

// settled waits until all is well, and sees that it always was: every line is
// at the server once and in order, and shown with all that was said.
func (k *talk) settled() {
	k.t.Helper()
	k.settledWith(1)
}

// settledWith is for a talk that has needed more than one room.
func (k *talk) settledWith(rooms int) {
	k.t.Helper()
	k.p.within(patience, "peace", func() (bool, string) {
		var got, all, shown []string
		last := ""
		for _, r := range k.chat.Rooms() {
			last = r.ID
			for _, m := range k.chat.Messages(r.ID) {
				if m.Kind == "" && m.FromVisitor {
					got = append(got, m.Text)
				}
			}
		}
		for _, m := range k.chat.Messages(last) {
			if m.Kind == "" {
				all = append(all, m.Text)
			}
		}
		sent := true
		for _, r := range k.p.rows() {
			shown = append(shown, r.Text)
			sent = sent && r.sent()
		}
		return slices.Equal(got, k.wrote) && slices.Equal(shown, all) && sent,
			fmt.Sprintf("at the server %q, of these in the last room %q, of %q; shown %q, all sent: %v", got, all, k.wrote, shown, sent)
	})
	if lies := k.p.eval(`lies.join('; ')`); lies != "" {
		k.t.Errorf("it was shown that %s", lies)
	}
	list := k.chat.Rooms()
	if len(list) != rooms {
		k.t.Errorf("there are %d rooms, want %d", len(list), rooms)
	}
	for _, r := range list {
		if !slices.ContainsFunc(k.chat.Messages(r.ID), func(m standin.Message) bool { return m.Kind == "" && m.FromVisitor }) {
			k.t.Errorf("nobody has written in room %s", r.ID)
		}
	}
}

// nudge is the hint of a browser that the network has changed, which makes
// the next attempt come within a second.
func (k *talk) nudge() {
	k.t.Helper()
	k.p.eval(`dispatchEvent(new Event('online'))`)
}

// within is until for what takes its time.
func (p *page) within(most time.Duration, what string, holds func() (ok bool, seen string)) time.Duration {
	p.t.Helper()
	began := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := holds()
		took := time.Since(began)
		if ok {
			return took
		}
		if took > most {
			p.t.Fatalf("%s: not within %v; there is %s", what, most, seen)
		}
		<-tick.C
	}
}

// offered reports whether the widget shows a text.
func (p *page) offered(text string) func() (bool, string) {
	return func() (bool, string) {
		seen := p.text()
		return strings.Contains(seen, text), fmt.Sprintf("%q", seen)
	}
}
