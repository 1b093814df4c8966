// Package sendtest looks at what was sent the way the kernel counts it.
package sendtest

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// Packets is how many packets with data c, a TCP connection, has got.
func Packets(t testing.TB, c net.Conn) (n uint32) {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) // #nosec G115 -- a descriptor is small
		if err != nil {
			t.Error(err)
			return
		}
		n = info.Data_segs_in
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
