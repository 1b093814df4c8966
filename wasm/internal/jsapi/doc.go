// Package jsapi is the page's own say: its calls of window.Capsule become
// events of the session, and what the session tells goes out to the page's
// listeners. The object itself is the loader's, which keeps calls until Go
// is ready.
//
// The page may call anything with anything. What makes no sense is
// ignored.
package jsapi
