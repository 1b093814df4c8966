package limit

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of reverse proxies whose word about the caller's
// address is believed. The zero value believes nobody.
type Proxies []netip.Prefix

// ParseProxies reads a comma-separated list of addresses and CIDR networks.
func ParseProxies(list string) (Proxies, error) {
	var ps Proxies
	for _, item := range strings.Split(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		p, err := netip.ParsePrefix(item)
		if err != nil {
			a, err := netip.ParseAddr(item)
			if err != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network like 10.0.0.0/8", item)
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		ps = append(ps, p.Masked())
	}
	return ps, nil
}

// Trust reports whether a is one of the proxies.
func (ps Proxies) Trust(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range ps {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Client is the address r came from. X-Forwarded-For is read from the right,
// since everything left of the first address a trusted proxy did not vouch
// for may be invented by the caller; it is not read at all unless the socket's
// other end is a trusted proxy. Without an address the result is invalid.
func (ps Proxies) Client(r *http.Request) netip.Addr {
	peer := address(r.RemoteAddr)
	if !ps.Trust(peer) {
		return peer
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	client := peer
	for i := len(chain) - 1; i >= 0; i-- {
		a := address(strings.TrimSpace(chain[i]))
		if !a.IsValid() {
			break
		}
		client = a
		if !ps.Trust(a) {
			break
		}
	}
	return client
}

// address reads "1.2.3.4", "1.2.3.4:80", "::1", "[::1]" and "[::1]:80".
func address(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
