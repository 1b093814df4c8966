package send

import (
	"net"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// inMemory is a file without a name that holds bytes for as long as it is
// open, and that nobody can change; nil where there is no such thing. To send
// from it the kernel refers to its pages, where it would copy from ours.
func inMemory(bytes []byte) *os.File {
	fd, err := unix.MemfdCreate("capsule", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), "capsule") // #nosec G115 -- a descriptor is not negative
	_, err = f.Write(bytes)
	if err == nil {
		_, err = unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_GROW|unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL)
	}
	if err != nil {
		_ = f.Close() // nothing that anybody needs
		return nil
	}
	return f
}

// sendFile sends head from memory and b from its file, or what the system
// refuses to send from there from memory as well.
func (b *Body) sendFile(c *net.TCPConn, head []byte) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	var at int64
	// Each call gets its own position: many share the file.
	err = raw.Write(func(fd uintptr) (done bool) {
		for len(head) > 0 {
			n, err := unix.SendmsgN(int(fd), head, nil, nil, unix.MSG_MORE|unix.MSG_NOSIGNAL) // #nosec G115 -- as the package wants it
			switch {
			case err == syscall.EAGAIN:
				return false
			case err != nil && err != syscall.EINTR:
				failed = err
				return true
			}
			head = head[max(n, 0):]
		}
		for at < int64(len(b.bytes)) {
			n, err := unix.Sendfile(int(fd), int(b.file.Fd()), &at, len(b.bytes)-int(at)) // #nosec G115 -- likewise
			switch {
			case err == syscall.EAGAIN:
				return false
			case err == syscall.EINTR:
			case err != nil || n == 0:
				return true // the rest is tried from memory, which knows why not
			}
		}
		return true
	})
	runtime.KeepAlive(b)
	if err == nil {
		err = failed
	}
	if err != nil || at == int64(len(b.bytes)) {
		return int(at), err
	}
	n, err := writeBoth(c, head, b.bytes[at:])
	return int(at) + n, err
}
