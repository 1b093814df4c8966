package session

import (
	"strconv"
	"time"

	"capsule/wasm/internal/mutant"
	"capsule/wasm/rocket"
)

// Pages of history: how long each is, and how many are read back before we
// settle for a gap. A thousand messages missed in one absence are rare.
const (
	historyPage  = 50
	historyPages = 20
)

// catchUp is a reading of history in progress.
type catchUp struct {
	until   time.Time       // the next page is older than this; zero: the newest page
	newest  time.Time       // message of the newest page
	since   time.Time       // what is shown begins here; zero: nothing is
	pages   int             // read so far
	shallow bool            // only the newest page is read, if that reaches back to what is known
	met     bool            // a page has reached back to what is known
	heard   map[string]bool // messages that came (true) or were deleted (false) meanwhile
}

// askHistory reads what was missed: the newest page, then back until a
// page reaches what is known, and further to the first message shown, since
// any may have been edited or deleted. Streams repeat nothing.
func (t *turn) askHistory() {
	t.forget(askHistory)
	t.sync = catchUp{heard: map[string]bool{}}
	t.early = nil // what came is in what is read now, unless it was deleted unheard
	t.sync.shallow = t.state.Polling && t.polls%pollDeep != 0 && !mutant.Is(mutant.PollsAll)
	if shown := t.state.Timeline.Messages(); len(shown) > 0 && !t.sync.shallow {
		t.sync.since = shown[0].At
	}
	t.askPage()
}

func (t *turn) askPage() {
	room := t.state.Room.ID
	if room == "" {
		return
	}
	path := "/v1/messages?room=" + escape(room) + "&limit=" + strconv.Itoa(historyPage)
	if !t.sync.until.IsZero() {
		path += "&before=" + escape(t.sync.until.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	t.ask(askHistory, "GET", path)
}

func (t *turn) gotHistory(r reply) {
	switch r.outcome {
	case done:
		t.page(rocket.MessagesFrom(r.body.Get("messages")))
	case badToken:
		t.renewIdentity()
	case refused, missing:
		t.loseConversation(t.state.Room.ID) // the room is not ours or not there
		t.pump()
	default:
		t.state.Fetched = false
		// Until history can be read, the chat goes on with what the socket brings.
		t.retryAsk(askHistory, r, (*turn).askPage)
	}
}

// page takes one page, newest message first. It was the last one when it
// reaches back to the first message shown, or to the beginning; without
// anything known one page is enough.
func (t *turn) page(messages []rocket.Message) {
	st := &t.state
	first, arrived := t.whole.IsZero(), false
	for _, m := range messages {
		arrived = t.delivered(m.ID) || arrived // a line of ours that is listed
	}
	t.sync.pages++
	n := len(messages)
	more := n >= historyPage && t.sync.pages < historyPages
	var oldest time.Time
	if n > 0 {
		oldest = messages[n-1].At
		if t.sync.until.IsZero() {
			t.sync.newest = messages[0].At
		}
	}
	if shown := st.Timeline.Messages(); first && len(shown) > 0 && shown[0].At.Before(oldest) {
		t.sync.since = shown[0].At // lines of ours that were confirmed before anything was read
	}
	// Of the messages shown the first may be further back than anything read.
	hole := !t.sync.since.IsZero() && !oldest.Before(t.sync.since) && (first || t.sync.since.Before(t.from))
	ended := false
	var added []rocket.Message
	t.removing(func() {
		added = st.Timeline.Merge(ours(messages, st.Room.ID), t.sync.until, n < historyPage, t.sync.heard)
	})
	for _, m := range added {
		ended = ended || m.Type == rocket.TypeClosed
		isNews := !m.At.Before(t.whole) && (!first || !t.seen.IsZero())
		if isNews {
			t.noticed(m)
		}
	}
	switch {
	case n < historyPage:
		t.from = never
	case first || oldest.Before(t.from):
		t.from = oldest
	}
	if !t.sync.met && (!more || !hole && (first || !oldest.After(t.whole))) {
		t.sync.met = true
		t.synced()
	} else if arrived {
		t.pump() // the next one is free to go
	}
	if ended {
		t.over()
		if t.sync.shallow {
			t.askHistory() // the last time
			return
		}
	}
	deeper := more && !t.sync.since.IsZero() && !oldest.Before(t.sync.since)
	switch {
	case more && !t.sync.met, deeper && (!st.Polling || mutant.Is(mutant.PollsAll)):
		t.older(oldest)
		return
	case st.Polling && t.sync.pages > 1:
		t.deep = never
		if deeper {
			t.deep = oldest // goes on there another time
		}
	case deeper: // of all that is shown one page, to stay within the limits
		if t.deep.IsZero() || t.deep.After(oldest) {
			t.deep = oldest
		}
		t.older(t.deep)
		return
	}
	t.sync = catchUp{}
	early := t.early
	t.early = nil
	for _, m := range early {
		t.message(m)
	}
	t.pollNext()
}

// older asks for the page before. Messages may share their millisecond, so
// it begins with the last one again, unless that would not get on.
func (t *turn) older(oldest time.Time) {
	until := oldest.Add(time.Millisecond)
	if !t.sync.until.IsZero() && !until.Before(t.sync.until) {
		until = oldest
	}
	t.sync.until = until
	t.askPage()
}

func ours(messages []rocket.Message, room string) []rocket.Message {
	kept := messages[:0]
	for _, m := range messages {
		if m.Room == room {
			kept = append(kept, m)
		}
	}
	return kept
}

// synced means that nothing is missing of what the newest page knew. A line
// of ours may have been confirmed since, and something said before it.
func (t *turn) synced() {
	st := &t.state
	if !t.sync.newest.IsZero() {
		t.whole = t.sync.newest
	}
	if st.Link == LinkUp && t.link.listens {
		st.Synced, st.Lost, t.link.fails = true, time.Time{}, 0
	}
	if st.Open && st.Visible {
		t.saw()
	}
	t.sends.inherited = 0
	t.pump()
}
