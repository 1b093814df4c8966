package app

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"capsule/server/internal/bridge"
)

// A profile is what the pages of some sites get.
type profile struct {
	name     string
	origins  bridge.Origins
	position string // for the script tag alone: the launcher stands before the server is asked
	over     bridge.Profile
}

type profiles []profile

// find is what is laid over for a page of that origin: a profile that names
// it before one whose pattern covers it, and among those the first.
func (ps profiles) find(origin string) bridge.Profile {
	for _, p := range ps {
		if p.origins.Exact(origin) {
			return p.over
		}
	}
	for _, p := range ps {
		if p.origins.Allow(origin) {
			return p.over
		}
	}
	return bridge.Profile{}
}

// origins are all that any profile names.
func (ps profiles) origins() (all bridge.Origins) {
	for _, p := range ps {
		all = all.With(p.origins)
	}
	return all
}

var (
	profileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)
	rgb         = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

// A member is one key of a profile.
type member struct {
	to    func(*profile) *string
	check func(string) error
}

var members = map[string]member{
	"name":          {func(p *profile) *string { return &p.name }, matches(profileName, "up to 64 letters, digits, spaces, dots, dashes and underscores")},
	"origins":       {nil, nil}, // read by itself
	"department":    {func(p *profile) *string { return &p.over.Department }, short(128)},
	"title":         {func(p *profile) *string { return &p.over.Title }, short(100)},
	"offline-title": {func(p *profile) *string { return &p.over.OfflineTitle }, short(100)},
	"color":         {func(p *profile) *string { return &p.over.Color }, matches(rgb, "a colour like #0b6bcb")},
	"offline-color": {func(p *profile) *string { return &p.over.OfflineColor }, matches(rgb, "a colour like #0b6bcb")},
	"language":      {func(p *profile) *string { return &p.over.Language }, matches(languageTag, "a language like de")},
	"position":      {func(p *profile) *string { return &p.position }, matches(regexp.MustCompile(`^(left|right)$`), "left or right")},
	"welcome":       {func(p *profile) *string { return &p.over.Welcome }, short(1000)},
	"offline":       {func(p *profile) *string { return &p.over.Offline }, short(1000)},
}

func matches(pattern *regexp.Regexp, what string) func(string) error {
	return func(s string) error {
		if !pattern.MatchString(s) {
			return fmt.Errorf("%q is not %s", s, what)
		}
		return nil
	}
}

func short(max int) func(string) error {
	return func(s string) error {
		if n := len([]rune(s)); n == 0 || n > max {
			return fmt.Errorf("it has %d characters, not 1 to %d", n, max)
		}
		return nil
	}
}

// readProfiles understands f's profiles. It goes on after a mistake, so that
// the error has them all.
func readProfiles(f *file) (profiles, error) {
	var ps profiles
	var errs []error
	names, owners := map[string]bool{}, map[string]string{}
	for i, raw := range f.profiles {
		wrong := func(key string, err error) { errs = append(errs, f.wrong(profileKey(i, key), err)) }
		var p profile
		for _, key := range slices.Sorted(maps.Keys(raw)) {
			m, known := members[key]
			if !known {
				wrong(key, fmt.Errorf("there is no such setting in a profile; there are %s", strings.Join(slices.Sorted(maps.Keys(members)), ", ")))
				continue
			}
			if m.to == nil {
				continue
			}
			if err := m.check(raw[key]); err != nil {
				wrong(key, err)
			}
			*m.to(&p) = raw[key]
		}
		if _, given := raw["name"]; !given {
			wrong("name", errors.New("each profile needs one"))
		} else if names[p.name] {
			wrong("name", fmt.Errorf("there are two profiles %q", p.name))
		}
		names[p.name] = true
		var err error
		if p.origins, err = bridge.ParseOrigins(raw["origins"]); err != nil {
			wrong("origins", err)
		} else if p.origins.String() == "" {
			wrong("origins", errors.New("name at least one site"))
		}
		for _, o := range strings.Split(p.origins.String(), ", ") {
			if other, taken := owners[o]; taken && o != "" {
				wrong("origins", fmt.Errorf("%s is profile %q's already", o, other))
			}
			owners[o] = p.name
		}
		ps = append(ps, p)
	}
	return ps, errors.Join(errs...)
}

// tag is the script tag for p's pages, with the files at that address.
func (p profile) tag(address string) string {
	tag := `<script async src="` + address + `/capsule.js"`
	for _, a := range []struct{ name, value string }{{"language", p.over.Language}, {"position", p.position}} {
		if a.value != "" {
			tag += ` data-` + a.name + `="` + a.value + `"`
		}
	}
	return tag + "></script>"
}
