//go:build js

// Command wasm is the widget. The loader starts it in a view of the page
// that holds the hand-over object; here the parts are put together, and
// nothing is decided.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"capsule/assets/locale"
	"capsule/wasm/internal/browser"
	"capsule/wasm/internal/i18n"
	"capsule/wasm/internal/jsapi"
	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/panel"
	"capsule/wasm/internal/session"
	"capsule/wasm/internal/view"
	"capsule/wasm/internal/wire"
	"capsule/wasm/rocket"
)

func main() {
	page, ok := browser.Take()
	if !ok {
		println("capsule: only the loader can start this program")
		return
	}
	ctx, destroy := context.WithCancel(context.Background())
	store := browser.OpenStore(page, page.Host())
	transport := new(wire.Transport)
	s := session.New(config(page), loop.Load(store))
	l := &loop.Loop{
		Session:   s,
		Transport: transport,
		Store:     store,
		Caller:    browser.Caller{Page: page, Base: page.Text("bridge")},
		Logf:      page.Logf(),
	}
	api := jsapi.New(page.Handover, l.Post, destroy)
	l.Tell = api.Tell
	sounds := browser.Sounds{Page: page}
	l.Sound = sounds.Play
	p := panel.New(page.Handover.Get("root"), panel.Deps{
		On:        handlers(l.Post, browser.Files{Page: page, Base: page.Text("bridge"), Token: s.Token}),
		Attempt:   page.Attempt,
		Construct: page.Construct,
		Title:     page.Option("title"),
		Contact:   page.Text("contact"),
		Draft:     page.Draft(),
	})
	words := phrases(page)
	format := browser.NewFormat(page, i18n.Regional(words.Tag(), page.Languages()...))
	var frames *browser.Frames
	again := time.AfterFunc(time.Hour, func() { frames.Want() })
	again.Stop()
	draw := func() {
		now := time.Now()
		screen := view.Build(s.State(), now, words, format)
		p.Show(screen)
		again.Stop()
		if !screen.Again.IsZero() {
			again.Reset(max(screen.Again.Sub(now), 0))
		}
	}
	frames = browser.NewFrames(page, draw)
	tab := browser.OpenTab(page, page.Host())
	ready := false
	l.Changed = func(st *session.State) {
		tab.Keep(st.Open)
		if ready {
			frames.Want()
			return
		}
		// The loader's frame goes when ours stands.
		ready = true
		draw()
		api.Ready()
	}

	l.Post(session.Started{})
	if page.Opened() || tab.Reopens() { // before the first drawing, so that it does not take the focus
		l.Post(session.Opened{})
	}
	life := browser.Watch(page, store, l.Post)
	ended := make(chan struct{})
	go func() { // ends after destroy
		defer close(ended)
		l.Run(ctx)
	}()

	<-ctx.Done()
	life.Close()
	again.Stop()
	frames.Close()
	p.Close()
	api.Close()
	sounds.Close()
	// A socket that the browser still closes must find us here.
	<-ended
	transport.Wait()
}

func config(page browser.Page) session.Config {
	return session.Config{
		Department: page.Option("department"),
		Name:       rocket.VisitorName(page.Option("name")),
		Email:      page.Option("email"),
		Quiet:      page.Option("sound") == "off",
		Tab:        uuid.NewString(),
		NewID:      uuid.NewString,
		Jitter: func(d time.Duration) time.Duration {
			return time.Duration(rand.Int64N(int64(d) + 1))
		},
	}
}

// phrases are in the language that the loader has chosen and fetched.
func phrases(page browser.Page) *i18n.Phrases {
	english, _ := i18n.Parse(locale.English)
	words := i18n.New(english)
	if text := page.Text("phrases"); text != "" {
		catalog, _ := i18n.Parse(text)
		words = words.With(page.Text("language"), catalog)
	}
	return words
}

func handlers(post func(session.Event), files browser.Files) panel.Handlers {
	return panel.Handlers{
		Minimize: func() { post(session.Minimized{}) },
		Type:     func(text string) { post(session.Typed{Text: text}) },
		Compose:  func(text string) { post(session.Composed{Text: text}) },
		Introduce: func(name, email, department, text string) {
			post(session.Introduced{Name: name, Email: email, Department: department, Text: text})
		},
		LeaveWord: func(name, email, department, text string) {
			post(session.LeftWord{Name: name, Email: email, Department: department, Text: text})
		},
		Retry:   func(id string) { post(session.Retried{ID: id}) },
		Discard: func(id string) { post(session.Discarded{ID: id}) },
		End:     func() { post(session.Ended{}) },
		Renew:   func() { post(session.Renewed{}) },
		Saw:     func() { post(session.Saw{}) },
		TryNow:  func() { post(session.TriedNow{}) },
		Fetch:   files.Fetch,
	}
}
