package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
	"capsule/server/internal/logs"
)

// settings are the flags, understood.
type settings struct {
	addr       string
	rocketChat *url.URL
	public     *url.URL
	origins    bridge.Origins
	profiles   profiles
	proxies    limit.Proxies
	rate       float64
	guard      guard
	assets     string
	demo       bool
	demoAddr   string // "": the default, or a free port
	check      bool
	drain      time.Duration

	json        bool
	logRequests string
	logAddress  logs.Address

	metrics       string // "": none
	metricsPublic bool

	cert, key string
	domains   []string
	acme      string // directory; "": Let's Encrypt
	acmeCache string
	redirect  string // where to listen for http and send it to https; "": nowhere
}

// texts are the flags that take a value, and truths those that take none.
// Each is also a setting of the environment and of the configuration file.
var (
	texts = []string{
		"config", "rocketchat", "public", "origin", "addr", "trust", "rate",
		"ticket", "secret-file", "identity-key-file", "assets", "demo-addr", "drain",
		"log", "log-requests", "log-address", "metrics", "cert", "key", "domain", "acme", "acme-cache", "redirect",
	}
	truths = []string{"demo", "check", "metrics-public"}
)

// ErrHelp is returned by ParseFlags when the user asked for Usage.
var ErrHelp = flag.ErrHelp

// A wrongFlag is one flag that is wrong, in one line, or a variable of no
// flag, such as CAPSULE_SECRET.
type wrongFlag struct {
	name string
	err  error
}

func (w *wrongFlag) Unwrap() error { return w.err }

func (w *wrongFlag) Error() string {
	if strings.HasPrefix(w.name, "CAPSULE_") {
		return w.name + ": " + w.err.Error()
	}
	return "-" + w.name + ": " + w.err.Error()
}

// flagError says which flag or variable is wrong.
func flagError(name string, err error) error { return &wrongFlag{name, err} }

// ParseFlags reads the command line without the program's name, the
// environment for what is not on it, and the file that -config names for what
// is in neither. Its error has one line for each thing that is wrong, which
// begins with the name of the flag or variable, or with file and line. What it
// cannot read at all, command line or file, hides what is wrong behind it.
func (a *App) ParseFlags(args []string, getenv func(string) string) error {
	return a.parse(args, getenv, func(*flag.FlagSet) {})
}

// parse is ParseFlags with further flags, which more adds; they are of the
// command line and the environment alone.
func (a *App) parse(args []string, getenv func(string) string, more func(*flag.FlagSet)) error {
	fs := flag.NewFlagSet("capsule", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	text := map[string]*string{}
	for _, name := range texts {
		text[name] = fs.String(name, "", "")
	}
	truth := map[string]*bool{}
	for _, name := range truths {
		truth[name] = fs.Bool(name, false, "")
	}
	more(fs)
	if err := fs.Parse(args); err != nil {
		return parseError(err)
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q: only flags are understood (see -h)", fs.Arg(0))
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	errs := []error{fromEnv(fs, given, getenv)}
	var f *file
	if path := *text["config"]; path != "" {
		var err error
		if f, err = readFile(path); f == nil {
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, err, f.fill(fs, given))
	}
	s := settings{
		demo: *truth["demo"], check: *truth["check"], metricsPublic: *truth["metrics-public"],
		assets: *text["assets"], addr: *text["addr"], demoAddr: *text["demo-addr"],
	}
	if f != nil {
		var err error
		s.profiles, err = readProfiles(f)
		errs = append(errs, err)
	}
	err := s.read(text, getenv)
	if f != nil {
		err = f.place(err)
	}
	if err := inOrder(append(errs, err)); err != nil {
		return err
	}
	a.settings = s
	return nil
}

// fromEnv sets the flags that are not given from the environment.
func fromEnv(fs *flag.FlagSet, given map[string]bool, getenv func(string) string) error {
	var errs []error
	fs.VisitAll(func(f *flag.Flag) {
		key := "CAPSULE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := getenv(key)
		if given[f.Name] || value == "" {
			return
		}
		given[f.Name] = true
		if f.Value.Set(value) != nil {
			errs = append(errs, fmt.Errorf("%s: %q is neither true nor false", key, value))
		}
	})
	return errors.Join(errs...)
}

// LogJSON reports whether log lines are wanted as JSON.
func (a *App) LogJSON() bool { return a.settings.json }

func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("%q is no URL like https://chat.example.com", s)
	case u.User != nil:
		return nil, errors.New("the URL may not hold a password")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, fmt.Errorf("%q has more than a host and a path", s)
	}
	return u, nil
}

// parseError says what package flag says, in our form.
func parseError(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return ErrHelp
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: "); ok {
		return fmt.Errorf("%s: there is no such flag (see -h)", name)
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		return fmt.Errorf("%s: needs a value (see -h)", name)
	}
	return errors.New(text)
}
