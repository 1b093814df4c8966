//go:build delivery

package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"

	"capsule/server/standin"
)

// beside opens another tab of the same visitor, with the panel open.
func (k *talk) beside() *talk {
	k.t.Helper()
	q := tab(k.t, k.p.ctx)
	q.before(truth)
	q.allow(`^(network|javascript|other): .*(WebSocket connection to|Failed to load resource)`)
	q.visit(k.site.URL)
	q.click("button", "")
	other := &talk{world: k.world, p: q, room: k.room}
	q.within(patience, "the conversation", q.offered("hello"))
	return other
}

// same waits until both tabs show what the server has, all of it sent.
func (k *talk) same(others ...*talk) {
	k.t.Helper()
	for _, other := range others {
		k.wrote, other.wrote = nil, nil
	}
	for _, m := range k.chat.Messages(k.room) {
		if m.Kind == "" && m.FromVisitor {
			k.wrote = append(k.wrote, m.Text)
		}
	}
	k.settled()
	for _, other := range others {
		other.wrote = k.wrote
		other.settled()
	}
}

// TestTwoTabs is row 15: lines are written in both at once, and the network
// is not what it should be.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	k := talkIn(t, build(t))
	q := k.beside()
	rounds := 3
	if long {
		rounds = 30
	}
	written := 1
	for i := range rounds {
		switch i % 3 {
		case 1:
			k.chat.CutAfter(3)
		case 2:
			k.chat.DropAll()
		}
		for _, x := range []*talk{k, q} {
			x.focus()
		}
		for n := range 2 {
			for name, x := range map[string]*talk{"one": k, "two": q} {
				x.focus()
				x.p.do(input.InsertText(fmt.Sprint("tab ", name, ", line ", i, ".", n)))
				x.p.press("Enter")
				written++
			}
		}
		k.nudge()
		q.nudge()
		k.say(fmt.Sprint("heard of ", i))
		k.p.within(patience, "all lines", func() (bool, string) {
			all := own(k.chat.Messages(k.room))
			return len(all) >= written, strings.Join(all, "|")
		})
		k.same(q)
		all := own(k.chat.Messages(k.room))
		if len(all) != written || len(slices.Compact(slices.Sorted(slices.Values(all)))) != written {
			t.Fatalf("of %d lines the server has %q", written, all)
		}
	}
	for _, name := range []string{"one", "two"} {
		mine := slices.DeleteFunc(own(k.chat.Messages(k.room)), func(text string) bool { return !strings.HasPrefix(text, "tab "+name) })
		if !slices.IsSorted(mine) && rounds < 10 {
			t.Errorf("tab %s wrote in another order than %q", name, mine)
		}
	}
}

func own(messages []standin.Message) (texts []string) {
	for _, m := range messages {
		if m.Kind == "" && m.FromVisitor {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// TestTheTabThatSendsDies has the other one go on for it, which had no reason
// to but that nobody does.
func TestTheTabThatSendsDies(t *testing.T) {
	k := talkIn(t, build(t))
	q := k.beside()
	k.p.do(network.EmulateNetworkConditions(true, 0, -1, -1))
	k.chat.DropAll() // emulation leaves open sockets alone
	k.write("left behind", "and this")
	q.p.within(patience, "the lines in the other tab", q.p.offered("and this"))
	q.nudge()
	k.until("the other tab", subscribed(k.room))
	if all := own(k.chat.Messages(k.room)); slices.Contains(all, "left behind") {
		t.Fatalf("the other tab has not waited: %q", all)
	}
	began := time.Now()
	k.crash()
	q.wrote = k.wrote
	q.p.within(patience, "the first line sent", func() (bool, string) {
		all := own(k.chat.Messages(k.room))
		return slices.Contains(all, "left behind"), strings.Join(all, "|")
	})
	took := time.Since(began)
	t.Logf("the other tab goes on after %v", took.Round(100*time.Millisecond))
	if took > 6*time.Second {
		t.Errorf("the other tab goes on after %v", took)
	}
	q.settled()
}
