package doctor

import (
	"context"
	"fmt"
	"slices"
)

// stranger is an origin that no list has.
const stranger = "https://stranger.invalid"

// origins looks whether the sites that are to be served are, and others not.
func (e *exam) origins(ctx context.Context) {
	const topic = "origins"
	if e.Server == nil {
		return
	}
	var all []string
	for _, p := range e.Pages {
		all = append(all, origin(p))
	}
	all = append(all, e.Origins...)
	slices.Sort(all)
	for _, o := range slices.Compact(all) {
		r, err := e.get(ctx, at(e.Server, "/v1/config"), "Origin", o)
		allowed := r.header.Values("Access-Control-Allow-Origin")
		switch {
		case err != nil:
			e.problem(topic, fmt.Sprintf("As a page of %s: %v.", o, err), "See the log of Capsule's server.")
		case r.status == 403:
			e.problem(topic, fmt.Sprintf("Pages of %s may not show the widget.", o), "Add it to -origin, or to the origins of a profile, exactly so: "+o)
		case len(allowed) != 1 || allowed[0] != o:
			e.problem(topic, fmt.Sprintf("Pages of %s get Access-Control-Allow-Origin %q: browsers keep the answer from them.", o, allowed),
				"Let the proxy pass this header as it is, and add none of its own.")
		case r.status == 429:
			e.warn(topic, fmt.Sprintf("Pages of %s are served, but this machine asks too often.", o), "Wait a minute and run this again.")
		case r.status != 200:
			e.problem(topic, fmt.Sprintf("Pages of %s are let in, but answered status %d.", o, r.status), "See the log of Capsule's server.")
		default:
			e.ok(topic, "pages of %s are served", o)
		}
	}
	r, err := e.get(ctx, at(e.Server, "/v1/config"), "Origin", stranger)
	switch {
	case err != nil: // said above, or the files say so
	case r.status == 403:
		e.ok(topic, "other sites are turned away")
	default:
		e.problem(topic, fmt.Sprintf("A page of any other site is answered status %d: everybody may show the widget.", r.status),
			"The proxy removes or replaces the header Origin: let it pass as it is.")
	}
}
