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
	var errs []error
	bits := 0
	if n := *text["ticket"]; n != "" {
		if bits, err = strconv.Atoi(n); err != nil || bits < 0 || bits > puzzle.MaxBits {
			errs = append(errs, flagError("ticket", fmt.Errorf("%q is not a number of bits from 0 to %d", n, puzzle.MaxBits)))
		}
	}
	from, secret, err := secretOf("secret-file", *text["secret-file"], "CAPSULE_SECRET", getenv)
	if err == nil && secret != "" && len(secret) < 32 {
		err = flagError(from, errors.New("the secret is shorter than 32 characters"))
	}
	errs = append(errs, err)
	none := secret == "" && err == nil
	if none || err != nil {
		secret = rand.Text() + rand.Text() // after an error for the rest of the checks only
	}
	from, key, err := secretOf("identity-key-file", *text["identity-key-file"], "CAPSULE_IDENTITY_KEY", getenv)
	errs = append(errs, err)
	if key != "" {
		if none {
			errs = append(errs, flagError(from, errors.New("needs a -secret-file too, or visitors lose their conversations when the server starts anew")))
		}
		if g.identity, err = identity.New([]byte(key), []byte(secret)); err != nil {
			errs = append(errs, flagError(from, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return guard{}, err
	}
	if bits > 0 {
		g.tickets = ticket.New(bits, []byte(secret))
	}
	return g, nil
}

// secretOf is what the file holds that a flag names, or else the value of the
// variable, and which of the two it is from; "" is neither.
func secretOf(flag, file, variable string, getenv func(string) string) (from, value string, err error) {
	value = strings.TrimSpace(getenv(variable))
	if file == "" {
		return variable, value, nil
	}
	if value != "" {
		return flag, "", flagError(flag, errors.New("the file and the variable are both given; leave out one of the two"))
	}
	value, err = secretIn(file)
	if err != nil {
		err = flagError(flag, err)
	}
	return flag, value, err
}

// secretIn is what a file holds, which may not be nothing.
func secretIn(file string) (string, error) {
	f, err := os.Open(file) // #nosec G304 -- the operator names it
	if err != nil {
		return "", err
	}
	defer f.Close()
	const most = 64 << 10
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return "", err
	case len(b) > most:
		return "", fmt.Errorf("%s is larger than %d bytes", file, most)
	case strings.TrimSpace(string(b)) == "":
		return "", fmt.Errorf("%s is empty", file)
	}
	return strings.TrimSpace(string(b)), nil
}
