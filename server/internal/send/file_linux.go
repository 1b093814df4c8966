package send

import (
	"bytes"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// program is the file of the running program; nil where it cannot be read.
var program = sync.OnceValue(func() *os.File {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil
	}
	return f
})

// inProgram is the file of the program and where it holds bytes, as it does
// those of a bundle inside it; nil if it does not. To send from there the
// kernel refers to its own pages, where it would copy from ours. A file that is
// executed cannot be written to.
func inProgram(text []byte) (*os.File, int64) {
	f := program()
	if f == nil {
		return nil, 0
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0
	}
	all, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE) // #nosec G115 -- a descriptor fits
	if err != nil {
		return nil, 0
	}
	at := bytes.Index(all, text)
	if unix.Munmap(all) != nil || at < 0 {
		return nil, 0
	}
	return f, int64(at)
}

// sendFile sends head from memory and the rest of b from its file, or what the
// system refuses to send from there from memory as well. The result is how much
// was sent of both.
func (b *Body) sendFile(c *net.TCPConn, head []byte) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	begins := len(head)
	sent := 0 // of all
	// Each call gets its own position: many share the file.
	err = raw.Write(func(fd uintptr) (done bool) {
		for sent < begins {
			n, err := unix.SendmsgN(int(fd), head[sent:], nil, nil, unix.MSG_MORE|unix.MSG_NOSIGNAL) // #nosec G115 -- as the package wants it
			switch {
			case err == syscall.EAGAIN:
				return false
			case err != nil && err != syscall.EINTR:
				failed = err
				return true
			}
			sent += max(n, 0)
		}
		for {
			now := b.near + sent - begins // of b
			if now == len(b.bytes) {
				return true
			}
			at := b.at + int64(now)
			n, err := unix.Sendfile(int(fd), int(b.file.Fd()), &at, len(b.bytes)-now) // #nosec G115 -- likewise
			switch {
			case err == syscall.EAGAIN:
				return false
			case err == syscall.EINTR:
			case err != nil || n == 0:
				return true // the rest is tried from memory, which knows why not
			}
			sent += max(n, 0)
		}
	})
	if err == nil {
		err = failed
	}
	rest := b.bytes[b.near+max(sent-begins, 0):]
	if err != nil || len(rest) == 0 {
		return sent, err
	}
	n, err := c.Write(rest)
	return sent + n, err
}
