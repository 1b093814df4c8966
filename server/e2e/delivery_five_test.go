//go:build delivery

package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// TestFiveTabs is row 15 with five: lines are written in several of them, one
// is closed while it sends, and one stands still.
func TestFiveTabs(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	tabs := []*talk{k}
	for range 4 {
		tabs = append(tabs, k.beside())
	}
	written := map[string][]string{}
	write := func(i int, texts ...string) {
		name := fmt.Sprint("tab ", i)
		for _, text := range texts {
			text = name + ": " + text
			tabs[i].write(text)
			written[name] = append(written[name], text)
		}
	}
	arrived := func() {
		t.Helper()
		k.p.within(patience, "every line at the server", func() (bool, string) {
			all, want := own(k.chat.Messages(k.room)), 1
			for _, texts := range written {
				want += len(texts)
			}
			return len(all) >= want, fmt.Sprintf("%d of %d: %s", len(all), want, strings.Join(all, "|"))
		})
	}
	for round := range 2 {
		for i := range tabs {
			write(i, fmt.Sprint("line ", round))
		}
	}
	arrived()
	k.same(tabs[1:]...)

	k.p.within(patience, "nobody who sends", func() (bool, string) {
		owner := k.p.eval(`Object.entries(localStorage).filter(([key]) => key.endsWith('/owner')).map(([, lease]) => lease).join()`)
		return owner == "", owner
	})
	// That the server has the line nobody is told.
	k.chat.Delay(time.Hour)
	write(4, "closed while it is sent", "closed while it waits")
	tabs[4].p.within(patience, "a line on its way", func() (bool, string) {
		rows := tabs[4].p.rows()
		return rows[len(rows)-2].Mark == "sending", fmt.Sprint(rows)
	})
	tabs[4].leave()
	k.chat.Delay(0)
	write(0, "beside a closed one")
	arrived()
	k.same(tabs[1:4]...)

	k.chat.RefuseUpgrades(1e6, 503)
	k.chat.DropAll()
	write(3, "frozen with it", "and this")
	tabs[3].p.do(cdppage.SetWebLifecycleState(cdppage.SetWebLifecycleStateStateFrozen))
	for i := range 3 {
		write(i, "beside a frozen one", "again")
	}
	k.chat.RefuseUpgrades(0, 0)
	for _, x := range tabs[:3] {
		x.nudge()
	}
	arrived()
	k.say("while one stands still")
	tabs[3].p.do(cdppage.SetWebLifecycleState(cdppage.SetWebLifecycleStateStateActive))
	tabs[4] = k.beside()
	k.same(tabs[1:]...)

	all := own(k.chat.Messages(k.room))[1:]
	for name, texts := range written {
		if got := slices.DeleteFunc(slices.Clone(all), func(text string) bool { return !strings.HasPrefix(text, name) }); !slices.Equal(got, texts) {
			t.Errorf("of %s the server has %q, want %q", name, got, texts)
		}
	}
	k.oneSound(tabs)
}

// leave closes the tab.
func (k *talk) leave() {
	k.t.Helper()
	id := chromedp.FromContext(k.p.ctx).Target.TargetID
	ctx, stop := context.WithTimeout(k.p.ctx, limit)
	defer stop()
	_ = chromedp.Run(ctx, cdppage.Close()) // who has gone does not answer
	k.p.within(patience, "the tab's end", func() (bool, string) {
		live, err := chromedp.Targets(chromium)
		gone := !slices.ContainsFunc(live, func(info *target.Info) bool { return info.TargetID == id })
		return gone && err == nil, fmt.Sprint("it, or ", err)
	})
}

// oneSound has the agent say something that nobody sees, and counts.
func (k *talk) oneSound(tabs []*talk) {
	k.t.Helper()
	for _, x := range tabs {
		x.p.eval(heard)
		x.p.eval(`Capsule.close()`)
	}
	played := func() (notes int) {
		for _, x := range tabs {
			n, err := strconv.Atoi(x.p.eval(`notes`))
			if err != nil {
				k.t.Fatal(err)
			}
			notes += n
		}
		return notes
	}
	k.say("unseen")
	k.p.within(patience, "a sound", func() (bool, string) { return played() > 0, "none" })
	began := time.Now() // as in TestOneSound
	k.p.within(patience, "quiet", func() (bool, string) { return time.Since(began) > 1200*time.Millisecond, "" })
	if n := played(); n != 2 {
		k.t.Errorf("%d notes were played, want the two of one sound", n)
	}
}
