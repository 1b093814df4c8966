package loop

import (
	"context"
	"time"

	"capsule/wasm/internal/session"
)

// A link is one Dial and what came of it. The run hears it as long as it
// is the link of its epoch.
type link struct {
	epoch  int
	hangup context.CancelFunc
	conn   Link // nil until it rose
	since  time.Time
}

// dial starts a goroutine that ends with the link, and soon after it was
// hung up.
func (r *run) dial(e session.Dial) {
	r.hangup(e.Epoch)
	ctx, cancel := context.WithCancel(r.ctx)
	ln := &link{epoch: e.Epoch, hangup: cancel, since: time.Now()}
	r.links[e.Epoch] = ln
	r.logf("link %d: dialing %s", e.Epoch, e.URL)
	r.spawn(func() {
		defer cancel()
		conn, err := r.Transport.Dial(ctx, e.URL)
		if err != nil {
			r.fell(ln, err)
			return
		}
		done := make(chan struct{})
		defer close(done)
		// Ends with the link, or when Close does. Close may last, and
		// must not be what Receive waits for.
		r.spawn(func() {
			select {
			case <-done:
			case <-ctx.Done():
				_ = conn.Close() // nobody is left to mind
			}
		})
		r.mailbox.put(letter{event: session.LinkRose{Epoch: ln.epoch}, link: ln, conn: conn})
		err = conn.Receive(func(text string) {
			r.mailbox.put(letter{event: session.FrameCame{Epoch: ln.epoch, Text: text}, link: ln})
		})
		r.fell(ln, err)
	})
}

func (r *run) fell(ln *link, err error) {
	why := "closed"
	if err != nil {
		why = err.Error()
	}
	r.mailbox.put(letter{event: session.LinkFell{Epoch: ln.epoch, Why: why}, link: ln})
}

// heard notes what became of the letter's link, and reports whether the
// session is still to be told.
func (r *run) heard(m letter) bool {
	ln := m.link
	if r.links[ln.epoch] != ln {
		return false
	}
	switch e := m.event.(type) {
	case session.LinkRose:
		ln.conn, ln.since = m.conn, time.Now()
	case session.LinkFell:
		delete(r.links, ln.epoch)
		r.logf("link %d fell after %v: %s", ln.epoch, time.Since(ln.since).Round(time.Millisecond), e.Why)
	}
	return true
}

func (r *run) hangup(epoch int) {
	if ln := r.links[epoch]; ln != nil {
		delete(r.links, epoch)
		ln.hangup()
		r.logf("link %d: hung up", epoch)
	}
}

func (r *run) send(e session.Send) {
	ln := r.links[e.Epoch]
	if ln == nil || ln.conn == nil {
		return // fallen since: what is lost shows by what does not come
	}
	if err := ln.conn.Send(e.Text); err != nil {
		r.logf("link %d: send: %v", e.Epoch, err)
	}
}
