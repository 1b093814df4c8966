//go:build delivery

package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
	"capsule/wasm/rocket"
)

// states is what is to be seen below the visitor's lines: the picture and the
// words of each.
func (k *talk) states() []string {
	k.t.Helper()
	seen := k.p.eval(`[...document.querySelector('capsule-chat').shadowRoot.querySelectorAll('[data-part=panel] li.row.mine')].map((row) => {
		const icons = [...row.querySelectorAll('.mark path')].filter((path) => path.getBoundingClientRect().width > 0)
		const words = row.querySelector('.mark-text')
		return icons.map((path) => path.getAttribute('class')) + ' ' + (words.getBoundingClientRect().width > 10 ? words.innerText : '')
	}).join('|')`)
	return strings.Split(seen, "|")
}

// shows waits until the newest lines are in these states.
func (k *talk) shows(want ...string) {
	k.t.Helper()
	k.p.within(patience, strings.Join(want, ", "), func() (bool, string) {
		seen := k.states()
		return len(seen) >= len(want) && slices.Equal(seen[len(seen)-len(want):], want), strings.Join(seen, ", ")
	})
}

// TestEveryStateIsShown has a line be in each of its states, which all have a
// picture and words.
func TestEveryStateIsShown(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	var (
		queued  = "mark-queued " + say("delivery.queued")
		sending = "mark-sending " + say("delivery.sending")
		unknown = "mark-unknown " + say("delivery.unknown")
		sent    = "mark-sent " + say("delivery.sent")
		notSent = "mark-bad " + say("delivery.notsent")
	)
	k.shows(sent)
	k.chat.RefuseNext(rocket.MethodSend, standin.Error{Code: "message-length-exceeds-character-limit"})
	k.write("refused")
	k.shows(notSent)
	k.p.reads(say("why.too-long"))
	for _, act := range []string{"retry", "copy", "discard"} {
		k.p.find("button", say(act))
	}
	k.p.click("button", say("discard"))
	k.p.gone("button", say("discard"))
	k.chat.Delay(2 * time.Second)
	k.write("on its way", "behind it")
	k.shows(sending, queued)
	k.chat.Delay(0)
	k.shows(sent, sent)
	if err := k.app.Close(); err != nil {
		t.Fatal(err)
	}
	k.chat.CutBefore(2) // the end of typing, then the line
	k.write("perhaps")
	k.shows(unknown)
}

// TestNothingMovesWhenLinesAreSent follows every line from frame to frame,
// while three of them leave and the banner above does.
func TestNothingMovesWhenLinesAreSent(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	k.chat.RefuseUpgrades(1e6, 503)
	k.chat.DropAll()
	k.write("one", "two", "three")
	k.p.within(patience, "the loss shown", k.p.offered(say("lost")))
	k.p.eval(`(() => {
		const root = document.querySelector('capsule-chat').shadowRoot
		const ends = new Map()
		window.moved = () => Math.max(...[...ends.values()].map(([low, high]) => high - low))
		const look = () => {
			requestAnimationFrame(look)
			for (const row of root.querySelectorAll('[data-part=panel] li.row')) {
				const { top } = row.getBoundingClientRect()
				const [low, high] = ends.get(row.dataset.id) || [top, top]
				ends.set(row.dataset.id, [Math.min(low, top), Math.max(high, top)])
			}
		}
		look()
	})()`)
	k.chat.RefuseUpgrades(0, 0)
	k.nudge()
	k.settled()
	k.p.forgets(say("lost"))
	var moved float64
	if _, err := fmt.Sscan(k.p.eval(`moved()`), &moved); err != nil || moved > 2 {
		t.Errorf("lines moved by %v pixels (%v)", moved, err)
	}
}
