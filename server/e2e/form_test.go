package e2e_test

import "testing"

// TestWritingGoesOnInTheForm types from the click on, while the form takes
// the place of what stood there before: nothing of it may end up in another
// field, nor be sent twice.
func TestWritingGoesOnInTheForm(t *testing.T) {
	w := build(t)
	w.tag = `data-load="intent"`
	// However fast Go is, it starts when the first words are there.
	w.head = `<script>(() => {
		const real = WebAssembly.instantiate
		const held = new Promise((go) => { window.begin = go })
		WebAssembly.instantiate = (...args) => held.then(() => real(...args))
	})()</script>`
	p := open(t)
	p.visit(w.site.URL)
	p.click("button", say("launcher.open"))
	p.find("textbox", say("write"))
	p.keys("what does ")
	p.eval(`(begin(), 0)`)
	message := p.find("textbox", say("form.message")+" ("+say("form.optional")+")")
	p.keys("a chair cost?")
	p.until("the message", func() (bool, string) {
		got := p.call(message, `function () { return this.value }`)
		return got == "what does a chair cost?", got
	})
	p.write(say("form.name"), "Vera")
	p.write(say("form.email"), "vera@example.org")
	p.click("textbox", say("form.message")+" ("+say("form.optional")+")")
	p.press("Enter") // which sends here as it does in the composer
	box := p.find("textbox", say("write.to", "{name}", "Sam Okafor"))
	w.until("the line", func(v *view) bool {
		rooms := v.Rooms()
		return len(rooms) == 1 && has(v.Messages(rooms[0].ID), "what does a chair cost?")
	})
	if left := p.call(box, `function () { return this.value }`); left != "" {
		t.Errorf("%q is still in the composer", left)
	}
}
