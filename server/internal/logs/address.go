package logs

import (
	"fmt"
	"net/netip"
)

// An Address says how much of a caller's address is logged.
type Address string

// The ways there are. The zero Address is as AddressNone.
const (
	AddressNone  Address = "none"
	AddressShort Address = "short" // the network: an IPv4 /24, an IPv6 /48
	AddressFull  Address = "full"
)

// ParseAddress reads none, short or full.
func ParseAddress(s string) (Address, error) {
	switch a := Address(s); a {
	case AddressNone, AddressShort, AddressFull:
		return a, nil
	}
	return "", fmt.Errorf("%q is neither none, short nor full", s)
}

// Of is what is logged of a; "" for nothing.
func (w Address) Of(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap().WithZone("")
	switch w {
	case AddressFull:
		return a.String()
	case AddressShort:
		bits := 48
		if a.Is4() {
			bits = 24
		}
		p, err := a.Prefix(bits)
		if err != nil {
			return ""
		}
		return p.String()
	}
	return ""
}
