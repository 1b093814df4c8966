package app

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Checking reports whether -check was given: then Check, not Run.
func (a *App) Checking() bool { return a.settings.check }

// Check does everything Run does short of listening, and prints to w what the
// server would do. Its error has a line for each thing that is wrong.
func (a *App) Check(w io.Writer) error {
	if a.Logf == nil {
		a.Logf = func(string, ...any) {}
	}
	s := a.settings
	if s.demo {
		s.public = &url.URL{Scheme: "http", Host: demoAddr}
	}
	site, siteErr := a.site(s)
	_, tlsErr := s.security(a.Logf)
	if err := errors.Join(siteErr, tlsErr); err != nil {
		return err
	}
	out := report{w}
	out.say("listen on", s.addr+s.secured())
	out.say("redirect http from", s.redirect)
	version := site.Version()
	if version == "" {
		version = "nothing: run ./build.sh first"
	}
	out.say("serve build", version)
	if s.demo {
		out.say("call", "a stand-in of Rocket.Chat, built in")
	} else {
		out.say("call Rocket.Chat at", s.rocketChat.String())
		out.say("send browsers to", s.public.String())
	}
	out.say("answer pages of", orElse(s.origins.With(s.profiles.origins()).String(), "its own only"))
	var trusted []string
	for _, p := range s.proxies {
		trusted = append(trusted, p.String())
	}
	out.say("believe proxies at", orElse(strings.Join(trusted, ", "), "none"))
	if s.rate > 0 {
		out.say("allow an address", fmt.Sprintf("%g requests a second", s.rate))
	} else {
		out.say("allow an address", "any number of requests")
	}
	out.say("serve metrics on", s.metrics)
	out.say("stop after", fmt.Sprintf("%v of /readyz saying no", s.drain))
	for _, p := range s.profiles {
		out.profile(p, s.address())
	}
	return nil
}

// address is where visitors find the server, as far as the settings tell.
func (s settings) address() string {
	if len(s.domains) > 0 {
		return "https://" + s.domains[0]
	}
	return "https://capsule.example.com"
}

func (s settings) secured() string {
	switch {
	case s.cert != "":
		return " with TLS by " + s.cert
	case len(s.domains) > 0:
		return " with TLS for " + strings.Join(s.domains, ", ") + ", kept in " + s.acmeCache
	}
	return " without TLS"
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// A report is lines of a name and what it is.
type report struct{ w io.Writer }

func (r report) say(name, what string) {
	if what != "" {
		fmt.Fprintf(r.w, "%-20s %s\n", name, what)
	}
}

func (r report) profile(p profile, address string) {
	fmt.Fprintf(r.w, "\nprofile %q\n", p.name)
	for _, f := range []struct{ name, value string }{
		{"pages of", p.origins.String()}, {"department", p.over.Department},
		{"title", p.over.Title}, {"offline title", p.over.OfflineTitle},
		{"color", p.over.Color}, {"offline color", p.over.OfflineColor},
		{"welcome", p.over.Welcome}, {"offline", p.over.Offline},
	} {
		if f.value != "" {
			r.say("  "+f.name, f.value)
		}
	}
	r.say("  script tag", p.tag(address))
}
