package standin

import "encoding/json"

// frame handles what a client sent, as Meteor does.
func (s *Server) frame(c *conn, text string) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		c.fault("Bad request", "")
		return
	}
	d, ok := v.(doc)
	if !ok {
		if _, list := v.([]any); !list {
			text = ""
		}
		c.fault("Bad request", text)
		return
	}
	msg := str(d["msg"])
	switch {
	case msg == "":
		c.fault("Bad request", text)
	case !c.connected && msg == "connect":
		s.connect(c, d)
	case !c.connected:
		c.fault("Must connect first", text)
	case msg == "connect":
		c.fault("Already connected", text)
	case msg == "ping":
		// An id that is no string gets no answer at all.
		if id, is := d["id"].(string); is {
			c.send(doc{"msg": "pong", "id": id})
		} else if d["id"] == nil {
			c.send(doc{"msg": "pong"})
		}
	case msg == "pong":
	case msg == "sub":
		if !wellFormed(d, "id", "name") {
			c.fault("Malformed subscription", text)
			return
		}
		s.subscribe(c, str(d["id"]), str(d["name"]), list(d["params"]))
	case msg == "unsub":
		s.unsubscribe(c, d)
	case msg == "method":
		if !wellFormed(d, "id", "method") {
			c.fault("Malformed method invocation", text)
			return
		}
		s.method(c, str(d["id"]), str(d["method"]), list(d["params"]))
	default:
		c.fault("Bad request", text)
	}
}

func wellFormed(d doc, id, name string) bool {
	_, ok1 := d[id].(string)
	_, ok2 := d[name].(string)
	_, ok3 := d["params"].([]any)
	return ok1 && ok2 && (ok3 || d["params"] == nil)
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func (c *conn) send(d doc) { c.push(string(ddpText(d))) }

// fault tells that a frame was not understood.
func (c *conn) fault(reason, offending string) {
	d := doc{"msg": "error", "reason": reason}
	if offending != "" {
		d["offendingMessage"] = json.RawMessage(offending)
	}
	c.send(d)
}

// versions are those of DDP that a server speaks, best first.
var versions = []any{"1", "pre2", "pre1"}

func (s *Server) connect(c *conn, d doc) {
	support := list(d["support"])
	version := "1"
	for _, v := range support {
		if has(versions, v) {
			version = str(v)
			break
		}
	}
	if d["version"] != version || !has(support, d["version"]) {
		c.send(doc{"msg": "failed", "version": "1"})
		c.bye()
		return
	}
	c.connected = true
	c.session = s.opt.NewID()
	c.send(doc{"msg": "connected", "session": c.session})
	s.beat(c)
}

// method runs a method and sends what it causes in the order of the server.
func (s *Server) method(c *conn, id, name string, params []any) {
	c.holding = true
	v, err := s.limited(c, name, params)
	c.holding = false
	changed := c.held
	c.held = nil

	result := doc{"msg": "result", "id": id}
	p, _ := err.(*problem)
	switch {
	case p != nil:
		result["error"] = p.ddp()
	case v != nil:
		result["result"] = v
	}
	updated := []string{string(ddpText(doc{"msg": "updated", "methods": []any{id}}))}
	answer := []string{string(ddpText(result))}

	var parts [][]string
	switch {
	case p != nil && p.code == 404:
		parts = [][]string{changed, answer, updated}
	case s.opt.Order == Unwatched:
		parts = [][]string{updated, answer, changed}
	default:
		parts = [][]string{changed, updated, answer}
	}
	if s.opt.Order == Shuffled {
		s.rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	}
	for _, part := range parts {
		for _, text := range part {
			c.push(text)
		}
	}
}

// limited is call, unless a limit or a fault refuses it.
func (s *Server) limited(c *conn, name string, params []any) (any, error) {
	if err := s.faults.refused(name); err != nil {
		return nil, err
	}
	if err := s.limits.ddp(s, c, "method", name); err != nil {
		return nil, err
	}
	return s.call(c, name, params)
}
