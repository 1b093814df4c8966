package bridge

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"capsule/wasm/rocket"
)

// locks let one request at a time act for a token: to open a room is to look
// and then to make one, and two at once would make two (protocol 7.4).
type locks struct {
	mu   sync.Mutex
	held map[rocket.Token]*lock
}

type lock struct {
	slot  chan struct{} // holds one element while somebody has the lock
	users int           // who has it and who waits
}

// lock waits for the token's lock and returns what gives it back.
func (l *locks) lock(ctx context.Context, t rocket.Token) (unlock func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[rocket.Token]*lock{}
	}
	k := l.held[t]
	if k == nil {
		k = &lock{slot: make(chan struct{}, 1)}
		l.held[t] = k
	}
	k.users++
	l.mu.Unlock()

	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.users--; k.users == 0 {
			delete(l.held, t)
		}
	}
	select {
	case k.slot <- struct{}{}:
		return func() { <-k.slot; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// memory knows for a while which tokens Rocket.Chat had a visitor for. Others
// may have had one deleted since, so it saves a call where to be wrong is
// harmless, and nowhere else. It keeps digests only, so that it holds no
// credential.
type memory struct {
	mu    sync.Mutex
	until map[[16]byte]time.Time
}

const (
	rememberFor = 10 * time.Minute
	rememberMax = 20_000
)

func digest(t rocket.Token) [16]byte {
	sum := sha256.Sum256([]byte(t))
	return [16]byte(sum[:16])
}

func (m *memory) add(t rocket.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.until == nil {
		m.until = map[[16]byte]time.Time{}
	}
	if len(m.until) >= rememberMax {
		for k := range m.until { // any one will do: to forget costs one call
			delete(m.until, k)
			break
		}
	}
	m.until[digest(t)] = time.Now().Add(rememberFor)
}

func (m *memory) drop(t rocket.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.until, digest(t))
}

func (m *memory) has(t rocket.Token) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Before(m.until[digest(t)])
}
