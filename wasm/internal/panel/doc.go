// Package panel makes the page agree with a view.Screen, and tells what
// the visitor does to it.
//
// It decides nothing: what is visible is in the Screen, what happens next
// is up to whoever is told. It keeps the last Screen, and writes only what
// differs from it; elements are made once, rows of the conversation when
// they come. No text of anybody passes through a reader of HTML, not even
// its own markup, which it reads itself: a page may demand Trusted Types
// without allowing anything for us. Everything else in the package exists
// in a browser only.
package panel
