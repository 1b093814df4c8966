package standin

import (
	"fmt"
	"strings"
	"time"
)

// A Bot is an agent that answers by itself, for demos: it takes waiting chats
// while no person is logged in at a desk, greets, types before it answers,
// knows a handful of words, and closes the chat when told goodbye. Delays of
// zero are natural ones, negative ones none.
type Bot struct {
	Username string // "capsule-bot" when empty
	Name     string // "Capsule Bot" when empty

	Answers []Answer // nil for a few general ones

	Take  time.Duration // before it takes a chat
	Think time.Duration // before it begins to type
	Type  time.Duration // from there to the answer
}

// An Answer is what a bot says to a message with one of the words, which are
// in lower case and also stand for their plural.
type Answer struct {
	Words []string
	Text  string
}

// StartBot puts a bot to work until the server is closed.
func (s *Server) StartBot(b Bot) *Seat {
	if b.Username == "" {
		b.Username = "capsule-bot"
	}
	if b.Name == "" {
		b.Name = "Capsule Bot"
	}
	if b.Answers == nil {
		b.Answers = answers
	}
	for _, d := range []struct {
		of    *time.Duration
		usual time.Duration
	}{{&b.Take, 800 * time.Millisecond}, {&b.Think, 500 * time.Millisecond}, {&b.Type, 1200 * time.Millisecond}} {
		if *d.of == 0 {
			*d.of = d.usual
		}
	}
	seat := s.AddAgent(Agent{Username: b.Username, Name: b.Name})
	s.mu.Lock()
	defer s.unlock()
	seat.a.bot, seat.a.forced = true, true
	w := &worker{Bot: b, Seat: seat, busy: map[string]bool{}}
	if !s.closed {
		s.wg.Add(1)
		go w.run()
	}
	return seat
}

// A worker is a bot at work. Its busy is guarded by Server.mu.
type worker struct {
	Bot
	*Seat
	busy map[string]bool // rooms with a goroutine
}

// run starts a goroutine for every room that needs the bot. It and they end
// with the server.
func (w *worker) run() {
	defer w.s.wg.Done()
	for w.s.await(func() bool {
		rid := w.next()
		if rid != "" {
			w.busy[rid] = true
			w.s.wg.Add(1)
			go w.attend(rid)
		}
		return rid != ""
	}) {
	}
}

// next is a room without a goroutine that is the bot's or may become so.
func (w *worker) next() string {
	for _, r := range w.s.rooms {
		if r.open && !w.busy[r.id] && (r.servedBy == w.a || w.mayTake(r)) {
			return r.id
		}
	}
	return ""
}

// mayTake tells whether a room waits and no person is there for it.
func (w *worker) mayTake(r *room) bool {
	if r.inquiry == "" {
		return false
	}
	for _, a := range w.s.agents {
		if a.sessions > 0 && !a.bot && !a.unavailable {
			return false
		}
	}
	return true
}

// attend serves one room until it is closed or somebody else's.
func (w *worker) attend(rid string) {
	s := w.s
	defer s.wg.Done()
	defer func() {
		s.mu.Lock()
		delete(w.busy, rid)
		s.unlock()
	}()
	if !s.pause(w.Bot.Take) || !w.begin(rid) {
		return
	}
	answered := ""
	for {
		var text string
		ok := s.await(func() bool {
			r := s.room(rid)
			if r == nil || !r.open || r.servedBy != w.a {
				return true
			}
			m := r.lastFromVisitor()
			if m == nil || m.id == answered {
				return false
			}
			text, answered = m.text, m.id
			return true
		})
		if !ok || !w.mine(rid) || !w.reply(rid, text) {
			return
		}
	}
}

// begin takes the room, unless a person came first, and greets.
func (w *worker) begin(rid string) bool {
	s := w.s
	s.mu.Lock()
	r := s.room(rid)
	if r == nil || !r.open || r.servedBy != w.a && !w.mayTake(r) {
		s.mu.Unlock()
		return false
	}
	if r.servedBy != w.a {
		s.assign(r, w.a)
	}
	name := r.name
	asked := r.lastFromVisitor() != nil
	s.unlock()
	if strings.HasPrefix(name, "guest-") {
		name = "there"
	}
	hello := fmt.Sprintf("Hi %s, I'm %s. How can I help?", name, w.Name)
	if asked {
		hello = fmt.Sprintf("Hi %s, I'm %s. Let me see...", name, w.Name)
	}
	return w.sayTyped(rid, hello)
}

// reply answers one message, and tells whether the room goes on.
func (w *worker) reply(rid, text string) bool {
	answer, end := reply(w.Answers, text)
	if !w.s.pause(w.Think) || !w.sayTyped(rid, answer) {
		return false
	}
	if end {
		_ = w.Close(rid, "Goodbye") // closed by the visitor meanwhile, else
		return false
	}
	return true
}

// sayTyped shows typing for a while, then says the text.
func (w *worker) sayTyped(rid, text string) bool {
	if w.Typing(rid, true) != nil {
		return false
	}
	ok := w.s.pause(w.Type)
	if w.Typing(rid, false) != nil || !ok || !w.mine(rid) {
		return false
	}
	_, err := w.Say(rid, text)
	return err == nil
}

func (w *worker) mine(rid string) bool {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	r := w.s.room(rid)
	return r != nil && r.open && r.servedBy == w.a
}

func (r *room) lastFromVisitor() *message {
	for i := len(r.messages) - 1; i >= 0; i-- {
		if m := r.messages[i]; m.kind == "" && m.token != "" {
			return m
		}
	}
	return nil
}

// pause waits, and tells false if the server is closed meanwhile.
func (s *Server) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.done:
		return false
	}
}

// await waits until a condition holds, and tells false if the server is
// closed before. The condition runs with the state locked, and not once the
// server is closed.
func (s *Server) await(holds func() bool) bool {
	for {
		s.mu.Lock()
		closed, wake := s.closed, s.wake
		ok := !closed && holds()
		s.mu.Unlock()
		if ok || closed {
			return ok
		}
		<-wake // Close wakes too
	}
}

// answers are what a bot knows that was told nothing, first match first.
var answers = []Answer{
	{[]string{"price", "cost", "pricing", "plan"}, "Plans start at $10 a month, with a free trial of 14 days: https://example.com/pricing"},
	{[]string{"help", "support", "problem", "broken", "error"}, "I'm sorry to hear that. Can you tell me what you did, and what you saw?"},
	{[]string{"human", "person", "agent", "operator"}, "A colleague will join as soon as one is at the desk. Ask me meanwhile!"},
	{[]string{"order", "delivery", "shipping"}, "Orders ship within two days. What is your order number?"},
	{[]string{"hours", "open", "when"}, "We are here Monday to Friday, 9:00 to 17:00. I never sleep."},
	{[]string{"thanks", "thank", "great", "perfect"}, "You're welcome! Is there anything else?"},
	{[]string{"hello", "hi", "hey", "morning", "evening"}, "Hello! Ask me about *prices*, *orders*, or say *help*. Say *bye* to end the chat."},
}

// reply is what the bot says to a text, and whether that ends the chat.
func reply(known []Answer, text string) (answer string, end bool) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && r < 128 })
	said := map[string]bool{}
	for _, w := range words {
		said[w] = true
		said[strings.TrimSuffix(w, "s")] = true
	}
	if said["bye"] || said["goodbye"] {
		return "Goodbye, and thanks for the chat!", true
	}
	for _, a := range known {
		for _, w := range a.Words {
			if said[w] {
				return a.Text, false
			}
		}
	}
	if strings.TrimSpace(text) == "" {
		return "Thank you, I got it.", false
	}
	return "You said: " + text + "\nI'm only a bot, but I listen. Try *help* or *price*.", false
}
