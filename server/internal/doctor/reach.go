package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"capsule/wasm/rocket"
)

// plain is err in words that need no Go to read, without the address, which
// the finding has already.
func plain(err error) error {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var header tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("there is no host %s", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing listens there")
	case errors.As(err, &unknown):
		return errors.New("its certificate is not from an authority that is trusted here")
	case errors.As(err, &name):
		return fmt.Errorf("its certificate is not for %s", name.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errors.New("its certificate has expired")
	case errors.As(err, &header), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return errors.New("it does not speak TLS there: http instead of https?")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("it did not answer within %v", patience)
	}
	var withURL *url.Error
	for errors.As(err, &withURL) {
		err = withURL.Err
	}
	return err
}

// oldest is the first major version that Capsule was written for.
const oldest = 3

// rocketChat looks whether Rocket.Chat answers at all, and which it is.
func (e *exam) rocketChat(ctx context.Context) {
	const topic = "rocketchat"
	to := at(e.RocketChat, rocket.PathInfo)
	r, err := e.get(ctx, to)
	switch {
	case err != nil:
		e.problem(topic, fmt.Sprintf("%s cannot be reached: %v.", e.RocketChat, err),
			"Check -rocketchat, that Rocket.Chat runs, and that a firewall lets this machine connect to it.")
		return
	case r.status >= 300 && r.status < 400:
		e.problem(topic, fmt.Sprintf("%s answers with a redirect to %s.", e.RocketChat, r.header.Get("Location")),
			"Give -rocketchat the address that it leads to: Capsule follows no redirects.")
		return
	case r.status == 429:
		e.warn(topic, e.RocketChat.String()+" says that this machine asks too often.", "Wait a minute and run this again.")
		e.reached = true
		return
	case !r.isJSON():
		e.problem(topic, fmt.Sprintf("%s answers status %d with something that is not Rocket.Chat's.", to, r.status),
			"If Rocket.Chat lives under a path, -rocketchat needs it: https://example.com/chat. If a proxy in front asks for a login, let /api/ pass.")
		return
	}
	e.reached = true
	var info struct {
		Version string
		Info    struct{ Version string }
	}
	_ = json.Unmarshal([]byte(r.body), &info)
	version := info.Version
	if version == "" {
		version = info.Info.Version
	}
	major, _, _ := strings.Cut(version, ".")
	switch n, err := strconv.Atoi(major); {
	case err != nil:
		e.warn(topic, "Rocket.Chat answers, but does not tell its version.", "Nothing to do, unless the widget misbehaves: it then assumes the newest.")
	case n < oldest:
		e.problem(topic, "Rocket.Chat is version "+version+".", fmt.Sprintf("Capsule needs %d.4 or newer: update Rocket.Chat.", oldest))
	default:
		e.ok(topic, "Rocket.Chat %s answers at %s", version, e.RocketChat)
	}
}
