// Package bridge carries the few REST calls a visitor's widget needs to
// Rocket.Chat, because a browser on another site may not make them itself.
//
// The rule of the package is typed in, typed out. A request is read into a
// struct of strings with limits, every call to Rocket.Chat is built from
// scratch out of those, and every answer is read into the types of package
// rocket and written again field by field. No path, query, header or text
// passes through by itself in either direction, so there is nothing to smuggle
// things in, and what Rocket.Chat says beyond its contract stays here.
//
// A visitor's token comes in the header X-Visitor-Token and nowhere else. It
// is never logged; Rocket.Chat wants it in URLs, so those are never logged
// either.
package bridge
