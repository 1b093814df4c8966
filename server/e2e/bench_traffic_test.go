package e2e_test

import (
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
)

// traffic is what a page has fetched, beside the page itself.
type traffic struct {
	site string

	mu       sync.Mutex
	epoch    time.Duration // from the browser's clock to that of pages
	known    map[network.RequestID]bool
	begun    []time.Duration
	arrived  []arrival
	underway map[network.RequestID]bool
	changed  time.Time
	list     []string
}

type arrival struct {
	at    time.Duration
	bytes int64
}

func (f *traffic) heard(ev any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		f.epoch = time.Duration(ev.WallTime.Time().UnixNano()) - since(ev.Timestamp.Time())
		if !strings.HasPrefix(ev.Request.URL, "http") || strings.HasPrefix(ev.Request.URL, f.site) {
			return
		}
		f.begin(ev.RequestID, since(ev.Timestamp.Time()), ev.Request.Method+" "+ev.Request.URL)
	case *network.EventLoadingFinished:
		if f.known[ev.RequestID] {
			f.arrived = append(f.arrived, arrival{since(ev.Timestamp.Time()), int64(ev.EncodedDataLength)})
			f.end(ev.RequestID)
		}
	case *network.EventLoadingFailed:
		f.end(ev.RequestID)
	case *network.EventWebSocketWillSendHandshakeRequest:
		f.begin(ev.RequestID, since(ev.Timestamp.Time()), "WEBSOCKET")
		f.end(ev.RequestID)
	case *network.EventWebSocketFrameReceived:
		f.arrived = append(f.arrived, arrival{since(ev.Timestamp.Time()), int64(len(ev.Response.PayloadData))})
	}
}

func (f *traffic) begin(id network.RequestID, at time.Duration, what string) {
	f.known[id], f.underway[id] = true, true
	f.begun = append(f.begun, at)
	f.list = append(f.list, what)
	f.changed = time.Now()
}

func (f *traffic) end(id network.RequestID) {
	delete(f.underway, id)
	f.changed = time.Now()
}

// since is a time of the browser's clock, which does not begin in 1970.
func since(t time.Time) time.Duration { return time.Duration(t.UnixNano()) }

// until is how many bytes had arrived, and how many requests were begun, at
// a moment in milliseconds of pages.
func (f *traffic) until(ms float64) (bytes, requests int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := time.Duration(ms*1e6) - f.epoch
	for _, a := range f.arrived {
		if a.at <= at {
			bytes += a.bytes
		}
	}
	for _, b := range f.begun {
		if b <= at {
			requests++
		}
	}
	return bytes, requests
}

// calm holds when nothing has been under way for a while.
func (f *traffic) calm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.underway) == 0 && time.Since(f.changed) > time.Second
}
