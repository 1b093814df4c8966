package loop

import (
	"sort"
	"strings"
)

// Memory is a Store that lasts as long as the program: for tests, and for
// browsers that forbid storage. The zero Memory is empty.
type Memory struct{ values map[string]string }

// Get returns the value of key, if there is one.
func (m *Memory) Get(key string) (string, bool) {
	value, ok := m.values[key]
	return value, ok
}

// Set keeps a value; it never fails.
func (m *Memory) Set(key, value string) error {
	if m.values == nil {
		m.values = map[string]string{}
	}
	m.values[key] = value
	return nil
}

// Delete forgets key.
func (m *Memory) Delete(key string) { delete(m.values, key) }

// Keys returns the keys that begin with prefix, sorted.
func (m *Memory) Keys(prefix string) []string {
	var keys []string
	for key := range m.values {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	return keys
}
