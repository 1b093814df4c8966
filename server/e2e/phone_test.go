package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestOnAPhone(t *testing.T) {
	w := build(t)
	p := open(t)
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2)))
	p.visit(w.site.URL)
	w.start(p, "hello")
	p.until("a panel that fills the screen", func() (bool, string) {
		size := p.eval(`(() => {
			const r = document.querySelector('capsule-chat').shadowRoot.querySelector('[role=dialog]').getBoundingClientRect()
			return [r.left, r.top, Math.round(r.width), Math.round(r.height)].join()
		})()`)
		return size == "0,0,390,844", size
	})
	if size := p.call(p.find("textbox", say("write.to", "{name}", "Sam Okafor")), `function () { return getComputedStyle(this).fontSize }`); size < "16px" {
		t.Errorf("the composer's text is %s; below 16px phones zoom in", size)
	}
	if small := p.eval(`[...document.querySelector('capsule-chat').shadowRoot.querySelectorAll('[role=dialog] button')]
		.filter((b) => b.offsetParent && Math.min(b.offsetWidth, b.offsetHeight) < 32).map((b) => b.ariaLabel || b.innerText).join()`); small != "" {
		t.Errorf("too small for a finger: %s", small)
	}
}

// TestAPanelThatIsAllThereIs is what a screen reader and a keyboard find when
// the panel covers the page, when the phone is turned, and afterwards.
func TestAPanelThatIsAllThereIs(t *testing.T) {
	w := build(t)
	p := open(t)
	size := func(width, height int64) {
		p.do(emulation.SetDeviceMetricsOverride(width, height, 1, true))
	}
	reach := func(want string) {
		t.Helper()
		p.until("what is in reach", func() (bool, string) {
			got := p.eval(`(() => {
				const root = document.querySelector('capsule-chat').shadowRoot
				const panel = root.querySelector('[data-part=panel]')
				return [panel.ariaModal, panel.contains(root.querySelector('[aria-live=assertive]'))].join()
			})()`)
			return got == want, got
		})
	}
	size(390, 844)
	p.visit(w.site.URL)
	w.start(p, "hello")
	reach("true,true")
	size(844, 390)
	reach(",false")
	size(390, 844)
	reach("true,true")
	p.press("Escape")
	p.gone("dialog", "")
	reach(",false")
	p.waitFocus("button " + say("launcher.open"))
}

// TestTheWholePanelIsOnTheScreen where a site has lifted the launcher.
func TestTheWholePanelIsOnTheScreen(t *testing.T) {
	w := build(t)
	w.head = `<style>capsule-chat { --capsule-offset-y: 90px }</style>`
	p := open(t)
	p.do(emulation.SetDeviceMetricsOverride(1000, 600, 1, false))
	p.before(frozen)
	p.visit(w.site.URL)
	p.click("button", say("launcher.open"))
	for _, part := range []string{"frame", "panel"} {
		if part == "panel" {
			p.eval(`go()`)
		}
		p.until("the "+part, func() (bool, string) {
			top := p.eval(`document.querySelector('capsule-chat').shadowRoot.querySelector('[data-part=` + part + `]:not([hidden])')?.getBoundingClientRect().top`)
			return top == "16" || top == "15", top // the frame is a border smaller
		})
	}
}
