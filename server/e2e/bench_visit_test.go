package e2e_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/bench.js
var probe string

// What the visitor and the agent say.
const (
	firstLine  = "where is my parcel"
	answerLine = "it is on its way"
	secondLine = "that is good to hear"
)

// A widget is one of the two that are compared, or none.
type widget struct {
	name  string
	what  map[string]string // see bench.js
	frame string            // the iframe it is in, a selector
}

// sights are selectors. A field is where a visitor can type at once, and what is
// typed there is kept; the form asks for the name.
func sights(launcher, field, form, composer string) map[string]string {
	return map[string]string{
		"launcher": launcher, "field": field, "form": form, "composer": composer,
		"line1": firstLine, "line2": answerLine, "line3": secondLine,
	}
}

var (
	capsuleWidget = &widget{name: "Capsule", what: sights("[data-part=launcher]", "[data-part=frame] textarea, [data-part=panel] input[name=name]",
		"[data-part=panel] input[name=name]", "textarea.writer-text")}
	officialWidget = &widget{name: "official", frame: "#rocketchat-iframe", what: sights("button[class*=button__]",
		"input[name=name]", "input[name=name]", "[contenteditable]")}
	noWidget = &widget{name: "none", what: sights("h1", "h1", "h1", "h1")}
)

// Conditions are those of one visit.
type conditions struct {
	name string
	slow bool
}

// DevTools' preset "Slow 4G".
const (
	slowLatency = 562.5            // ms, 150 * 3.75
	slowDown    = 1.6e6 / 8 * 0.9  // bytes a second
	slowUp      = 750e3 / 8 * 0.9  // bytes a second
	slowCPU     = 4                // times slower
	benchLimit  = 90 * time.Second // how long one step may take
)

// A visit is one page load with everything that follows.
type visit struct {
	*page
	*stage
	widget  *widget
	traffic *traffic

	mu    sync.Mutex
	told  map[string]sight
	times map[string][]float64
	found chan struct{}
}

// A sight is what the probe tells.
type sight struct {
	Name string
	At   float64 // ms of pages
	X, Y float64
}

// begin opens a tab of its own, in a fresh profile, for a widget.
func begin(t *testing.T, s *stage, w *widget, c conditions) *visit {
	t.Helper()
	ctx, stop := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	v := &visit{
		page: &page{t: t, ctx: ctx}, stage: s, widget: w,
		traffic: &traffic{site: s.site.URL, known: map[network.RequestID]bool{}, underway: map[network.RequestID]bool{}},
		told:    map[string]sight{}, times: map[string][]float64{}, found: make(chan struct{}, 1),
	}
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	chromedp.ListenTarget(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventBindingCalled:
			v.hear(ev.Payload)
		case *runtime.EventExceptionThrown:
			t.Logf("%s: exception: %v", w.name, ev.ExceptionDetails)
		default:
			v.traffic.heard(ev)
		}
	})
	what, err := json.Marshal(w.what)
	if err != nil {
		t.Fatal(err)
	}
	setup := []chromedp.Action{
		network.Enable(), runtime.Enable(), cdppage.Enable(), chromedp.EmulateViewport(1200, 800), runtime.AddBinding("benchTell"),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := cdppage.AddScriptToEvaluateOnNewDocument(strings.Replace(probe, "= WHAT", "= "+string(what), 1)).Do(ctx)
			return err
		}),
	}
	if c.slow {
		setup = append(setup, network.EmulateNetworkConditions(false, slowLatency, slowDown, slowUp), emulation.SetCPUThrottlingRate(slowCPU))
	}
	v.page.do(setup...)
	return v
}

func (v *visit) hear(payload string) {
	var s sight
	if json.Unmarshal([]byte(payload), &s) != nil {
		return
	}
	v.mu.Lock()
	if _, ok := v.told[s.Name]; !ok {
		v.told[s.Name] = s
	}
	v.times[s.Name] = append(v.times[s.Name], s.At)
	v.mu.Unlock()
	select {
	case v.found <- struct{}{}:
	default:
	}
}

// await waits until the probe has told of something n times, and returns
// the first.
func (v *visit) await(name string, n int) sight {
	v.t().Helper()
	s, ok := v.within(benchLimit, name, n)
	if !ok {
		v.leaveShot()
		v.t().Fatalf("%s: no %s within %v", v.widget.name, name, benchLimit)
	}
	return s
}

func (v *visit) within(most time.Duration, name string, n int) (sight, bool) {
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	for {
		v.mu.Lock()
		s, count := v.told[name], len(v.times[name])
		v.mu.Unlock()
		if count >= n {
			return s, true
		}
		select {
		case <-v.found:
		case <-deadline.C:
			return sight{}, false
		}
	}
}

// click presses the mouse on the launcher until that is a click: an iframe
// may be painted before the browser knows that it is there to be clicked.
func (v *visit) click(launcher sight) sight {
	v.t().Helper()
	for range 3 {
		v.press(launcher)
		if s, ok := v.within(5*time.Second, "click", 1); ok {
			return s
		}
	}
	return v.await("click", 1)
}

func (v *visit) t() *testing.T { return v.page.t }

// pause waits until the browser has had nothing to do twice over, so that
// what comes next is not measured with what came before.
func (v *visit) pause() {
	v.t().Helper()
	v.eval(`new Promise((done) => requestIdleCallback(() => requestIdleCallback(() => setTimeout(done, 0))))`)
}

// press presses the mouse on what the probe has seen.
func (v *visit) press(s sight) {
	v.t().Helper()
	if v.widget.frame != "" {
		var at struct{ X, Y float64 }
		if err := json.Unmarshal([]byte(v.eval(`JSON.stringify(document.querySelector(%q).getBoundingClientRect())`, v.widget.frame)), &at); err != nil {
			v.t().Fatal(err)
		}
		s.X, s.Y = s.X+at.X, s.Y+at.Y
	}
	v.page.do(chromedp.MouseClickXY(s.X, s.Y))
}

// enter presses Enter and returns when.
func (v *visit) enter() float64 {
	v.t().Helper()
	v.mu.Lock()
	n := len(v.times["enter"]) + 1
	v.mu.Unlock()
	key := func(kind input.KeyType) *input.DispatchKeyEventParams {
		return input.DispatchKeyEvent(kind).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13).WithText("\r")
	}
	v.page.do(key(input.KeyDown), key(input.KeyUp))
	v.await("enter", n)
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.times["enter"][n-1]
}

// converse is the whole of a visit. The mouse is on the launcher only as it is
// pressed, which hides what Capsule gains from a hand that hesitates. With rested the visitor clicks when
// everything that is fetched ahead is there, otherwise as soon as there is
// something to click on.
func (v *visit) converse(rested bool) figures {
	v.t().Helper()
	f := figures{}
	v.visit(v.site.URL)
	launcher := v.await("launcher", 1)
	opened := v.look().Origin
	f["launcher"] = launcher.At - opened
	f.traffic("launcher", v.traffic, launcher.At)
	kind := "once"
	if rested {
		kind = "rested"
		if v.widget == capsuleWidget {
			v.await("compiled", 1)
		}
		v.until("calm", func() (bool, string) { return v.traffic.calm(), fmt.Sprint(v.traffic.list) })
		f.traffic("rest", v.traffic, now())
		f["rest.long"] = v.look().busy()
	}

	click := v.click(launcher)
	form := v.await("form", 1)
	f[kind+".form"] = form.At - click.At
	f[kind+".field"] = v.await("field", 1).At - click.At
	f[kind+".open-to-form"] = form.At - opened
	f.traffic(kind+".form", v.traffic, form.At)

	v.pause()
	v.press(form)
	v.keys("Vera")
	v.page.do(chromedp.KeyEvent("\t"))
	v.keys("vera@example.com")
	sent := v.enter()
	composer := v.await("composer", 1)
	f["composer"] = composer.At - sent

	v.pause()
	v.press(composer)
	v.keys(firstLine)
	v.pause()
	f["own.first"] = -v.enter() + v.await("line1", 1).At
	room := v.arrives(firstLine)
	v.stage.until("a listener", subscribed(room))
	v.stage.say(room, answerLine)
	f.traffic("answer", v.traffic, v.await("line2", 1).At)

	v.keys(secondLine)
	v.pause()
	f["own.later"] = -v.enter() + v.await("line3", 1).At
	v.arrives(secondLine)
	v.until("calm", func() (bool, string) { return v.traffic.calm(), fmt.Sprint(v.traffic.list) })
	end := v.look()
	f["long"], f["shift"] = end.busy(), end.Shift
	f["wasm"] = end.Wasm
	f["heap"] = v.heap()
	return f
}

// alone is a visit to the page without a widget.
func (v *visit) alone() figures {
	v.t().Helper()
	v.visit(v.site.URL)
	v.await("launcher", 1)
	return figures{"heap": v.heap()}
}

// arrives waits until Rocket.Chat has a line, and returns its room.
func (v *visit) arrives(text string) (room string) {
	v.t().Helper()
	v.stage.until(text, func(w *view) bool {
		for _, r := range w.Rooms() {
			if has(w.Messages(r.ID), text) {
				room = r.ID
				return true
			}
		}
		return false
	})
	return room
}
