//go:build js

package browser_test

import (
	"strconv"
	"strings"
	"syscall/js"
	"testing"

	"capsule/wasm/internal/browser"
	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/loop/storetest"
)

// handover puts the loader's object in place, as far as the store uses it.
func handover(t *testing.T) browser.Page {
	t.Helper()
	js.Global().Set("capsule", js.Global().Get("Function").New(`
		const outcome = (f) => { try { return { value: f() } } catch (err) { return { error: String(err) } } }
		return {
			options: {}, bridge: 'https://chat.example/capsule',
			attempt: (target, method, args) => outcome(() => target[method](...args)),
			construct: (name, args) => outcome(() => new globalThis[name](...args)),
		}`).Invoke())
	p, ok := browser.Take()
	if !ok {
		t.Fatal("there is no page")
	}
	return p
}

// inBrowser skips where there is no browser around the program: node has
// no storage.
func inBrowser(t *testing.T) {
	t.Helper()
	if js.Global().Get("document").IsUndefined() {
		t.Skip("not in a browser")
	}
}

func TestLocalStorageIsAStore(t *testing.T) {
	inBrowser(t)
	p, n := handover(t), 0
	storetest.Run(t, func() loop.Store {
		n++
		return browser.OpenStore(p, "host"+strconv.Itoa(n))
	})
	storage := js.Global().Get("localStorage")
	defer storage.Call("clear")
	for i := range storage.Length() {
		if key := storage.Call("key", i).String(); !strings.HasPrefix(key, "capsule/1/host") {
			t.Errorf("a key is %q", key)
		}
	}
}

func TestAFullStorageSaysSo(t *testing.T) {
	inBrowser(t)
	s := browser.OpenStore(handover(t), "full")
	defer js.Global().Get("localStorage").Call("clear")
	if err := s.Set("small", "1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Set("large", strings.Repeat("x", 20<<20)); err == nil {
		t.Error("20 MB were kept")
	}
	if got, _ := s.Get("small"); got != "1" {
		t.Errorf("the small value is %q", got)
	}
}

func TestForbiddenStorageSaysSo(t *testing.T) {
	p := handover(t)
	for name, storage := range map[string]js.Value{
		"none":   js.Undefined(),
		"throws": js.Global().Get("Function").New(`return { getItem() { throw new Error('SecurityError') } }`).Invoke(),
	} {
		t.Run(name, func(t *testing.T) {
			defer replace("localStorage", storage)()
			s := browser.OpenStore(p, "host")
			if err := s.Set("key", "value"); err == nil {
				t.Error("a value was kept")
			}
			if got, ok := s.Get("key"); ok || len(s.Keys("")) != 0 {
				t.Errorf("there is %q, and in all %q", got, s.Keys(""))
			}
		})
	}
}

// replace defines a property of the window until the function it returns
// is called.
func replace(name string, value js.Value) (restore func()) {
	object, global := js.Global().Get("Object"), js.Global()
	before := object.Call("getOwnPropertyDescriptor", global, name)
	object.Call("defineProperty", global, name, map[string]any{"value": value, "configurable": true})
	return func() {
		if before.IsUndefined() {
			global.Delete(name)
		} else {
			object.Call("defineProperty", global, name, before)
		}
	}
}

func TestTheHostNamesTheBridge(t *testing.T) {
	if got := handover(t).Host(); got != "chat.example+capsule" {
		t.Errorf("Host() = %q", got)
	}
}
