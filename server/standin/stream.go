package standin

import (
	"slices"
	"strings"
)

// A sub is one live subscription of a connection.
type sub struct {
	id, name, event string
}

// A listener is a subscription as a topic keeps it.
type listener struct {
	c *conn
	x *sub
}

func topic(stream, event string) string { return stream + " " + event }

// publications are those a client may subscribe to that are no streams.
var publications = []string{"meteor.loginServiceConfiguration", "meteor_autoupdate_clientVersions"}

// streams are all a server has, as far as visitors and desks go.
var streams = []string{
	"stream-room-messages", "stream-livechat-room", "stream-notify-room", "stream-notify-all",
	"stream-notify-logged", "stream-notify-user", "stream-livechat-inquiry-queue-observer",
	"stream-notify-room-users", "stream-user-presence", "stream-roles",
}

func (s *Server) subscribe(c *conn, id, name string, params []any) {
	if slices.ContainsFunc(c.subs, func(x *sub) bool { return x.id == id }) {
		return // Meteor ignores an id that is in use
	}
	refuse := func(err error) {
		d := doc{"msg": "nosub", "id": id}
		if err != nil {
			d["error"] = err.(*problem).ddp()
		}
		c.send(d)
	}
	if err := s.faults.refused(name); err != nil {
		refuse(err)
		return
	}
	if err := s.limits.ddp(s, c, "sub", name); err != nil {
		refuse(err)
		return
	}
	event := str(at(params, 0))
	switch {
	case slices.Contains(publications, name):
	case !slices.Contains(streams, name):
		refuse(meteor(404, "Subscription '"+name+"' not found"))
		return
	default:
		options, isDoc := at(params, 1).(doc)
		_, isBool := at(params, 1).(bool)
		_, hasArgs := options["args"].([]any)
		if s.opt.Mode == V3 && !isBool && (!isDoc || !hasArgs) {
			refuse(&problem{kind: matchError})
			return
		}
		extra, _ := at(list(options["args"]), 0).(doc)
		if !s.maySubscribe(c, name, event, extra) {
			if s.opt.Mode == V3 {
				refuse(nil)
			} else {
				refuse(plain("not-allowed"))
			}
			return
		}
		if options["useCollection"] == true || at(params, 1) == true {
			c.send(doc{"msg": "added", "collection": name, "id": "id", "fields": doc{"eventName": event}})
		}
	}
	x := &sub{id: id, name: name, event: event}
	c.subs = append(c.subs, x)
	s.topics[topic(name, event)] = append(s.topics[topic(name, event)], listener{c, x})
	c.send(doc{"msg": "ready", "subs": []any{id}})
}

func (s *Server) unsubscribe(c *conn, d doc) {
	s.end(c, func(x *sub) bool { return x.id == d["id"] })
	out := doc{"msg": "nosub"}
	if d["id"] != nil {
		out["id"] = d["id"]
	}
	c.send(out)
}

// end ends those subscriptions of a connection that are meant.
func (s *Server) end(c *conn, meant func(*sub) bool) {
	c.subs = slices.DeleteFunc(c.subs, func(x *sub) bool {
		if !meant(x) {
			return false
		}
		t := topic(x.name, x.event)
		s.topics[t] = slices.DeleteFunc(s.topics[t], func(l listener) bool { return l.x == x })
		if len(s.topics[t]) == 0 {
			delete(s.topics, t)
		}
		return true
	})
}

// maySubscribe is the access rule of a stream.
func (s *Server) maySubscribe(c *conn, name, event string, extra doc) bool {
	rid, _, _ := strings.Cut(event, "/")
	r := s.room(rid)
	switch name {
	case "stream-room-messages":
		if c.agent != nil {
			return r != nil && (r.servedBy == c.agent || r.inquiry != "")
		}
		return r != nil && (r.open || s.opt.Mode == V3) && extra["visitorToken"] == r.token
	case "stream-livechat-room":
		return r != nil && (c.agent != nil || extra["visitorToken"] == r.token)
	case "stream-notify-room":
		return r != nil && (c.agent != nil || extra["token"] == r.token)
	case "stream-notify-all":
		return true
	case "stream-notify-user":
		return c.agent != nil && rid == c.agent.ID
	}
	return c.agent != nil
}

// publish sends an event to every subscription to it, but not to those of
// the connection that caused it if that is given.
func (s *Server) publish(name, event string, except *conn, args ...any) {
	var frame string
	for _, l := range s.topics[topic(name, event)] {
		if l.c == except {
			continue
		}
		if frame == "" {
			frame = string(ddpText(doc{"msg": "changed", "collection": name, "id": "id",
				"fields": doc{"eventName": event, "args": args}}))
		}
		for range s.faults.copies() {
			l.c.stream(frame)
		}
	}
}

// stream sends a frame of a stream, after the method that runs if it must.
func (c *conn) stream(frame string) {
	if c.holding {
		c.held = append(c.held, frame)
		return
	}
	c.push(frame)
}
