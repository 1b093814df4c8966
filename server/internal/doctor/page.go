package doctor

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
)

var (
	scriptTag = regexp.MustCompile(`(?is)<script\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]*capsule(?:-[0-9a-z]+)?\.js)[^>]*>`)
	server    = regexp.MustCompile(`(?is)\bdata-server\s*=\s*["']?([^"'\s>]+)`)
	// As package pack writes it into the loader.
	packedServer = regexp.MustCompile(`version:"[^"]*",server:"([^"]+)"`)
	metaTag      = regexp.MustCompile(`(?is)<meta\b[^>]*>`)
	metaKind     = regexp.MustCompile(`(?is)\bhttp-equiv\s*=\s*["']?content-security-policy["'\s>]`)
	content      = regexp.MustCompile(`(?is)\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')`)
)

// pages looks whether the widget is on the pages and may do its work there.
func (e *exam) pages(ctx context.Context) {
	for _, p := range e.Pages {
		e.page(ctx, p)
	}
}

func (e *exam) page(ctx context.Context, p *url.URL) {
	const topic = "page"
	r, err := e.get(ctx, p.String())
	for hop := 0; err == nil && r.status >= 300 && r.status < 400 && hop < 5; hop++ {
		next, bad := p.Parse(r.header.Get("Location"))
		if bad != nil || next.Scheme != "http" && next.Scheme != "https" {
			break
		}
		p = next
		r, err = e.get(ctx, p.String())
	}
	if err != nil || r.status != 200 {
		e.problem(topic, fmt.Sprintf("%s cannot be read: %s.", p, outcome(r, err)), "Check -page.")
		return
	}
	script, backend := e.tag(p, r.body)
	if script == nil {
		e.warn(topic, fmt.Sprintf("%s has no script tag of Capsule's that can be seen.", p),
			"Add the tag of the README, unless a script of the page does so later.")
		if script = e.Server; script == nil {
			return
		}
		backend = script
	} else {
		e.ok(topic, "%s has the widget, from %s", p, origin(script))
		if *backend == *script {
			backend = e.packed(ctx, script)
		}
		if e.Server != nil && origin(backend) != origin(e.Server) {
			e.warn(topic, fmt.Sprintf("The widget there talks to %s, and not to %s.", origin(backend), origin(e.Server)),
				"Correct the src or data-server of its script tag, or -server.")
		}
	}
	e.policies(p, policiesOf(r), script, backend)
}

// tag is where the page's script comes from and which server it talks to; nil
// when there is none.
func (e *exam) tag(p *url.URL, body string) (script, backend *url.URL) {
	m := scriptTag.FindStringSubmatch(body)
	if m == nil {
		return nil, nil
	}
	script, err := p.Parse(html.UnescapeString(m[1]))
	if err != nil {
		return nil, nil
	}
	backend = script
	if s := server.FindStringSubmatch(m[0]); s != nil {
		if u, err := p.Parse(html.UnescapeString(s[1])); err == nil {
			backend = u
		}
	}
	return script, backend
}

// packed is the server that a script without data-server talks to: the one it
// was packed for, or else where it comes from.
func (e *exam) packed(ctx context.Context, script *url.URL) *url.URL {
	r, err := e.get(ctx, script.String())
	if err != nil || r.status != 200 {
		return script
	}
	if m := packedServer.FindStringSubmatch(r.body); m != nil {
		if u, err := script.Parse(m[1]); err == nil {
			return u
		}
	}
	return script
}

// policiesOf are the Content-Security-Policies of a page, all of which hold.
func policiesOf(r reply) []policy {
	var out []policy
	for _, header := range r.header.Values("Content-Security-Policy") {
		for _, text := range strings.Split(header, ",") {
			out = append(out, parsePolicy(text))
		}
	}
	for _, tag := range metaTag.FindAllString(r.body, -1) {
		if !metaKind.MatchString(tag) {
			continue
		}
		if m := content.FindStringSubmatch(tag); m != nil {
			out = append(out, parsePolicy(html.UnescapeString(m[1]+m[2])))
		}
	}
	return out
}

// policies looks whether each policy lets the widget work.
func (e *exam) policies(p *url.URL, all []policy, script, backend *url.URL) {
	const topic = "policy"
	if len(all) == 0 {
		e.ok(topic, "%s has no Content-Security-Policy to mind", p)
		return
	}
	socket, err := url.Parse(socketURL(e.Public))
	if err != nil {
		return
	}
	well := true
	for _, c := range all {
		for _, need := range []struct {
			directive, word string
			is              bool
			why             string
		}{
			{"script-src", origin(script), c.scripts(p, script), "load the widget"},
			{"script-src", "'wasm-unsafe-eval'", c.wasm(), "run WebAssembly"},
			{"connect-src", origin(backend), c.allows(p, backend, "connect-src"), "talk to Capsule's server"},
			{"connect-src", origin(script), c.allows(p, script, "connect-src"), "fetch the wasm"},
			{"connect-src", origin(socket), c.allows(p, socket, "connect-src"), "open the websocket"},
		} {
			if !need.is {
				well = false
				e.problem(topic, fmt.Sprintf("The Content-Security-Policy of %s does not let it %s.", p, need.why),
					"Add to its "+need.directive+": "+need.word)
			}
		}
	}
	if well {
		e.ok(topic, "the Content-Security-Policy of %s lets the widget work", p)
	}
}
