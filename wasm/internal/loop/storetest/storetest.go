// Package storetest holds the test that every loop.Store has to pass.
package storetest

import (
	"slices"
	"strings"
	"testing"

	"capsule/wasm/internal/loop"
)

// Run tests the stores that open returns. Each must be empty, and
// independent of the others.
func Run(t *testing.T, open func() loop.Store) {
	t.Run("an empty store has nothing", func(t *testing.T) {
		s := open()
		wantNone(t, s, "token")
		wantKeys(t, s, "")
		s.Delete("token") // is no error
	})
	t.Run("the last value counts", func(t *testing.T) {
		s := open()
		set(t, s, "token", "a")
		set(t, s, "token", "b")
		wantValue(t, s, "token", "b")
		wantKeys(t, s, "", "token")
	})
	t.Run("what is deleted is gone and can come back", func(t *testing.T) {
		s := open()
		set(t, s, "draft", "x")
		s.Delete("draft")
		wantNone(t, s, "draft")
		wantKeys(t, s, "")
		set(t, s, "draft", "y")
		wantValue(t, s, "draft", "y")
	})
	t.Run("keys are sorted and chosen by prefix", func(t *testing.T) {
		s := open()
		for _, key := range []string{"outbox/b", "room", "outbox/a", "outboxes"} {
			set(t, s, key, key)
		}
		wantKeys(t, s, "outbox/", "outbox/a", "outbox/b")
		wantKeys(t, s, "", "outbox/a", "outbox/b", "outboxes", "room")
		wantKeys(t, s, "none")
	})
	t.Run("names of JavaScript's own are ordinary keys", func(t *testing.T) {
		s := open()
		for _, key := range []string{"length", "__proto__", "getItem", "constructor"} {
			wantNone(t, s, key)
			set(t, s, key, "v:"+key)
			wantValue(t, s, key, "v:"+key)
		}
		wantKeys(t, s, "", "__proto__", "constructor", "getItem", "length")
	})
	t.Run("any text is kept as it is", func(t *testing.T) {
		s := open()
		for _, value := range []string{" ", "\x00\r\n\t", "ü 漢 👩‍👩‍👧", "null", `{"a":"\u2028"}`, strings.Repeat("long ", 10_000)} {
			set(t, s, "text", value)
			wantValue(t, s, "text", value)
		}
	})
	t.Run("stores are independent", func(t *testing.T) {
		a, b := open(), open()
		set(t, a, "token", "a")
		wantNone(t, b, "token")
	})
}

func set(t *testing.T, s loop.Store, key, value string) {
	t.Helper()
	if err := s.Set(key, value); err != nil {
		t.Fatalf("Set(%q): %v", key, err)
	}
}

func wantValue(t *testing.T, s loop.Store, key, want string) {
	t.Helper()
	if got, ok := s.Get(key); !ok || got != want {
		t.Errorf("Get(%q) = %.40q, %v; want %.40q", key, got, ok, want)
	}
}

func wantNone(t *testing.T, s loop.Store, key string) {
	t.Helper()
	if got, ok := s.Get(key); ok {
		t.Errorf("Get(%q) = %.40q, want none", key, got)
	}
}

func wantKeys(t *testing.T, s loop.Store, prefix string, want ...string) {
	t.Helper()
	if got := s.Keys(prefix); !slices.Equal(got, want) {
		t.Errorf("Keys(%q) = %q, want %q", prefix, got, want)
	}
}
