package standin_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestTheOfficialWidget drives the official widget against the stand-in:
// register, chat both ways, reload, upload, close. It needs a browser, and in
// CAPSULE_OFFICIAL_WIDGET the directory of its npm package,
// @rocket.chat/livechat.
func TestTheOfficialWidget(t *testing.T) {
	dir := os.Getenv("CAPSULE_OFFICIAL_WIDGET")
	if dir == "" {
		t.Skip("CAPSULE_OFFICIAL_WIDGET names no directory with the npm package @rocket.chat/livechat")
	}
	if _, err := os.Stat(filepath.Join(dir, "build", "index.html")); err == nil {
		dir = filepath.Join(dir, "build")
	}
	for name, mode := range map[string]standin.Mode{"3.4": standin.V3, "6.14": standin.V6, "8.4": standin.V8} {
		t.Run(name, func(t *testing.T) { official(t, dir, mode) })
	}
}

func official(t *testing.T, dir string, mode standin.Mode) {
	o := staffed(mode)
	o.WidgetDir = dir
	s, base := start(t, o)
	sam := s.Agent("sam")
	sam.Online(true)
	ctx := browser(t)
	run := func(what string, actions ...chromedp.Action) {
		t.Helper()
		step, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if err := chromedp.Run(step, actions...); err != nil {
			var html string
			_ = chromedp.Run(ctx, chromedp.OuterHTML("body", &html)) // says more than the error, if it can
			t.Fatalf("%s: %v\n%.4000s", what, err, html)
		}
	}
	await := func(what string, holds func(*standin.View) bool) {
		t.Helper()
		if err := s.WaitFor(deadline(t), holds); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	text := func(want string) chromedp.Action {
		return chromedp.Poll(fmt.Sprintf(`document.body && document.body.innerText.includes(%q)`, want), nil, chromedp.WithPollingTimeout(15*time.Second))
	}

	run("open", chromedp.Navigate(base+"/livechat?mode=popout&serverUrl="+url.QueryEscape(base)),
		chromedp.WaitVisible(`input[name="name"]`, chromedp.ByQuery))
	run("register", chromedp.SendKeys(`input[name="name"]`, "Ann Visitor", chromedp.ByQuery),
		chromedp.SendKeys(`input[name="email"]`, "ann@example.com", chromedp.ByQuery),
		chromedp.Click(`form button`, chromedp.ByQuery),
		chromedp.WaitVisible(`[contenteditable]`, chromedp.ByQuery))

	run("say", chromedp.SendKeys(`[contenteditable]`, "hello from the widget\r", chromedp.ByQuery), text("hello from the widget"))
	var rid string
	await("the message to arrive", func(v *standin.View) bool {
		for _, r := range v.Rooms() {
			for _, m := range v.Messages(r.ID) {
				if m.Text == "hello from the widget" {
					rid = r.ID
					return true
				}
			}
		}
		return false
	})
	await("the widget to subscribe", func(v *standin.View) bool { return v.Subscriptions("stream-room-messages", rid) > 0 })
	if err := sam.Typing(rid, true); err != nil {
		t.Fatal(err)
	}
	if _, err := sam.Say(rid, "hello from the agent"); err != nil {
		t.Fatal(err)
	}
	run("hear", text("hello from the agent"))

	run("reload", chromedp.Reload(), text("hello from the agent"), text("hello from the widget"))

	file := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(file, []byte("a note"), 0o644); err != nil {
		t.Fatal(err)
	}
	run("upload", chromedp.SetUploadFiles(`input[type="file"]`, []string{file}, chromedp.ByQuery), text("note.txt"))
	await("the upload", func(v *standin.View) bool { return v.Calls(api+"upload/"+rid) == 1 })

	run("close", chromedp.Evaluate(clickOn("Options"), nil), text("Finish this chat"),
		chromedp.Evaluate(clickOn("Finish this chat"), nil), text("Are you sure"),
		chromedp.Evaluate(clickOn("Yes"), nil))
	await("the close", func(v *standin.View) bool { return !v.Rooms()[0].Open })
	run("see the end", text("Thanks for talking with us"))

	calls := map[string]bool{}
	for _, r := range s.Received() {
		if r.Conn == 0 {
			path, _, _ := strings.Cut(r.Path, "?")
			name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, api), "/"), "/") // without ids and tokens
			calls[r.Method+" "+name] = true
		}
	}
	t.Logf("the widget asked for %s", strings.Join(slices.Sorted(maps.Keys(calls)), ", "))
}

// clickOn clicks the innermost element of a text or label.
func clickOn(label string) string {
	return fmt.Sprintf(`(() => {
  const all = [...document.querySelectorAll('button, [role=menuitem], a, [aria-label]')];
  const hit = all.filter(e => e.textContent.trim() === %[1]q || e.getAttribute('aria-label') === %[1]q).pop();
  if (!hit) throw new Error('nothing to click: ' + %[1]q);
  hit.click();
})()`, label)
}

// browser starts one of its own, whose console goes to the test's log.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("no browser found, which CAPSULE_OFFICIAL_WIDGET asks for")
	}
	profile, err := os.MkdirTemp("", "capsule-official-")
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(profile), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	// The library does not know every field of a newer browser, and says so.
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // ends the browser, which may be gone
		cancel()
		cancelAllocator()
		_ = os.RemoveAll(profile) // helpers of the browser may still be at it
	})
	chromedp.ListenTarget(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventConsoleAPICalled:
			for _, a := range e.Args {
				t.Logf("console %s: %s", e.Type, a.Value)
			}
		case *runtime.EventExceptionThrown:
			t.Logf("exception: %s", e.ExceptionDetails.Error())
		case *page.EventJavascriptDialogOpening:
			t.Logf("dialog: %s", e.Message)
		}
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}
