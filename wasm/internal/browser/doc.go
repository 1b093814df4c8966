// Package browser is what the widget needs of a browser beside its DOM:
// storage, REST calls, the life of the page, animation frames, and how
// times are written.
//
// Whatever may throw is called through the loader's catching helper,
// because a JavaScript exception ends a program built by TinyGo. What
// listens is closed by whoever opened it.
package browser
