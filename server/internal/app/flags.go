package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
)

// Usage is what -h prints.
const Usage = `Capsule puts a live chat for Rocket.Chat on any page. This is its server: it
serves the widget and carries the few calls to Rocket.Chat that a browser on
another site may not make itself.

  capsule -rocketchat https://chat.example.com -origin https://www.example.com

Then, on any page of www.example.com:

  <script src="https://capsule.example.com/capsule.js" async></script>

To look around without a Rocket.Chat, with one built in:

  capsule -demo

Flags, each also as an environment variable (the flag wins):

  -rocketchat URL    CAPSULE_ROCKETCHAT
        Rocket.Chat as this server reaches it, with its path prefix if it
        has one. Needed, unless -demo is given.
  -public URL        CAPSULE_PUBLIC
        Rocket.Chat as visitors' browsers reach it, when that differs: they
        open a websocket to it.
  -origin LIST       CAPSULE_ORIGIN
        The sites that may show the widget, comma-separated:
        https://www.example.com, https://*.example.com for every host below
        example.com, http://localhost:* for every port. The server's own
        pages always may. Default: only those.
  -addr ADDRESS      CAPSULE_ADDR
        Where to listen. Default :8080, in a demo 127.0.0.1:8080. Put a
        reverse proxy with TLS in front, and name it with -trust.
  -trust LIST        CAPSULE_TRUST
        Addresses and networks (10.0.0.0/8) of reverse proxies whose
        X-Forwarded-For is believed. Without it all visitors behind a proxy
        count as one. Default: none.
  -rate N            CAPSULE_RATE
        How many requests a second one address may make to the bridge, in
        the long run; 0 for no limits at all. Default 5, in a demo 0.
  -ticket BITS       CAPSULE_TICKET
        Before a visitor is registered or leaves a message, let the browser
        work for it: about 2^BITS SHA-256 sums, 1 to 24. 16 is a moment on a
        phone. It gets harder while many register. Default 0: no work.
  -secret-file FILE  CAPSULE_SECRET_FILE
        A file with a secret of at least 32 characters, or put the secret
        itself into CAPSULE_SECRET. Servers behind one load balancer need
        the same one; so does signed identity, which forgets who is who when
        it changes. Default: a new one at every start.
  -identity-key-file FILE  CAPSULE_IDENTITY_KEY_FILE
        Lets your site say who its visitors are, by JWTs it signs: a file
        with the key to check them, an Ed25519 public key in PEM or a shared
        secret of at least 32 characters (HS256). Or put it itself into
        CAPSULE_IDENTITY_KEY. Needs a secret as above. Default: off.
  -assets FOLDER     CAPSULE_ASSETS
        Serve the widget from this folder instead of the one built in, and
        notice when it is built again.
  -demo              CAPSULE_DEMO
        Start a stand-in for Rocket.Chat, with agents, departments and a bot
        that answers, and print the URL of a page to try it on.
  -demo-addr ADDRESS CAPSULE_DEMO_ADDR
        Where the stand-in listens. Default 127.0.0.1:3100, or a free port
        if that is taken.
  -log FORMAT        CAPSULE_LOG
        Log lines as text or json, on standard error. Default text.
  -h                 Print this.

Rocket.Chat limits calls per address. This server passes each visitor's own
on to it (X-Forwarded-For, X-Real-IP). When it reaches Rocket.Chat through a
further proxy, start Rocket.Chat with HTTP_FORWARDED_COUNT=2, or all visitors
share five registrations a minute.

GET /healthz answers 200 while the server works. SIGINT or SIGTERM lets
requests under way finish; a second one does not.

Exit status: 0 after a signal, 1 when something failed, 2 for a wrong flag.
`

// settings are the flags, understood.
type settings struct {
	addr       string
	rocketChat *url.URL
	public     *url.URL
	origins    bridge.Origins
	proxies    limit.Proxies
	rate       float64
	guard      guard
	assets     string
	demo       bool
	demoAddr   string // "": the default, or a free port
	json       bool
}

// ErrHelp is returned by ParseFlags when the user asked for Usage.
var ErrHelp = flag.ErrHelp

// flagError says which flag is wrong, in one line.
func flagError(name string, err error) error { return fmt.Errorf("-%s: %w", name, err) }

// ParseFlags reads the command line without the program's name, and the
// environment for what is not on it. Its errors are one line that begins with
// the name of the flag.
func (a *App) ParseFlags(args []string, getenv func(string) string) error {
	fs := flag.NewFlagSet("capsule", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	text := map[string]*string{}
	for _, name := range []string{"rocketchat", "public", "origin", "addr", "trust", "rate", "ticket", "secret-file", "identity-key-file", "assets", "demo-addr", "log"} {
		text[name] = fs.String(name, "", "")
	}
	demo := fs.Bool("demo", false, "")
	if err := fs.Parse(args); err != nil {
		return parseError(err)
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q: only flags are understood (see -h)", fs.Arg(0))
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var wrong error
	fs.VisitAll(func(f *flag.Flag) {
		key := "CAPSULE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := getenv(key)
		if given[f.Name] || value == "" || wrong != nil {
			return
		}
		if f.Value.Set(value) != nil {
			wrong = fmt.Errorf("%s: %q is neither true nor false", key, value)
		}
	})
	if wrong != nil {
		return wrong
	}
	s := settings{demo: *demo, assets: *text["assets"], addr: *text["addr"], demoAddr: *text["demo-addr"]}
	if err := s.read(text); err != nil {
		return err
	}
	var err error
	if s.guard, err = readGuard(text, getenv); err != nil {
		return err
	}
	a.settings = s
	return nil
}

// LogJSON reports whether log lines are wanted as JSON.
func (a *App) LogJSON() bool { return a.settings.json }

func (s *settings) read(text map[string]*string) (err error) {
	switch *text["log"] {
	case "", "text":
	case "json":
		s.json = true
	default:
		return flagError("log", fmt.Errorf("%q is neither text nor json", *text["log"]))
	}
	if s.origins, err = bridge.ParseOrigins(*text["origin"]); err != nil {
		return flagError("origin", err)
	}
	if s.proxies, err = limit.ParseProxies(*text["trust"]); err != nil {
		return flagError("trust", err)
	}
	if s.rate = 5; s.demo {
		s.rate = 0
	}
	if rate := *text["rate"]; rate != "" {
		if s.rate, err = strconv.ParseFloat(rate, 64); err != nil || !(s.rate >= 0 && s.rate <= 1e6) {
			return flagError("rate", fmt.Errorf("%q is not a number of requests per second", rate))
		}
	}
	if s.addr == "" {
		if s.addr = ":8080"; s.demo {
			s.addr = "127.0.0.1:8080"
		}
	}
	switch base := *text["rocketchat"]; {
	case s.demo && base != "":
		return flagError("rocketchat", errors.New("the demo brings its own Rocket.Chat; leave out one of the two"))
	case s.demo:
	case base == "":
		return flagError("rocketchat", errors.New("say where Rocket.Chat is, or try -demo (see -h)"))
	default:
		if s.rocketChat, err = parseURL(base); err != nil {
			return flagError("rocketchat", err)
		}
	}
	s.public = s.rocketChat
	if public := *text["public"]; public != "" {
		if s.public, err = parseURL(public); err != nil {
			return flagError("public", err)
		}
	}
	return nil
}

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
