package loop_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// A script is a session that notes what it is told and answers as the
// test says.
type script struct {
	mu     sync.Mutex // the test reads while the loop runs
	log    []string
	answer func(now time.Time, ev session.Event) []session.Effect
	state  session.State
}

func (s *script) Step(now time.Time, ev session.Event) []session.Effect {
	s.mu.Lock()
	s.log = append(s.log, fmt.Sprintf("%T%v", ev, ev)[len("session."):])
	s.mu.Unlock()
	if s.answer == nil {
		return nil
	}
	return s.answer(now, ev)
}

func (s *script) State() *session.State { return &s.state }

func (s *script) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// A network is a Transport whose links the test holds in its hands.
type network struct {
	mu     sync.Mutex
	refuse error
	slow   chan struct{} // a Dial waits for it, when set
	links  []*pipe
}

func (n *network) Dial(ctx context.Context, url string) (loop.Link, error) {
	n.mu.Lock()
	slow, refuse := n.slow, n.refuse
	n.mu.Unlock()
	if slow != nil {
		select {
		case <-slow:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if refuse != nil {
		return nil, refuse
	}
	p := &pipe{url: url, in: make(chan string, 100), gone: make(chan struct{})}
	n.mu.Lock()
	n.links = append(n.links, p)
	n.mu.Unlock()
	return p, nil
}

func (n *network) link(i int) *pipe {
	n.mu.Lock()
	defer n.mu.Unlock()
	if i >= len(n.links) {
		return nil
	}
	return n.links[i]
}

// A pipe is a link; the test is its server.
type pipe struct {
	url  string
	in   chan string
	gone chan struct{}
	once sync.Once
	why  error

	mu     sync.Mutex
	sent   []string
	closed bool
	hang   chan struct{} // Close waits for it, when set
}

func (p *pipe) Receive(recv func(string)) error {
	for {
		select {
		case text := <-p.in:
			recv(text)
			continue
		default:
		}
		select {
		case text := <-p.in:
			recv(text)
		case <-p.gone:
			if len(p.in) == 0 {
				return p.why
			}
		}
	}
}

func (p *pipe) Send(text string) error {
	select {
	case <-p.gone:
		return errors.New("gone")
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, text)
	return nil
}

func (p *pipe) Close() error {
	p.mu.Lock()
	p.closed = true
	hang := p.hang
	p.mu.Unlock()
	if hang != nil {
		<-hang
	}
	p.cut(nil)
	return nil
}

// cut ends the link from the server's side.
func (p *pipe) cut(why error) {
	p.once.Do(func() { p.why = why; close(p.gone) })
}

func (p *pipe) wasClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// A callee is a Caller that answers as the test says.
type callee func(ctx context.Context, method, path string, token rocket.Token, body string) (int, string, error)

func (c callee) Call(ctx context.Context, method, path string, token rocket.Token, _, body string) (int, string, error) {
	return c(ctx, method, path, token, body)
}

// A full store keeps nothing.
type full struct{ loop.Memory }

func (f *full) Set(string, string) error { return errors.New("quota") }
