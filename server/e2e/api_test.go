package e2e_test

import (
	"strings"
	"testing"

	"capsule/server/standin"
)

func TestThePageHasItsSay(t *testing.T) {
	w := build(t)
	department := w.chat.AddDepartment(standin.Department{Name: "Workshop", Agents: []string{"sam"}})
	w.tag = `data-load="intent"`
	// Calls before the script is there, and listeners for everything.
	w.head = `<script>
		heard = []
		Capsule = [['identify', { name: 'Vera', email: 'vera@example.com' }], ['setDepartment', '` + department + `']]
		'ready opened closed started ended message unread agent error destroyed'.split(' ').forEach((name) => {
			Capsule.push(['on', name, (detail) => heard.push(name + (detail ? JSON.stringify(detail) : ''))])
		})
	</script>`
	p := w.visit()
	heard := func(want string) {
		t.Helper()
		p.until(want+" told", func() (bool, string) {
			all := p.eval(`heard.join(' ')`)
			return strings.Contains(all, want), all
		})
	}
	p.eval(`Capsule.open()`)
	// Nothing is asked of whom the page knows.
	p.reads(say("status.team"))
	p.write(say("write"), "hello")
	p.press("Enter")
	w.until("the line", func(v *view) bool {
		rooms := v.Rooms()
		return len(rooms) == 1 && rooms[0].Name == "Vera" && rooms[0].Department != "" && has(v.Messages(rooms[0].ID), "hello")
	})
	room := w.chat.Rooms()[0].ID
	heard("ready")
	heard("opened")
	heard(`started{"room":"` + room + `"}`)
	heard(`agent{"name":"Sam Okafor","status":"online"}`)

	// A listener may call back at once.
	p.eval(`Capsule.on('message', () => { Capsule.close() })`)
	w.say(room, "good day")
	heard("message{")
	heard("closed")
	p.gone("dialog", "")
	w.say(room, "are you there?")
	heard(`unread{"count":1}`)
	p.eval(`Capsule.toggle(); Capsule.toggle(); Capsule.toggle()`)
	p.reads("are you there?")

	// Nonsense does nothing, and nothing is thrown.
	p.eval(`[undefined, null, 7, 'x', [], {}, () => {}, { get name() { throw new Error('trap') } }].forEach((x) => {
		'open identify setDepartment on show'.split(' ').forEach((name) => Capsule[name](x, x))
	})`)
	p.eval(`Capsule.hide()`)
	p.gone("dialog", "")
	p.gone("button", "")
	w.say(room, "one more") // which nobody can see, and so nobody has seen
	w.say(room, "and another")
	heard(`unread{"count":2}`)
	p.eval(`(Capsule.show(), Capsule.open())`)
	p.reads("and another")

	p.eval(`(kept = Capsule, Capsule.destroy())`)
	heard("destroyed")
	p.eval(`(kept.open(), kept.on('message', () => {}), kept.destroy())`)
	if left := p.eval(`document.querySelectorAll('capsule-chat').length + typeof Capsule`); left != "0undefined" {
		t.Errorf("left on the page: %s", left)
	}
}

func TestTheVisitorsLanguage(t *testing.T) {
	for _, tt := range []struct{ name, tag, launcher, dir string }{
		{"of the script tag", `data-language="de"`, "Chat öffnen", "ltr"},
		{"from right to left", `data-language="ar"`, "", "rtl"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := build(t)
			w.tag = tt.tag
			p := open(t)
			p.visit(w.site.URL)
			p.click("button", tt.launcher)
			p.until("the direction", func() (bool, string) {
				dir := p.eval(`(() => {
					const panel = document.querySelector('capsule-chat').shadowRoot.querySelector('[data-part=panel]')
					return panel ? getComputedStyle(panel.firstElementChild).direction : ''
				})()`)
				return dir == tt.dir, dir
			})
			p.until("its own words", func() (bool, string) {
				text := p.text()
				return !strings.Contains(text, say("form.intro")) && strings.Contains(text, "*") || len(p.nodes("textbox", "")) > 2, text
			})
			if text := p.text(); strings.Contains(text, say("form.start")) {
				t.Errorf("in English: %q", text)
			}
		})
	}
}
