package doctor

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"
)

// encryption looks for mixed content: what a page that came by https may not
// talk to.
func (e *exam) encryption(context.Context) {
	const topic = "https"
	secure := false
	for _, p := range e.Pages {
		if p.Scheme == "https" {
			secure = true
		} else if !local(p) {
			e.warn(topic, fmt.Sprintf("The page %s comes by http: what visitors write can be read on the way.", p), "Serve the page by https.")
		}
	}
	check := func(what, flag string, u *url.URL) {
		switch {
		case u == nil:
		case u.Scheme == "https":
			e.ok(topic, "%s is at %s", what, u)
		case local(u):
			e.ok(topic, "%s is on this machine, at %s", what, u)
		case secure:
			e.problem(topic, fmt.Sprintf("%s is at %s: browsers do not let a page that came by https talk to it.", what, u),
				"Give it https, with Let's Encrypt for instance, and use that address for "+flag+".")
		default:
			e.warn(topic, fmt.Sprintf("%s is at %s, which anybody on the way can read and change.", what, u),
				"Give it https, with Let's Encrypt for instance, and use that address for "+flag+".")
		}
	}
	check("Rocket.Chat for browsers", "-public", e.Public)
	check("Capsule's server", "-server", e.Server)
}

// local reports whether browsers treat u as safe without https, since it is
// their own machine.
func local(u *url.URL) bool {
	host := u.Hostname()
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// certificate warns of one that is about to end.
func (e *exam) certificate(topic string, u *url.URL, r reply) {
	if r.tls == nil || len(r.tls.PeerCertificates) == 0 {
		return
	}
	host, _, err := net.SplitHostPort(u.Host)
	if err != nil {
		host = u.Host
	}
	left := time.Until(r.tls.PeerCertificates[0].NotAfter)
	if left < 14*24*time.Hour {
		e.warn(topic, fmt.Sprintf("The certificate of %s ends in %d days.", host, int(left.Hours()/24)),
			"Renew it, and see why that did not happen by itself.")
	}
}
