package app

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"capsule/server/internal/bridge"
	"capsule/server/internal/limit"
	"capsule/server/internal/logs"
)

// maxDrain leaves requests under way a second of the ten that a stop takes at
// most.
const maxDrain = 9 * time.Second

// read understands the texts of the flags, all of them: the error has a line
// for each that is wrong.
func (s *settings) read(text map[string]*string, getenv func(string) string) error {
	return errors.Join(
		s.readLog(text), s.readCallers(text), s.readListen(text), s.readRocketChat(text),
		s.readTLS(text, getenv), s.readMetrics(text), s.readGuard(text, getenv),
	)
}

func (s *settings) readLog(text map[string]*string) (err error) {
	var errs []error
	switch *text["log"] {
	case "", "text":
	case "json":
		s.json = true
	default:
		errs = append(errs, flagError("log", fmt.Errorf("%q is neither text nor json", *text["log"])))
	}
	switch s.logRequests = *text["log-requests"]; s.logRequests {
	case "":
		s.logRequests = logs.All
	case logs.All, logs.Errors, logs.None:
	default:
		errs = append(errs, flagError("log-requests", fmt.Errorf("%q is neither all, errors nor none", s.logRequests)))
	}
	s.logAddress = logs.AddressShort
	if how := *text["log-address"]; how != "" {
		if s.logAddress, err = logs.ParseAddress(how); err != nil {
			errs = append(errs, flagError("log-address", err))
		}
	}
	return errors.Join(errs...)
}

func (s *settings) readCallers(text map[string]*string) (err error) {
	var errs []error
	if s.origins, err = bridge.ParseOrigins(*text["origin"]); err != nil {
		errs = append(errs, flagError("origin", err))
	}
	if s.proxies, err = limit.ParseProxies(*text["trust"]); err != nil {
		errs = append(errs, flagError("trust", err))
	}
	if s.rate = 5; s.demo {
		s.rate = 0
	}
	if rate := *text["rate"]; rate != "" {
		if s.rate, err = strconv.ParseFloat(rate, 64); err != nil || !(s.rate >= 0 && s.rate <= 1e6) {
			errs = append(errs, flagError("rate", fmt.Errorf("%q is not a number of requests per second", rate)))
		}
	}
	return errors.Join(errs...)
}

func (s *settings) readListen(text map[string]*string) error {
	if s.addr == "" {
		switch {
		case s.demo:
			s.addr = "127.0.0.1:8080"
		case *text["domain"] != "":
			s.addr = ":443"
		default:
			s.addr = ":8080"
		}
	}
	if drain := *text["drain"]; drain != "" {
		d, err := time.ParseDuration(drain)
		if err != nil || d < 0 || d > maxDrain {
			return flagError("drain", fmt.Errorf("%q is not a time from 0s to %v", drain, maxDrain))
		}
		s.drain = d
	}
	return nil
}

func (s *settings) readRocketChat(text map[string]*string) (err error) {
	var errs []error
	switch base := *text["rocketchat"]; {
	case s.demo && base != "":
		errs = append(errs, flagError("rocketchat", errors.New("the demo brings its own Rocket.Chat; leave out one of the two")))
	case s.demo:
	case base == "":
		errs = append(errs, flagError("rocketchat", errors.New("say where Rocket.Chat is, or try -demo (see -h)")))
	default:
		if s.rocketChat, err = parseURL(base); err != nil {
			errs = append(errs, flagError("rocketchat", err))
		}
	}
	s.public = s.rocketChat
	if public := *text["public"]; public != "" {
		if s.public, err = parseURL(public); err != nil {
			errs = append(errs, flagError("public", err))
		}
	}
	return errors.Join(errs...)
}

func (s *settings) readTLS(text map[string]*string, getenv func(string) string) (err error) {
	var errs []error
	wrong := func(flag string, err error) { errs = append(errs, flagError(flag, err)) }
	s.cert, s.key, s.acme, s.redirect = *text["cert"], *text["key"], *text["acme"], *text["redirect"]
	if s.domains, err = parseDomains(*text["domain"]); err != nil {
		wrong("domain", err)
	}
	fetched := len(s.domains) > 0 || err != nil // as is meant at least
	if s.cert == "" && s.key != "" {
		wrong("key", errors.New("needs -cert as well"))
	}
	if s.cert != "" && s.key == "" {
		wrong("cert", errors.New("needs -key as well"))
	}
	if s.cert != "" && fetched {
		wrong("domain", errors.New("either a certificate of your own (-cert) or one that is fetched"))
	}
	if s.acme != "" {
		if !fetched {
			wrong("acme", errors.New("needs -domain as well"))
		}
		if u, err := url.Parse(s.acme); err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Host)) {
			wrong("acme", fmt.Errorf("%q is no URL like https://acme.example.com/directory", s.acme))
		}
	}
	if s.acmeCache = *text["acme-cache"]; s.acmeCache == "" && len(s.domains) > 0 && s.cert == "" {
		if s.acmeCache, err = cacheFolder(getenv); err != nil {
			wrong("domain", err)
		}
	}
	switch {
	case s.redirect == "off":
		s.redirect = ""
	case s.redirect == "" && len(s.domains) > 0:
		s.redirect = ":80" // where HTTP-01 comes as well
	case s.redirect != "":
		if s.cert == "" && s.key == "" && !fetched {
			wrong("redirect", errors.New("there is no https to send anybody to; add -cert or -domain"))
		}
		if _, _, err := net.SplitHostPort(s.redirect); err != nil {
			wrong("redirect", fmt.Errorf("%q is neither an address like :80 nor off", s.redirect))
		}
	}
	return errors.Join(errs...)
}

func (s *settings) readMetrics(text map[string]*string) error {
	s.metrics = *text["metrics"]
	switch {
	case s.metrics != "":
		if err := checkMetrics(s.metrics, s.metricsPublic); err != nil {
			return flagError("metrics", err)
		}
	case s.metricsPublic:
		return flagError("metrics-public", errors.New("needs -metrics as well"))
	}
	return nil
}
