package browser

import (
	"errors"
	"sort"
	"strings"
	"syscall/js"

	"capsule/wasm/internal/loop"
)

// keyPrefix begins every key of ours; the number is the version of what is kept.
const keyPrefix = "capsule/1/"

// A Store keeps values in the page's localStorage, under keys of its own.
type Store struct {
	page    Page
	storage js.Value
	prefix  string
}

// nowhere is the Store of a page that may not keep anything.
type nowhere struct{ loop.Memory }

// Set always fails, so that the visitor learns what the page would take along.
func (*nowhere) Set(string, string) error { return errors.New("browser: storage is forbidden") }

// OpenStore returns the store of host, or an empty one that takes nothing
// where the browser forbids storage. It writes nothing.
func OpenStore(p Page, host string) loop.Store {
	storage := p.global.Get("localStorage")
	if storage.Type() != js.TypeObject {
		return new(nowhere)
	}
	s := &Store{page: p, storage: storage, prefix: keyPrefix + host + "/"}
	if _, err := p.Attempt(storage, "getItem", s.prefix); err != nil {
		return new(nowhere)
	}
	return s
}

// Get returns the value of key, if there is one and it can be read.
func (s *Store) Get(key string) (string, bool) {
	v, err := s.page.Attempt(s.storage, "getItem", s.prefix+key)
	if err != nil || v.Type() != js.TypeString {
		return "", false
	}
	return v.String(), true
}

// Set keeps a value, unless the quota is used up or storage has been
// forbidden since.
func (s *Store) Set(key, value string) error {
	_, err := s.page.Attempt(s.storage, "setItem", s.prefix+key, value)
	return err
}

// Delete forgets key.
func (s *Store) Delete(key string) {
	_, _ = s.page.Attempt(s.storage, "removeItem", s.prefix+key) // what cannot be written cannot be deleted
}

// Keys returns the keys that begin with prefix, sorted. The page's own
// keys are not looked at one by one.
func (s *Store) Keys(prefix string) []string {
	all, err := s.page.Attempt(s.page.global.Get("Object"), "keys", s.storage)
	if err != nil {
		return nil
	}
	// One crossing instead of one for each key of the page.
	joined, err := s.page.Attempt(all, "join", "\n")
	if err != nil {
		return nil
	}
	var keys []string
	for _, key := range strings.Split(joined.String(), "\n") {
		if own, ok := strings.CutPrefix(key, s.prefix); ok && strings.HasPrefix(own, prefix) {
			keys = append(keys, own)
		}
	}
	sort.Strings(keys)
	return keys
}

// own returns our name of a key of the storage, if it is ours. There are
// other storages, whose keys are never ours.
func (s *Store) own(key js.Value) (string, bool) { return strings.CutPrefix(text(key), s.prefix) }
