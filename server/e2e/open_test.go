package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// TestAnOpenPanelIsOpenAgain has a visitor reload, go to another page of the
// site, and open it in another tab.
func TestAnOpenPanelIsOpenAgain(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.before(`(() => {
		window.notes = 0
		const make = AudioContext.prototype.createOscillator
		AudioContext.prototype.createOscillator = function () { notes++; return make.call(this) }
	})()`)
	p.reload()
	p.reopened()
	p.reads("hello")
	if at := p.eval(`document.activeElement.localName`); at != "body" {
		t.Errorf("the focus is in %s", at)
	}
	w.until("the subscription", subscribed(room))
	w.say(room, "still here?")
	p.reads("still here?")
	if n := p.eval(`notes`); n != "0" {
		t.Errorf("%s notes were played", n)
	}
	p.visit(w.site.URL)
	p.reopened()

	other := tab(t, p.ctx)
	other.visit(w.site.URL)
	other.closed()

	p.eval(`Capsule.close()`)
	p.gone("dialog", "")
	p.reload()
	p.closed()
}

// TestAPanelThatCoversThePage comes back with a reload, and stays away from
// the next page.
func TestAPanelThatCoversThePage(t *testing.T) {
	w := build(t)
	p := open(t)
	p.do(emulation.SetDeviceMetricsOverride(390, 844, 1, true))
	p.visit(w.site.URL)
	p.find("button", "")
	w.start(p, "hello")
	p.reload()
	p.reopened()
	p.visit(w.site.URL + "/?another")
	p.closed()
}

// closed waits until the widget goes on, and sees that its panel has not been
// opened.
func (p *page) closed() {
	p.t.Helper()
	p.until("a panel", func() (bool, string) {
		found := p.eval(`performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/v1/session')) + ' ' +
			document.querySelector('capsule-chat')?.shadowRoot.querySelector('[data-part=panel]')?.hidden`)
		return found == "true true", found
	})
}
