package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A page is one tab. What goes wrong on it fails the test.
type page struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	allowed  []*regexp.Regexp
	console  []string
	requests []request
}

// A request is one that the page made.
type request struct {
	URL      string
	Method   string
	Priority network.ResourcePriority
	Headers  network.Headers
}

// open opens a tab in a profile of its own.
func open(t *testing.T) *page {
	t.Helper()
	return tab(t, chromium, chromedp.WithNewBrowserContext())
}

func tab(t *testing.T, beside context.Context, options ...chromedp.ContextOption) *page {
	t.Helper()
	ctx, stop := chromedp.NewContext(beside, options...)
	p := &page{t: t, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			p.leaveShot()
		}
		stop()
	})
	chromedp.ListenTarget(ctx, p.heard)
	// The tab lives as long as the context of the first run.
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.do(network.Enable(), log.Enable(), accessibility.Enable(), cdppage.Enable(), chromedp.EmulateViewport(1200, 800))
	return p
}

func (p *page) do(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, 2*limit)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// heard collects what the page does. Whatever looks like a failure fails
// the test, unless it was allowed.
func (p *page) heard(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range ev.Args {
			words = append(words, strings.Trim(string(arg.Value), `"`)+arg.Description)
		}
		p.said(string(ev.Type), strings.Join(words, " "), ev.Type == runtime.APITypeError || ev.Type == runtime.APITypeWarning)
	case *runtime.EventExceptionThrown:
		p.said("exception", ev.ExceptionDetails.Error(), true)
	case *log.EventEntryAdded:
		p.said(string(ev.Entry.Source), ev.Entry.Text+" "+ev.Entry.URL, ev.Entry.Level == log.LevelError)
	case *network.EventRequestWillBeSent:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.requests = append(p.requests, request{ev.Request.URL, ev.Request.Method, ev.Request.InitialPriority, ev.Request.Headers})
	case *network.EventWebSocketCreated:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.requests = append(p.requests, request{URL: ev.URL, Method: "WEBSOCKET"})
	}
}

func (p *page) said(kind, text string, bad bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := kind + ": " + strings.TrimSpace(text)
	p.console = append(p.console, line)
	for _, re := range p.allowed {
		bad = bad && !re.MatchString(line)
	}
	if bad {
		p.t.Errorf("the page says %s", line)
	} else {
		p.t.Logf("the page says %s", line)
	}
}

// allow names what may go wrong on the page of this test.
func (p *page) allow(expr ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range expr {
		p.allowed = append(p.allowed, regexp.MustCompile(e))
	}
}

// asked are the requests so far whose URL has a part.
func (p *page) asked(part string) (found []request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.requests {
		if strings.Contains(r.URL, part) {
			found = append(found, r)
		}
	}
	return found
}

// lines are what the console said that matches.
func (p *page) lines(expr string) (found []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.console {
		if regexp.MustCompile(expr).MatchString(line) {
			found = append(found, line)
		}
	}
	return found
}

func (p *page) visit(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

func (p *page) reload() {
	p.t.Helper()
	p.do(chromedp.Reload())
}

// reopened waits for a panel that was open before the page was loaded.
func (p *page) reopened() {
	p.t.Helper()
	p.find("dialog", say("dialog"))
}

// eval runs an expression in the page and returns its value as JSON text,
// strings without quotes.
func (p *page) eval(expr string, args ...any) string {
	p.t.Helper()
	if len(args) > 0 {
		expr = fmt.Sprintf(expr, args...)
	}
	var value json.RawMessage
	p.do(chromedp.Evaluate(expr, &value, func(e *runtime.EvaluateParams) *runtime.EvaluateParams {
		return e.WithAwaitPromise(true)
	}))
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}

// until waits for a condition, and says at the end what was seen instead.
func (p *page) until(what string, holds func() (ok bool, seen string)) {
	p.t.Helper()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := holds()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not within %v; there is %s", what, limit, seen)
		}
		<-tick.C
	}
}

// leaveShot keeps a picture of a page that failed.
func (p *page) leaveShot() {
	name := filepath.Join(root, ".bin", "e2e", strings.ReplaceAll(p.t.Name(), "/", "-")+".png")
	var png []byte
	ctx, stop := context.WithTimeout(p.ctx, limit)
	defer stop()
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&png)); err != nil {
		p.t.Logf("no screenshot: %v", err)
		return
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err == nil && os.WriteFile(name, png, 0o644) == nil {
		p.t.Logf("see %s", name)
	}
}
