package panel

import (
	"syscall/js"

	"capsule/wasm/internal/decimal"
)

// watchViewport tells the sheet how much of the page can be seen: on a
// phone the keyboard covers part of it, and only the visual viewport knows.
func (p *Panel) watchViewport() {
	p.fit = func() {}
	viewport := p.win.Get("visualViewport")
	if !viewport.Truthy() {
		return
	}
	p.fit = func() {
		style := p.section.Style()
		// Magnified, the visual viewport is but a part of what we should fill.
		if !p.screen.Open || viewport.Get("scale").Float() > 1.05 || !p.small() {
			style.RemoveProperty("--capsule-view-height")
			style.RemoveProperty("--capsule-view-top")
			return
		}
		style.SetProperty("--capsule-view-height", px(viewport.Get("height")), "")
		style.SetProperty("--capsule-view-top", px(viewport.Get("offsetTop")), "")
	}
	for _, name := range []string{"resize", "scroll"} {
		p.on(viewport, name, false, func(js.Value) {
			p.fit()
			p.modal() // a phone that is turned may be wide enough
		})
	}
}

func px(v js.Value) string { return decimal.Tenths(max(v.Float(), 0)) + "px" }
