//go:build delivery

package e2e_test

import (
	"strconv"
	"testing"
	"time"
)

// heard counts the notes that a page plays.
const heard = `(() => {
	window.notes = 0
	const make = AudioContext.prototype.createOscillator
	AudioContext.prototype.createOscillator = function () {
		notes++
		return make.call(this)
	}
})()`

// TestOneSound is of row 15: an answer sounds once, whatever tabs there are,
// and not at all where it is seen.
func TestOneSound(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	q := k.beside()
	for _, x := range []*talk{k, q} {
		x.p.eval(heard)
	}
	played := func() (sounds int) {
		for _, x := range []*talk{k, q} {
			n, err := strconv.Atoi(x.p.eval(`notes`))
			if err != nil {
				t.Fatal(err)
			}
			sounds += n
		}
		return sounds / 2 // of two notes each
	}
	k.say("seen")
	for _, x := range []*talk{k, q} {
		x.p.within(patience, "the answer", x.p.offered("seen"))
	}
	for _, x := range []*talk{k, q} {
		x.p.eval(`Capsule.close()`)
	}
	for n, text := range []string{"unseen", "unseen too", "unseen as well"} {
		k.say(text)
		k.p.within(patience, "a sound", func() (bool, string) { return played() > n, strconv.Itoa(played()) })
		// A second one would come in the time in which the first was agreed upon, and not when a second has passed.
		began := time.Now()
		k.p.within(patience, "quiet", func() (bool, string) { return time.Since(began) > 1200*time.Millisecond, "" })
		if got := played(); got != n+1 {
			t.Errorf("after %d unseen answers there were %d sounds", n+1, got)
		}
	}
}
