package panel

import (
	"strings"
	"syscall/js"

	"capsule/assets/style"
	"capsule/wasm/internal/tint"
)

// A sheet is the panel's style. It is made by scripts from end to end, so
// a page's style-src has no say in it; where that cannot be, a <style>
// element has to do.
type sheet struct {
	p     *Panel
	own   js.Value // a CSSStyleSheet in adoptedStyleSheets; or undefined
	node  element  // the <style> element; or nil
	theme js.Value // the style of the rule for :host that holds the accent; or undefined
	probe element  // has the accent as its colour
}

func (p *Panel) newSheet() *sheet {
	s := &sheet{p: p, probe: p.w.element("i")}
	if !s.construct() {
		s.node = p.w.element("style")
		s.node.SetTextContent(style.Panel)
		p.root.Call("append", s.node.Underlying())
		if own := s.node.Get("sheet"); own.Truthy() {
			s.addTheme(own)
		}
	}
	s.probe.SetClass("probe")
	s.probe.SetAttribute("aria-hidden", "true")
	p.root.Call("append", s.probe.Underlying())
	return s
}

func (s *sheet) construct() bool {
	own, err := s.p.deps.Construct("CSSStyleSheet")
	if err != nil || !s.p.root.Get("adoptedStyleSheets").Truthy() {
		return false
	}
	if _, err = s.p.deps.Attempt(own, "replaceSync", style.Panel); err != nil {
		return false
	}
	s.own = own
	s.adopt(true)
	s.addTheme(own)
	return true
}

// adopt adds our sheet to the root's or takes it out, by a new list: not
// every browser lets the old one be changed.
func (s *sheet) adopt(on bool) {
	list := s.p.root.Get("adoptedStyleSheets").Call("slice")
	if on {
		list.Call("push", s.own)
	} else if at := list.Call("indexOf", s.own).Int(); at >= 0 {
		list.Call("splice", at, 1)
	}
	s.p.root.Set("adoptedStyleSheets", list)
}

func (s *sheet) addTheme(own js.Value) {
	at := own.Get("cssRules").Get("length").Int()
	if _, err := s.p.deps.Attempt(own, "insertRule", ":host{}", at); err == nil {
		s.theme = own.Get("cssRules").Index(at).Get("style")
	}
}

// tint sets the accent, if there is one. It is less than what a page says
// of its own <capsule-chat>, and than the script tag's colour.
func (s *sheet) tint(accent tint.Color, given bool) {
	if !s.theme.Truthy() {
		return
	}
	if given {
		s.set("accent", accent)
	} else {
		s.theme.Call("removeProperty", "--capsule-accent")
	}
	s.refresh()
}

func (s *sheet) set(name string, c tint.Color) {
	s.theme.Call("setProperty", "--capsule-"+name, c.String())
}

// refresh computes the colours that follow from the accent, whoever has
// chosen it.
func (s *sheet) refresh() {
	if !s.theme.Truthy() {
		return
	}
	computed := s.p.win.Call("getComputedStyle", s.probe.Underlying())
	accent, ok := tint.Parse(computed.Get("color").String())
	if !ok {
		accent = srgb(computed.Get("color").String())
	}
	t := tint.From(accent)
	s.set("on-accent", t.On)
	s.set("accent-deep", t.Deep)
	s.set("accent-day", t.Day)
	s.set("accent-night", t.Night)
}

// srgb reads "color(srgb r g b)", which is how some mixtures of colours
// come out; of what is no colour of sRGB it makes the default accent.
func srgb(text string) tint.Color {
	args, ok := strings.CutPrefix(text, "color(srgb ")
	if !ok {
		return tint.Default
	}
	c, ok := tint.ParseUnit(strings.TrimSuffix(args, ")"))
	if !ok {
		return tint.Default
	}
	return c
}

func (s *sheet) remove() {
	s.probe.Remove()
	if s.node != nil {
		s.node.Remove()
		return
	}
	s.adopt(false)
}
