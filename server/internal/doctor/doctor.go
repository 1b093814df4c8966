// Package doctor tests a set-up end to end, from where it runs: Rocket.Chat,
// Capsule's server, the pages with the widget, and what stands between them.
//
// The rule of the package: it only looks. Every request is one that changes
// nothing, and each finding that is not well says in plain words what to do.
package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Level says how bad a Finding is.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Warning Level = "warning" // it works, but not for all or not for long
	Problem Level = "problem" // visitors are not served
)

// A Finding is one thing that was looked at.
type Finding struct {
	Topic string `json:"topic"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // of a Warning or a Problem
}

// Options say what to test.
type Options struct {
	RocketChat *url.URL   // as the server reaches it
	Public     *url.URL   // as browsers reach it; nil: the same
	Server     *url.URL   // Capsule's, as browsers reach it; nil: not known, so not tested
	Pages      []*url.URL // with the widget on them
	Origins    []string   // sites that are to be served, besides those of Pages
	// Departments that profiles name, id or name, by profile.
	Departments map[string]string

	Transport http.RoundTripper // nil: http.DefaultTransport
}

// patience is for one request. Who waits longer has a problem.
const patience = 10 * time.Second

// An exam is one run.
type exam struct {
	Options
	client *http.Client
	found  []Finding
	live   liveConfig
	// reached is false when there is no Rocket.Chat to ask further.
	reached bool
}

// Run tests everything there is to test and returns what it found, in the
// order of the way a visitor's message takes backwards: Rocket.Chat first,
// for without it the rest says little.
func Run(ctx context.Context, o Options) []Finding {
	if o.Public == nil {
		o.Public = o.RocketChat
	}
	e := &exam{Options: o, client: &http.Client{
		Transport:     o.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, look := range []func(context.Context){
		e.rocketChat, e.omnichannel, e.forwarding, e.socket, e.encryption, e.server, e.files, e.origins, e.pages,
	} {
		look(ctx)
	}
	return e.found
}

func (e *exam) ok(topic, format string, args ...any) {
	e.found = append(e.found, Finding{Topic: topic, Level: OK, Text: fmt.Sprintf(format, args...)})
}

func (e *exam) warn(topic, text, fix string) {
	e.found = append(e.found, Finding{topic, Warning, text, fix})
}

func (e *exam) problem(topic, text, fix string) {
	e.found = append(e.found, Finding{topic, Problem, text, fix})
}

// Failed reports whether one of the findings is a Problem.
func Failed(found []Finding) bool {
	for _, f := range found {
		if f.Level == Problem {
			return true
		}
	}
	return false
}

// Print writes the findings for a person: the fix stands below what it is for.
func Print(w io.Writer, found []Finding) {
	count := map[Level]int{}
	for _, f := range found {
		count[f.Level]++
		fmt.Fprintf(w, "%-8s %-12s %s\n", f.Level, f.Topic, f.Text)
		if f.Fix != "" {
			for line := range strings.Lines(f.Fix) {
				fmt.Fprintf(w, "%22s   %s\n", "", strings.TrimSuffix(line, "\n"))
			}
		}
	}
	fmt.Fprintf(w, "\n%d ok, %d to look at, %d wrong\n", count[OK], count[Warning], count[Problem])
}

// PrintJSON writes the findings for a program.
func PrintJSON(w io.Writer, found []Finding) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		OK       bool      `json:"ok"`
		Findings []Finding `json:"findings"`
	}{!Failed(found), found})
}

// A reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string // its first megabyte
	tls    *tls.ConnectionState
}

// isJSON reports whether the reply says that it is JSON and is.
func (r reply) isJSON() bool {
	return strings.HasPrefix(r.header.Get("Content-Type"), "application/json") && json.Valid([]byte(r.body))
}

const maxBody = 1 << 20

// get asks for u. Header is pairs of name and value. What is compressed stays
// as it is, if the header asks for compression.
func (e *exam) get(ctx context.Context, u string, header ...string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("User-Agent", "capsule-doctor")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := e.client.Do(r)
	if err != nil {
		return reply{}, plain(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return reply{}, plain(err)
	}
	return reply{res.StatusCode, res.Header, string(body), res.TLS}, nil
}

// at is base with path behind its own.
func at(base *url.URL, path string) string {
	return (&url.URL{Scheme: base.Scheme, Host: base.Host, Path: strings.TrimRight(base.Path, "/") + path}).String()
}

// origin is u as browsers write it in Origin.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}
