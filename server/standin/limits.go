package standin

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A rate is a number of calls in a time; the zero rate is the default of 10 a
// minute. since is the first major version that has it.
type rate struct {
	calls, ms, since int
}

func perMinute(calls int) rate { return rate{calls: calls, ms: 60000, since: 6} }

// A window counts the calls of one key. Calls that are refused count, but do
// not move its end.
type window struct {
	ends  time.Time
	calls int
}

// count adds a call and returns how many there were and when they are
// forgotten.
func (w *window) count(now time.Time, length time.Duration) (int, time.Duration) {
	if !now.Before(w.ends) {
		w.ends, w.calls = now.Add(length), 0
	}
	w.calls++
	return w.calls, w.ends.Sub(now)
}

type limits struct {
	restOn, ddpOn bool
	keys          map[string]*window
}

func newLimits(rest, ddp bool) *limits {
	return &limits{restOn: rest, ddpOn: ddp, keys: map[string]*window{}}
}

func find(m map[string]*window, key string) *window {
	w := m[key]
	if w == nil {
		w = &window{}
		m[key] = w
	}
	return w
}

// rest counts a call of a route and tells whether it may go on.
func (l *limits) rest(s *Server, t *route, q *request) (wait time.Duration, ok bool) {
	if !l.restOn || !strings.HasPrefix(t.path, v1) || t.login {
		return 0, true
	}
	r := t.limit
	if r.calls == 0 || !s.since(r.since) {
		r = rate{calls: 10, ms: 60000}
	}
	now := s.opt.Now()
	n, wait := find(l.keys, q.address()+" "+t.method+" "+t.path).count(now, time.Duration(r.ms)*time.Millisecond)
	h := q.header
	h.Set("X-RateLimit-Limit", strconv.Itoa(r.calls))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, r.calls-n)))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(wait).UnixMilli(), 10))
	return wait, n <= r.calls
}

func seconds(wait time.Duration) int { return int((wait + time.Second - 1) / time.Second) }

func tooMany(wait time.Duration) doc {
	return doc{"success": false, "error": fmt.Sprintf("Error, too many requests. Please slow down. "+
		"You must wait %d seconds before trying this endpoint again. [error-too-many-requests]", seconds(wait))}
}

// ddp counts a call of a method or a subscription, and refuses it if it is
// too many: per connection and name, and per connection.
func (l *limits) ddp(s *Server, c *conn, kind, name string) error {
	now := s.opt.Now()
	check := func(key string, calls int, length time.Duration) error {
		n, wait := find(c.limits, key).count(now, length)
		if n <= calls {
			return nil
		}
		reason := fmt.Sprintf("Error, too many requests. Please slow down. You must wait %d seconds before trying again.", seconds(wait))
		return meteorWith("too-many-requests", reason, doc{"timeToReset": wait.Milliseconds()})
	}
	// This one has no switch.
	if name == "livechat:sendOfflineMessage" {
		if err := check(kind+name, 1, 5*time.Second); err != nil {
			return err
		}
	}
	if !l.ddpOn {
		return nil
	}
	if err := check("all", 600, time.Minute); err != nil {
		return err
	}
	if strings.HasPrefix(name, "stream-") {
		return check(kind+" "+name, 40, 40*time.Second)
	}
	return check(kind+" "+name, 10, 10*time.Second)
}
