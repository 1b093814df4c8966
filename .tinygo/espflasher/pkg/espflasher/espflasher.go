// Package espflasher takes the place of tinygo.org/x/espflasher, which flashes
// microcontrollers. It holds the names that the main package of TinyGo 0.42.0
// mentions, and nothing works: Capsule compiles for browsers only, so no
// serial port is ever opened.
package espflasher

import (
	"errors"
	"io"
)

// A ResetMode says how a chip is restarted.
type ResetMode int

// ResetUSBJTAG is the mode TinyGo asks for by name.
const ResetUSBJTAG ResetMode = 1

// A Logger is told about progress.
type Logger interface {
	Logf(format string, args ...any)
}

// StdoutLogger writes to W.
type StdoutLogger struct{ W io.Writer }

// Logf writes nothing.
func (*StdoutLogger) Logf(string, ...any) {}

// Options configure a Flasher.
type Options struct {
	Compress  bool
	Logger    Logger
	ResetMode ResetMode
}

// DefaultOptions returns empty options.
func DefaultOptions() *Options { return &Options{} }

// A Flasher writes to a chip.
type Flasher struct{}

var errNone = errors.New("espflasher: this compiler is built without flashing")

// New always fails.
func New(port string, opts *Options) (*Flasher, error) { return nil, errNone }

// Close does nothing.
func (*Flasher) Close() error { return nil }

// ChipName returns "".
func (*Flasher) ChipName() string { return "" }

// EraseFlash always fails.
func (*Flasher) EraseFlash(progress func(current, total int)) error { return errNone }

// FlashImage always fails.
func (*Flasher) FlashImage(data []byte, offset uint32, progress func(current, total int)) error {
	return errNone
}

// Reset does nothing.
func (*Flasher) Reset() {}
