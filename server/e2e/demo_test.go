package e2e_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"capsule/server/internal/app"
)

// demo is the server that ./build.sh demo runs.
func demo(t *testing.T) *app.App {
	t.Helper()
	a := &app.App{Logf: t.Logf}
	flags := []string{"-demo", "-addr", "127.0.0.1:0", "-demo-addr", "127.0.0.1:0", "-assets", dist}
	if err := a.ParseFlags(flags, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Logf("close: %v", err)
		}
	})
	return a
}

// greet has a visitor of the demo page say hello.
func greet(t *testing.T, a *app.App) *page {
	t.Helper()
	p := open(t)
	p.visit(a.URL() + "/")
	p.click("button", say("launcher.open"))
	p.write(say("form.name"), "Vera")
	p.write(say("form.email"), "vera@example.com")
	p.write(say("form.message")+" ("+say("form.optional")+")", "hello")
	p.press("Enter")
	return p
}

func TestTheDemoIsAliveByItself(t *testing.T) {
	p := greet(t, demo(t))
	p.reads("Hi Vera, I'm Capsule Bot.")
	p.write(say("write.to", "{name}", "Capsule Bot"), "how much is a chair?")
	p.press("Enter")
	p.reads("A chair is € 780")
}

// TestAPersonAtTheDesk has one tab answer another.
func TestAPersonAtTheDesk(t *testing.T) {
	a := demo(t)
	desk := open(t)
	desk.visit(a.URL() + "/desk.html")
	desk.click("button", "Take a seat")
	desk.readsAll("Nobody is waiting.", "You have no chats yet.")

	visitor := greet(t, a)
	desk.readsAll("hello")
	desk.eval(`document.querySelector('[data-part=waiting] button').click()`) // its name has the time in it
	desk.click("button", "Take this chat")
	visitor.reads("Sam Okafor joined")
	desk.write("Write an answer", "Good morning, Vera")
	visitor.reads(say("typing.one", "{name}", "Sam Okafor"))
	desk.press("Enter")
	visitor.reads("Good morning, Vera")

	visitor.write(say("write.to", "{name}", "Sam Okafor"), "and to you")
	desk.readsAll("Vera is typing")
	visitor.press("Enter")
	desk.readsAll("and to you")

	// On a phone the list and the chat take turns; so does the focus.
	desk.do(emulation.SetDeviceMetricsOverride(390, 844, 1, true))
	desk.click("button", "Back to all chats")
	desk.until("focus in the list", func() (bool, string) {
		at := desk.eval(`document.activeElement.innerText + document.activeElement.localName`)
		return strings.Contains(at, "Vera") && strings.HasSuffix(at, "button"), at
	})
	desk.press("Enter")
	desk.readsAll("and to you")
	desk.do(emulation.ClearDeviceMetricsOverride())

	desk.click("button", "Close")
	desk.click("button", "Close the chat")
	visitor.find("button", say("renew"))
	desk.readsAll("Closed", "You have no chats yet.")

	desk.click("button", "Sign out")
	desk.readsAll("Leave the desk?")
	desk.click("button", "Sign out")
	desk.find("button", "Take a seat")
}

// readsAll waits until all the texts can be read on the page itself.
func (p *page) readsAll(texts ...string) {
	p.t.Helper()
	for _, want := range texts {
		p.until(want, func() (bool, string) {
			return p.eval(`document.body.innerText.includes(%q) + ''`, want) == "true", p.eval(`document.body.innerText`)
		})
	}
}
