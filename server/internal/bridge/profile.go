package bridge

import (
	"net/http"

	"capsule/wasm/rocket"
)

// A Profile is what the operator lays over Rocket.Chat's configuration for
// the pages of some sites. The zero value changes nothing.
type Profile struct {
	Department          string // id or name of the one to talk to; the visitor is not asked then
	Title, OfflineTitle string
	Color, OfflineColor string // #rrggbb
	Language            string
	Welcome, Offline    string // above the form, and above the one for when nobody is there
}

// profile is that of the page r came from.
func (b *Bridge) profile(r *http.Request) Profile {
	if b.profiles == nil {
		return Profile{}
	}
	return b.profiles(r.Header.Get("Origin"))
}

// wanted is the department a request is about: the one it names, else its
// profile's.
func (b *Bridge) wanted(r *http.Request, named string) string {
	if named != "" {
		return named
	}
	return b.profile(r).Department
}

// over is c as p wants it.
func (p Profile) over(c rocket.Config) rocket.Config {
	if p.Department != "" {
		// The bridge fills the department in, so there is nothing to ask.
		c.Departments = nil
	}
	for _, f := range []struct {
		to   *string
		from string
	}{
		{&c.Theme.Title, p.Title}, {&c.Theme.OfflineTitle, p.OfflineTitle},
		{&c.Theme.Color, p.Color}, {&c.Theme.OfflineColor, p.OfflineColor},
		{&c.Language, p.Language}, {&c.Texts.Register, p.Welcome}, {&c.Texts.Offline, p.Offline},
	} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	return c
}
