package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"capsule/server/internal/identity"
	"capsule/server/internal/ticket"
	"capsule/wasm/puzzle"
)

// A guard is what -ticket, -secret-file and -identity-key-file ask for.
type guard struct {
	tickets  *ticket.Office     // nil: off
	identity *identity.Verifier // nil: off
}

func (s *settings) readGuard(text map[string]*string, getenv func(string) string) (err error) {
	s.guard, err = readGuard(text, getenv)
	return err
}

// readGuard reads the flags and the files and variables they stand for. What
// is in those is never part of an error.
func readGuard(text map[string]*string, getenv func(string) string) (g guard, err error) {
	bits := 0
	if n := *text["ticket"]; n != "" {
		if bits, err = strconv.Atoi(n); err != nil || bits < 0 || bits > puzzle.MaxBits {
			return guard{}, flagError("ticket", fmt.Errorf("%q is not a number of bits from 0 to %d", n, puzzle.MaxBits))
		}
	}
	secret, err := secretOf("secret-file", *text["secret-file"], getenv("CAPSULE_SECRET"))
	if err != nil {
		return guard{}, err
	}
	if secret != "" && len(secret) < 32 {
		return guard{}, flagError("secret-file", errors.New("the secret is shorter than 32 characters"))
	}
	key, err := secretOf("identity-key-file", *text["identity-key-file"], getenv("CAPSULE_IDENTITY_KEY"))
	if err != nil {
		return guard{}, err
	}
	if key != "" {
		if secret == "" {
			return guard{}, flagError("identity-key-file", errors.New("needs a -secret-file too, or visitors lose their conversations when the server starts anew"))
		}
		if g.identity, err = identity.New([]byte(key), []byte(secret), ""); err != nil {
			return guard{}, flagError("identity-key-file", err)
		}
	}
	if bits > 0 {
		if secret == "" {
			secret = rand.Text() + rand.Text()
		}
		g.tickets = ticket.New(bits, []byte(secret))
	}
	return g, nil
}

// secretOf is what the file holds that a flag names, or else the value of the
// variable; "" is neither.
func secretOf(flag, file, value string) (string, error) {
	if file == "" {
		return strings.TrimSpace(value), nil
	}
	if value != "" {
		return "", flagError(flag, errors.New("the file and the variable are both given; leave out one of the two"))
	}
	f, err := os.Open(file) // #nosec G304 -- the operator names it
	if err != nil {
		return "", flagError(flag, err)
	}
	defer f.Close()
	const most = 64 << 10
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return "", flagError(flag, err)
	case len(b) > most:
		return "", flagError(flag, fmt.Errorf("%s is larger than %d bytes", file, most))
	case strings.TrimSpace(string(b)) == "":
		return "", flagError(flag, fmt.Errorf("%s is empty", file))
	}
	return strings.TrimSpace(string(b)), nil
}
