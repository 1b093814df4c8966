package e2e_test

import "testing"

// TestWhoWritesOnThePageGoesOnWriting whatever the page does with the chat,
// before the program is there and after.
func TestWhoWritesOnThePageGoesOnWriting(t *testing.T) {
	w := build(t)
	p := open(t)
	p.before(frozen)
	p.visit(w.site.URL)
	p.click("textbox", "Search")
	p.keys("a ")
	for _, when := range []string{"before", "after"} {
		p.eval(`Capsule.open()`)
		p.find("dialog", "")
		p.keys(when + " ")
		p.eval(`Capsule.close()`)
		p.gone("dialog", "")
		p.keys(when + " ")
		if when == "before" {
			p.eval(`go()`)
			p.until("the program", func() (bool, string) {
				there := p.eval(`!!document.querySelector('capsule-chat').shadowRoot.querySelector('[data-part=panel]')`)
				return there == "true", there
			})
		}
	}
	if text := p.eval(`document.querySelector('input').value`); text != "a before before after after " {
		t.Errorf("the page's field has %q", text)
	}
}

// TestAPageHearsNothingOfWhatIsTyped, which would be its shortcuts.
func TestAPageHearsNothingOfWhatIsTyped(t *testing.T) {
	w := build(t)
	p := open(t)
	p.before(frozen + `
		window.heard = ''
		for (const type of ['keydown', 'keypress', 'keyup']) addEventListener(type, (e) => { heard += type + e.key + ' ' })`)
	p.visit(w.site.URL)
	p.click("button", say("launcher.open"))
	p.find("textbox", say("write"))
	p.keys("n/")
	p.eval(`go()`)
	p.find("textbox", say("form.name"))
	p.click("textbox", say("form.name"))
	p.keys("n/")
	if heard := p.eval(`heard`); heard != "" {
		t.Errorf("the page heard %s", heard)
	}
	if text := p.eval(`document.querySelector('capsule-chat').shadowRoot.activeElement.value`); text != "n/" {
		t.Errorf("the field has %q", text)
	}
}

// TestAClosedChatTakesNoPlace in a page whose body sets out its children.
func TestAClosedChatTakesNoPlace(t *testing.T) {
	w := build(t)
	w.head = `<style>body { display: grid; gap: 40px; min-height: 100vh; align-content: space-between }</style>`
	p := w.visit()
	p.find("button", say("launcher.open"))
	place := func() string {
		return p.eval(`document.body.lastElementChild.localName + document.querySelector('p').getBoundingClientRect().top + ' ' + document.body.scrollHeight`)
	}
	with := place()
	p.eval(`document.querySelector('capsule-chat').hidden = true`)
	if without := place(); with != without {
		t.Errorf("%s with a closed chat, %s without", with, without)
	}
}
