package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"capsule/assets/locale"
	"capsule/server/internal/app"
	"capsule/server/standin"
)

// A world is what a test has for itself: a Rocket.Chat with an agent,
// Capsule's server, and a site that shows the widget.
type world struct {
	t      *testing.T
	chat   *standin.Server
	sam    *standin.Seat
	app    *app.App
	site   *httptest.Server
	socket string // where Rocket.Chat's websocket is, without its path

	// What the site's page is; to be set before it is visited.
	from   string // where the bundle is, if not on Capsule's server
	tag    string // attributes of the script tag
	head   string // what stands before it
	policy string // Content-Security-Policy
}

func build(t *testing.T, change ...func(*standin.Options)) *world {
	t.Helper()
	return buildVia(t, func(to string) string { return to }, change...)
}

// buildVia has the browser's socket take a way of its own to Rocket.Chat:
// way returns the URL that leads to another one.
func buildVia(t *testing.T, way func(to string) string, change ...func(*standin.Options)) *world {
	t.Helper()
	w := &world{t: t}
	o := standin.Options{Agents: []standin.Agent{{Username: "sam", Name: "Sam Okafor"}}}
	for _, f := range change {
		f(&o)
	}
	w.chat = standin.New(o)
	rocket := httptest.NewServer(w.chat)
	public := way(rocket.URL)
	w.socket = "ws" + strings.TrimPrefix(public, "http")
	w.site = httptest.NewServer(http.HandlerFunc(w.page))
	w.app = &app.App{Logf: t.Logf}
	flags := []string{"-addr", "127.0.0.1:0", "-rocketchat", rocket.URL, "-public", public, "-origin", w.site.URL, "-assets", dist, "-rate", "0"}
	if err := w.app.ParseFlags(flags, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	if err := w.app.Run(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.chat.Close()
		rocket.CloseClientConnections()
		rocket.Close()
		w.site.Close()
		if err := w.app.Close(); err != nil {
			t.Logf("close: %v", err)
		}
	})
	w.sam = w.chat.Agent("sam")
	w.sam.Online(true)
	return w
}

// page is a page as sites have them, with things of its own that must not
// be disturbed.
func (w *world) page(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(rw, r)
		return
	}
	if w.policy != "" {
		rw.Header().Set("Content-Security-Policy", w.policy)
	}
	from := w.from
	if from == "" {
		from = w.app.URL()
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(rw, `<!doctype html>
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>A shop</title>
%s
<script async src="%s/capsule.js" %s></script>
</head>
<body>
<h1>A shop</h1>
<p><input aria-label="Search"></p>
<p>Things to buy.</p>
</body>
</html>
`, w.head, from, w.tag)
}

// visit opens the site's page in a fresh profile, and waits for the
// launcher.
func (w *world) visit() *page {
	w.t.Helper()
	p := open(w.t)
	p.visit(w.site.URL)
	p.find("button", "")
	return p
}

// start opens the panel and has a first line sent.
func (w *world) start(p *page, text string) (room string) {
	w.t.Helper()
	p.click("button", say("launcher.open"))
	p.write(say("form.name"), "Vera")
	p.write(say("form.email"), "vera@example.com")
	p.click("button", say("form.start"))
	p.write(say("write"), text)
	p.click("button", say("send"))
	w.until("the first line", func(v *view) bool {
		rooms := v.Rooms()
		return len(rooms) > 0 && has(v.Messages(rooms[len(rooms)-1].ID), text)
	})
	rooms := w.chat.Rooms()
	p.find("button", say("end"))
	return rooms[len(rooms)-1].ID
}

// until waits for something at Rocket.Chat.
func (w *world) until(what string, holds func(*view) bool) {
	w.t.Helper()
	w.within(limit, what, holds)
}

// within is until for what may take longer than most things, or no time.
func (w *world) within(most time.Duration, what string, holds func(*view) bool) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), most)
	defer stop()
	if err := w.chat.WaitFor(ctx, holds); err != nil {
		w.t.Fatalf("%s at Rocket.Chat: %v", what, err)
	}
}

func (w *world) say(room, text string) {
	w.t.Helper()
	if _, err := w.sam.Say(room, text); err != nil {
		w.t.Fatal(err)
	}
}

type view = standin.View

// subscribed holds when somebody listens to a room.
func subscribed(room string) func(*view) bool {
	return func(v *view) bool { return v.Subscriptions("stream-room-messages", room) > 0 }
}

func has(messages []standin.Message, text string) bool {
	for _, m := range messages {
		if m.Text == text && m.Kind == "" {
			return true
		}
	}
	return false
}

// say is what the widget calls something in English.
func say(key string, pairs ...string) string {
	for line := range strings.Lines(locale.English) {
		k, text, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(k) == key {
			return strings.NewReplacer(pairs...).Replace(strings.TrimSpace(text))
		}
	}
	panic("e2e: no text " + key)
}
