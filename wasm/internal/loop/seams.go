package loop

import (
	"context"

	"capsule/wasm/internal/session"
	"capsule/wasm/rocket"
)

// A Transport opens links to a server.
type Transport interface {
	// Dial opens a link. When ctx ends first Dial returns at once, and a
	// link that opens later is closed unused.
	Dial(ctx context.Context, url string) (Link, error)
}

// A Link carries text messages both ways.
type Link interface {
	// Receive calls recv with each message, one at a time and in order,
	// until the link has ended, and says why it did. What the server sent
	// before it ended the link is handed over, provided that Receive is
	// called at once after Dial, and that recv does not block. It is
	// called once.
	Receive(recv func(text string)) error

	// Send sends a message, or fails; it does not wait for the network.
	Send(text string) error

	// Close ends the link in an orderly way, which may last as long as
	// the network pleases. It may be called at any time and more than
	// once; Receive returns no later than the first call of it.
	Close() error
}

// A Store keeps small values across page loads. It is used by one
// goroutine.
type Store interface {
	// Get returns the value of key, if there is one.
	Get(key string) (value string, ok bool)
	// Set keeps a value that is not "". After an error the old value may
	// be there or be gone.
	Set(key, value string) error
	// Delete forgets key, if it is there.
	Delete(key string)
	// Keys returns the keys that begin with prefix, sorted.
	Keys(prefix string) []string
}

// A Caller performs REST calls to the bridge.
type Caller interface {
	// Call sends a request and returns the status and the body of its
	// answer whatever the status is. path begins with "/v1/"; body is
	// JSON, or "" for none; token, unless "", goes into the header
	// rocket.HeaderToken, and ticket into puzzle.Header. An error means that there is no answer, not
	// that nothing was done. Call returns soon after ctx has ended.
	Call(ctx context.Context, method, path string, token rocket.Token, ticket, body string) (status int, reply string, err error)
}

// Load reads what the last visit left in a store.
func Load(s Store) session.Saved {
	saved := session.Saved{}
	for _, key := range s.Keys("") {
		if value, ok := s.Get(key); ok {
			saved[key] = value
		}
	}
	return saved
}
