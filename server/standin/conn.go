package standin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// queueLength is how many frames may wait for a slow connection before it is
// dropped.
const queueLength = 256

// A conn is one websocket. All but sock, out and done is guarded by Server.mu.
type conn struct {
	s      *Server
	id     int
	sock   *websocket.Conn
	out    chan item
	done   chan struct{} // closed by drop
	framed bool          // SockJS
	host   string

	connected bool
	session   string
	subs      []*sub
	agent     *agent // logged in
	heard     bool   // since the last heartbeat
	pinged    bool
	gone      bool
	deaf      bool // nothing is sent any more
	visitor   string
	limits    map[string]*window

	holding bool     // frames of streams wait for the method's own
	held    []string // those frames
}

// An item is a frame to write, or the close of the connection.
type item struct {
	text  string
	due   time.Time
	close bool
}

func isSocket(path string) bool {
	return strings.TrimSuffix(path, "/") == "/websocket" || strings.HasPrefix(path, "/sockjs/")
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	framed := strings.HasPrefix(r.URL.Path, "/sockjs/")
	if framed && !strings.HasSuffix(r.URL.Path, "/websocket") || r.Header.Get("Upgrade") == "" {
		s.notSocket(w, r)
		return
	}
	s.mu.Lock()
	s.received(Received{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone()})
	refused := s.faults.refuseUpgrade()
	mute, slow := s.faults.mute, s.faults.trickle
	s.unlock()
	if mute != Nothing {
		s.swallow(r)
		return
	}
	if refused > 0 {
		http.Error(w, http.StatusText(refused), refused)
		return
	}
	sock, err := websocket.Accept(slowly(w, slow, s.done), r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // a real server does not look at Origin either
		CompressionMode:    websocket.CompressionNoContextTakeover,
	})
	if err != nil {
		return
	}
	sock.SetReadLimit(-1)
	c := &conn{s: s, sock: sock, framed: framed, host: r.Host,
		out: make(chan item, queueLength), done: make(chan struct{}), limits: map[string]*window{}}
	if !s.join(c) {
		_ = sock.CloseNow() // the server closed meanwhile
		return
	}
	defer s.leave(c)
	for {
		_, data, err := sock.Read(context.Background())
		if err != nil {
			return
		}
		for _, text := range c.unframe(string(data)) {
			s.take(c, text)
		}
	}
}

// notSocket answers what is no handshake.
func (s *Server) notSocket(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/sockjs/info" {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "no-store, no-cache, no-transform, must-revalidate, max-age=0")
		h.Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = w.Write([]byte(`{"websocket":true,"origins":["*:*"],"cookie_needed":false,"entropy":2718281828}`)) // the reader is gone otherwise
		return
	}
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte("Not a valid websocket request")) // the reader is gone otherwise
}

// join makes the connection one of the server's and starts its writer, which
// ends when the connection is dropped.
func (s *Server) join(c *conn) bool {
	s.mu.Lock()
	defer s.unlock()
	if s.closed {
		return false
	}
	s.serial++
	c.id = s.serial
	s.conns[c] = struct{}{}
	s.wg.Add(2)
	go c.write()
	if c.framed {
		c.enqueue("o")
	}
	if s.opt.Mode == V3 {
		c.push(`{"server_id":"0"}`)
	}
	return true
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.wg.Done()
	defer s.unlock()
	delete(s.conns, c)
	s.end(c, func(*sub) bool { return true })
	c.drop()
	s.logout(c)
	if v := s.visitorByToken(c.visitor); v != nil {
		v.status = "offline"
	}
}

// write sends what is queued until the connection is dropped.
func (c *conn) write() {
	defer c.s.wg.Done()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // ends with done, which drop closes, or with ctx
		select {
		case <-c.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	for {
		select {
		case <-c.done:
			_ = c.sock.CloseNow() // that is the point
			return
		case it := <-c.out:
			if wait := time.Until(it.due); wait > 0 {
				select {
				case <-c.done:
					_ = c.sock.CloseNow() // that is the point
					return
				case <-time.After(wait):
				}
			}
			if it.close {
				_ = c.sock.Close(websocket.StatusNormalClosure, "Normal closure") // the other end may be gone
				return
			}
			if c.sock.Write(ctx, websocket.MessageText, []byte(it.text)) != nil {
				_ = c.sock.CloseNow() // already broken
				return
			}
		}
	}
}

// drop ends the connection without a close frame.
func (c *conn) drop() {
	if !c.gone {
		c.gone = true
		close(c.done)
	}
}

// bye ends the connection with a close frame after what is queued.
func (c *conn) bye() { c.offer(item{close: true}) }

// push sends a frame.
func (c *conn) push(text string) {
	if c.framed {
		quoted, _ := json.Marshal([]string{text}) // strings always marshal
		text = "a" + string(quoted)
	}
	c.enqueue(text)
}

func (c *conn) enqueue(text string) {
	if c.deaf || c.s.faults.mute&Down != 0 {
		return
	}
	c.offer(item{text: text})
}

func (c *conn) offer(it item) {
	if c.gone || c.sock == nil {
		return
	}
	if d := c.s.faults.delay; d > 0 {
		it.due = time.Now().Add(d)
	}
	select {
	case c.out <- it:
	default:
		c.drop()
	}
}

// unframe takes the frames out of what the client sent.
func (c *conn) unframe(text string) []string {
	if !c.framed {
		return []string{text}
	}
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		return list
	}
	var one string
	if json.Unmarshal([]byte(text), &one) == nil {
		return []string{one}
	}
	return nil
}

// take is one frame of the client.
func (s *Server) take(c *conn, text string) {
	s.mu.Lock()
	defer s.unlock()
	if c.gone {
		return
	}
	s.received(Received{Conn: c.id, Text: text, Lost: s.faults.mute&Up != 0})
	if s.faults.mute&Up != 0 {
		return
	}
	c.heard, c.pinged = true, false
	cut := s.faults.cut()
	if cut == cutBefore {
		c.drop()
		return
	}
	c.deaf = cut == cutAfter
	s.frame(c, text)
	if c.deaf {
		c.drop()
	}
}

// beat is the heartbeat of a connection, once every interval.
func (s *Server) beat(c *conn) {
	s.after(s.opt.Heartbeat, func() {
		if c.gone {
			return
		}
		if !c.heard && !c.pinged && s.faults.mute == Nothing {
			c.pinged = true
			c.push(`{"msg":"ping"}`)
			s.after(s.opt.HeartbeatTimeout, func() {
				if c.pinged && s.faults.mute == Nothing {
					c.bye()
				}
			})
		}
		c.heard = false
		s.beat(c)
	})
}
