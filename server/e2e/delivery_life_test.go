//go:build delivery

package e2e_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestAFrozenTab is row 11: what is said and written around a freeze is
// complete soon after it.
func TestAFrozenTab(t *testing.T) {
	k := talkIn(t, build(t))
	rounds := 3
	if long {
		rounds = 50
	}
	for i := range rounds {
		k.write(fmt.Sprint("before freeze ", i))
		k.p.do(cdppage.SetWebLifecycleState(cdppage.SetWebLifecycleStateStateFrozen))
		k.until("the socket's end", func(v *view) bool { return v.Connections() == 0 })
		k.say(fmt.Sprint("during freeze ", i))
		k.p.do(cdppage.SetWebLifecycleState(cdppage.SetWebLifecycleStateStateActive))
		if took := k.p.within(patience, "what was said", k.p.offered(fmt.Sprint("during freeze ", i))); took > 4*time.Second {
			t.Errorf("it is shown %v after the thaw", took)
		}
		k.write(fmt.Sprint("after freeze ", i))
		k.settled()
	}
}

// TestBackFromAnotherPage is row 12: the browser keeps a page with the widget
// and a conversation, and it goes on where it was.
func TestBackFromAnotherPage(t *testing.T) {
	k := talkIn(t, build(t))
	rounds := 2
	if long {
		rounds = 20
	}
	for i := range rounds {
		k.write(fmt.Sprint("before leaving ", i))
		k.p.eval(`(window.kept = true)`)
		k.p.visit(k.app.URL() + "/favicon.ico")
		k.until("the socket's end", func(v *view) bool { return v.Connections() == 0 })
		k.say(fmt.Sprint("while away ", i))
		k.p.do(chromedp.ActionFunc(func(ctx context.Context) error {
			// The page that comes back does not load, so there is nothing to wait for.
			at, entries, err := cdppage.GetNavigationHistory().Do(ctx)
			if err != nil {
				return err
			}
			return cdppage.NavigateToHistoryEntry(entries[at-1].ID).Do(ctx)
		}))
		k.p.within(patience, "the page again", func() (bool, string) {
			where := k.p.eval(`location.href`)
			return where == k.site.URL+"/", where
		})
		if kept := k.p.eval(`[window.kept, JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)].join()`); kept != "true," && kept != "true,null" {
			t.Fatalf("the browser has not kept the page: %s", kept)
		}
		if took := k.p.within(patience, "what was said", k.p.offered(fmt.Sprint("while away ", i))); took > 3*time.Second {
			t.Errorf("it is shown %v after the return", took)
		}
		k.write(fmt.Sprint("back ", i))
		k.settled()
	}
}

// TestACrashedTab is row 13: the renderer is killed at different points of
// sending. What was submitted arrives, once.
func TestACrashedTab(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	points := []struct {
		name  string
		fault func()
		heal  func()
	}{
		{"no link", func() { k.chat.RefuseUpgrades(1e6, 503); k.chat.DropAll() }, func() { k.chat.RefuseUpgrades(0, 0) }},
		{"no answer", func() { k.chat.Delay(time.Hour) }, func() { k.chat.Delay(0) }},
		{"cut before", func() { k.chat.CutBefore(2) }, func() {}},
		{"cut after", func() { k.chat.CutAfter(2) }, func() {}},
		{"at once", func() {}, func() {}},
	}
	rounds := 1
	if long {
		rounds = 10
	}
	for i := range rounds {
		for _, point := range points {
			point.fault()
			k.write(fmt.Sprint(point.name, " ", i, " first"), fmt.Sprint(point.name, " ", i, " second"))
			k.crash()
			point.heal()
			k.say(fmt.Sprint("said after ", point.name, " ", i))
			k.p.visit(k.site.URL)
			k.p.reopened()
			k.settled()
		}
	}
}

// crash kills the page's renderer.
func (k *talk) crash() {
	k.t.Helper()
	ctx, stop := context.WithTimeout(k.p.ctx, patience)
	defer stop()
	crashed := make(chan struct{}, 1)
	chromedp.ListenTarget(ctx, func(ev any) {
		if _, ok := ev.(*inspector.EventTargetCrashed); ok {
			select {
			case crashed <- struct{}{}:
			default:
			}
		}
	})
	go func() { // ends with ctx: who has crashed does not answer
		_ = chromedp.Run(ctx, cdppage.Crash())
	}()
	select {
	case <-crashed:
	case <-ctx.Done():
		k.t.Fatal("the renderer does not crash")
	}
}

// TestReloadsInTheMiddle is row 13 too: a person reloads whatever happens.
func TestReloadsInTheMiddle(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	rounds := 3
	if long {
		rounds = 30
	}
	for i := range rounds {
		if i%2 == 1 {
			k.chat.CutAfter(i)
		}
		k.write(fmt.Sprint("line ", i), fmt.Sprint("another ", i))
		k.p.reload()
		k.p.reopened()
	}
	k.settled()
}

// TestAFlappingNetwork is row 14: the network goes and comes every second.
func TestAFlappingNetwork(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	times := 4
	if long {
		times = 60
	}
	dials := len(k.p.asked("/websocket"))
	began := time.Now()
	offline := func(on bool) { k.p.do(network.EmulateNetworkConditions(on, 0, -1, -1)) }
	for i := range times {
		offline(true)
		k.chat.DropAll() // emulation leaves open sockets alone
		k.write(fmt.Sprint("offline ", i))
		k.say(fmt.Sprint("missed ", i))
		k.p.within(time.Minute, "a second offline", func() (bool, string) { return time.Since(began) > time.Duration(2*i+1)*time.Second, "" })
		offline(false)
		k.p.within(time.Minute, "a second online", func() (bool, string) { return time.Since(began) > time.Duration(2*i+2)*time.Second, "" })
	}
	made, minutes := len(k.p.asked("/websocket"))-dials, time.Since(began).Minutes()
	if most := 30*minutes + 5; float64(made) > most {
		t.Errorf("%d attempts in %.1f minutes", made, minutes)
	}
	k.settled()
}
