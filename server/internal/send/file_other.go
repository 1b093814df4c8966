//go:build !linux

package send

import (
	"net"
	"os"
)

// inMemory is nil: everything is sent from memory.
func inMemory([]byte) *os.File { return nil }

func (b *Body) sendFile(c *net.TCPConn, head []byte) (int, error) { return writeBoth(c, head, b.bytes) }
