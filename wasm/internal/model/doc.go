// Package model plays sessions against a model of everything around them:
// Rocket.Chat, the bridge, sockets, storage, browsers, visitors and agents.
// Time is virtual and chance is seeded, so a run is a number: the same seed
// gives the same trace, and thirty minutes pass in less than a millisecond.
//
// A Schedule says what people do and what breaks. Run plays it and lets a
// checker look at every view a visitor gets to see. The checker knows what
// was submitted, what the server has and what was shown, and nothing of the
// session's inside; so it proves the promise and not the program.
//
// The package is test code; nothing of it is linked into the widget.
package model
