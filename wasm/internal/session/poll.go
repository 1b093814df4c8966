package session

import "time"

// Where a socket cannot be had the room's history is read over and over:
// slower, but everything is there, and lines are sent over REST. Attempts to
// get a socket go on meanwhile.
const (
	pollAfter  = 2                // dials in a row that led to nothing
	pollSeen   = 7 * time.Second  // between two readings: Rocket.Chat allows ten a minute
	pollHidden = 30 * time.Second // while nobody looks
	pollDeep   = 7                // readings of the newest page for one of an older one
)

// considerPolling begins to poll when the socket has failed often enough
// and nothing but the socket is known to be in the way.
func (t *turn) considerPolling() {
	st := &t.state
	enough := pollAfter
	if st.Timeline.Len() == 0 || t.link.heard.IsZero() {
		enough = 1 // there is nothing to look at yet, or no socket has ever worked for this page
	}
	if st.Polling || t.link.fails < enough || t.link.offline || t.link.asleep || st.Room.ID == "" || st.Over {
		return
	}
	st.Polling, st.Fetched = true, false
	t.polls = 0
	if !t.asking(askHistory) && !t.waiting(askHistory) {
		t.askHistory()
	}
}

func (t *turn) stopPolling() {
	t.state.Polling, t.state.Fetched = false, false
	t.disarm("poll")
}

// pollNext arranges for the next reading, after one has ended.
func (t *turn) pollNext() {
	if !t.state.Polling {
		return
	}
	t.state.Fetched = true
	wait := pollSeen
	if !t.state.Visible {
		wait = pollHidden
	}
	t.arm("poll", wait, func(t *turn) {
		t.polls++
		t.askHistory()
	})
}

// pollSoon brings the next reading forward: somebody looks again.
func (t *turn) pollSoon() {
	if t.again["poll"] != nil {
		t.arm("poll", time.Second, t.again["poll"])
	}
}
