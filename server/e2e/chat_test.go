package e2e_test

import (
	"strings"
	"testing"
	"time"

	"capsule/server/standin"
)

func TestAConversation(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.reads("Sam Okafor")
	if n := len(w.chat.Rooms()); n != 1 {
		t.Errorf("there are %d rooms", n)
	}

	if err := w.sam.Typing(room, true); err != nil {
		t.Fatal(err)
	}
	p.reads(say("typing.one", "{name}", "Sam Okafor"))
	w.say(room, "good day, *Vera*")
	p.reads("good day, Vera")
	p.forgets(say("typing.one", "{name}", "Sam Okafor"))

	p.write(say("write.to", "{name}", "Sam Okafor"), "is it true?")
	p.press("Enter")
	w.until("the second line", func(v *view) bool { return has(v.Messages(room), "is it true?") })
	p.reads(say("delivery.sent"))

	// What an agent writes is text, whatever it looks like.
	w.say(room, `<img src=x onerror="window.hurt = 1"><script>window.hurt = 1</script>`)
	p.reads(`<img src=x onerror="window.hurt = 1">`)
	if hurt := p.eval(`typeof window.hurt`); hurt != "undefined" {
		t.Error("a message ran as a script")
	}
}

func TestOwnLineIsThereWithinAFrame(t *testing.T) {
	w := build(t)
	p := w.visit()
	w.start(p, "hello")
	w.chat.Delay(2 * time.Second) // no answer can be the reason
	p.eval(`(() => {
		const text = () => [...document.querySelector('capsule-chat').shadowRoot.children].map((e) => e.innerText || '').join()
		window.frames = []
		addEventListener('keydown', (e) => {
			if (e.key !== 'Enter') return
			// A task posted from within a frame runs when it has been drawn.
			requestAnimationFrame(() => {
				const after = new MessageChannel()
				after.port1.onmessage = () => frames.push(text().includes('at once'))
				after.port2.postMessage(0)
			})
		}, true)
		return 0
	})()`)
	p.keys("at once")
	p.press("Enter")
	p.until("a frame", func() (bool, string) {
		seen := p.eval(`frames.join()`)
		return seen != "", seen
	})
	if seen := p.eval(`frames.join()`); seen != "true" {
		t.Error("one frame after Enter the line is not there")
	}
	if seen := p.text(); strings.Count(seen, say("delivery.sent")) > 1 {
		t.Errorf("it is said to be sent already: %q", seen)
	}
}

func TestAReloadGoesOn(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	w.say(room, "good day")
	p.reads("good day")
	p.write(say("write.to", "{name}", "Sam Okafor"), "half a senten")
	p.until("the draft kept", func() (bool, string) {
		kept := p.eval(`Object.entries(localStorage).filter(([k]) => k.endsWith('/draft')).join()`)
		return strings.Contains(kept, "half a senten"), kept
	})
	p.reload()
	p.reopened()
	p.reads("hello")
	p.reads("good day")
	if got := p.call(p.find("textbox", say("write.to", "{name}", "Sam Okafor")), `function () { return this.value }`); got != "half a senten" {
		t.Errorf("the draft is %q", got)
	}
	p.write(say("write.to", "{name}", "Sam Okafor"), "ce")
	p.press("Enter")
	w.until("the sentence", func(v *view) bool { return has(v.Messages(room), "half a sentence") })
	if n := len(w.chat.Rooms()); n != 1 {
		t.Errorf("there are %d rooms", n)
	}
}

func TestTheAgentClosesAndANewConversationBegins(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	if err := w.sam.Close(room, "done"); err != nil {
		t.Fatal(err)
	}
	p.reads(say("ended.title"))
	p.reads("hello") // what was said stays
	w.until("the socket's end", func(v *view) bool { return v.Connections() == 0 })
	p.click("button", say("renew"))
	p.write(say("write"), "once more")
	p.press("Enter")
	w.until("a second room", func(v *view) bool {
		rooms := v.Rooms()
		return len(rooms) == 2 && has(v.Messages(rooms[1].ID), "once more")
	})
	p.forgets("hello")
}

func TestTheVisitorEndsIt(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	p.click("button", say("end"))
	p.click("button", say("end.yes"))
	p.reads(say("ended.title"))
	w.until("the end", func(v *view) bool {
		for _, r := range v.Rooms() {
			if r.ID == room {
				return !r.Open
			}
		}
		return false
	})
}

func TestACutSocketIsMended(t *testing.T) {
	w := build(t)
	p := w.visit()
	room := w.start(p, "hello")
	w.chat.DropAll()
	w.say(room, "in the gap")
	p.write(say("write.to", "{name}", "Sam Okafor"), "from the gap")
	p.press("Enter")
	p.reads("from the gap")
	// By itself it comes back within a quarter of a minute; a person does
	// not wait for that.
	p.until("what was said in the gap", func() (bool, string) {
		p.clickIf("button", say("try"))
		text := p.text()
		return strings.Contains(text, "in the gap\n"), text
	})
	w.until("the line", func(v *view) bool { return has(v.Messages(room), "from the gap") })
	count := 0
	for _, m := range w.chat.Messages(room) {
		if m.Text == "from the gap" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("the line arrived %d times", count)
	}
	w.say(room, "all is well")
	p.reads("all is well")
}

func TestNobodyIsThere(t *testing.T) {
	w := build(t)
	w.sam.Online(false)
	p := w.visit()
	p.click("button", say("launcher.open"))
	p.reads(say("offline.title"))
	p.write(say("form.name"), "Vera")
	p.write(say("form.email"), "vera@example.com")
	p.write(say("offline.message"), "please call me")
	p.click("button", say("offline.send"))
	p.reads(say("offline.sent.title"))
	w.until("the message", func(v *view) bool { return len(v.Offline()) == 1 })
}

// frozen is a script that holds the program back until the page calls go().
const frozen = `(() => {
	const real = window.fetch
	const wanted = new Promise((done) => { window.go = done })
	window.fetch = (url, ...more) => String(url).includes('.wasm') ? wanted.then(() => real(url, ...more)) : real(url, ...more)
})()`

func TestWhatIsTypedBeforeGoIsThereIsKept(t *testing.T) {
	w := build(t, func(o *standin.Options) {
		set := standin.DefaultSettings()
		set.RegistrationForm = false
		o.Settings = &set
	})
	w.tag = `data-load="intent"`
	p := open(t)
	p.before(frozen)
	p.visit(w.site.URL)
	p.click("button", say("launcher.open"))
	p.find("textbox", say("write"))
	p.keys("typed early")
	p.eval(`go()`)
	id := p.find("textbox", say("write"))
	p.until("the text", func() (bool, string) {
		got := p.call(id, `function () { return this.value }`)
		return got == "typed early", got
	})
	p.keys(" and late")
	p.reads(say("status.team")) // before that nothing can be sent
	p.press("Enter")
	w.until("the line", func(v *view) bool {
		rooms := v.Rooms()
		return len(rooms) == 1 && has(v.Messages(rooms[0].ID), "typed early and late")
	})
}
