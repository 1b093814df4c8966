package loop

import (
	"sync"

	"capsule/wasm/internal/session"
)

// A letter is an event, and where it comes from when that may be over by
// the time it is read.
type letter struct {
	event session.Event
	link  *link
	conn  Link // of a LinkRose
	timer *timer
}

// A mailbox keeps letters in order. The zero mailbox is empty and takes
// letters already.
type mailbox struct {
	mu      sync.Mutex
	letters []letter
	wake    chan struct{} // holds a token when there may be letters
	closed  bool
}

// open returns the channel that tells of letters.
func (m *mailbox) open() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wake = make(chan struct{}, 1)
	return m.wake
}

func (m *mailbox) put(l letter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	m.letters = append(m.letters, l)
	select {
	case m.wake <- struct{}{}: // never ready before open: take finds the letter
	default:
	}
}

func (m *mailbox) take() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	letters := m.letters
	m.letters = nil
	return letters
}

func (m *mailbox) shut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.letters = true, nil
}
