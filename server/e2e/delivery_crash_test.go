//go:build delivery

package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// TestAProgramThatTraps is row 27: Go ends at some step of its work while
// lines are being sent. It is started again, and whatever had left the
// composer is sent once; what had not still stands in it.
func TestAProgramThatTraps(t *testing.T) {
	t.Parallel()
	w := build(t)
	w.head = `<script>(() => {
		const real = WebAssembly.instantiate
		WebAssembly.instantiate = (module, imports) => {
			const js = imports.gojs
			const call = Object.keys(js).find((name) => name.endsWith('valueCall'))
			const old = js[call]
			js[call] = (...args) => {
				if (window.steps > 0 && --window.steps === 0) throw new WebAssembly.RuntimeError('unreachable')
				return old(...args)
			}
			return real(module, imports)
		}
	})()</script>`
	k := talkIn(t, w)
	steps := []int{1, 14, 40}
	if long {
		steps = nil
		for n := 1; n < 200; n += 2 {
			steps = append(steps, n)
		}
	}
	for _, n := range steps {
		first, second := fmt.Sprint("trap ", n, " first"), fmt.Sprint("trap ", n, " second")
		k.focus()
		k.p.do(input.InsertText(first))
		k.p.press("Enter")
		k.p.do(input.InsertText(second))
		k.p.eval(`(steps = %d)`, n)
		k.p.press("Enter")
		k.say(fmt.Sprint("said at step ", n)) // more to do, should there be too little
		k.p.within(patience, "the trap", func() (bool, string) { left := k.p.eval(`steps`); return left == "0", left + " steps left" })
		k.wrote = append(k.wrote, first, second)
		k.p.within(patience, "the second line, submitted or still to be", func() (bool, string) {
			for _, r := range k.p.rows() {
				if r.Text == second {
					return true, ""
				}
			}
			kept := k.p.eval(`document.querySelector('capsule-chat')?.shadowRoot.querySelector('[data-part=panel] textarea.writer-text')?.value || ''`)
			if strings.TrimSpace(kept) == second { // a trap in the key's event makes it a line break
				k.focus()
				k.p.press("Enter")
			}
			return false, fmt.Sprintf("%q; the composer has %q", k.p.text(), kept)
		})
		k.settled()
		// Of two falls on one page the second is the last.
		k.p.reload()
		k.p.reopened()
		k.settled()
	}
}
