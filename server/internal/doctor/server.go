package doctor

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// server looks whether Capsule's own server works.
func (e *exam) server(ctx context.Context) {
	const topic = "server"
	if e.Server == nil {
		e.warn(topic, "Capsule's server was not tested: its address is not known.", "Add -server https://capsule.example.com")
		return
	}
	r, err := e.get(ctx, at(e.Server, "/healthz"))
	switch {
	case err != nil:
		e.problem(topic, fmt.Sprintf("%s cannot be reached: %v.", e.Server, err), "Check -server, that Capsule runs, and the proxy in front of it.")
		e.Server = nil // nothing further to ask
		return
	case r.status != 200 || !r.isJSON():
		e.problem(topic, fmt.Sprintf("%s/healthz answers status %d: that is not Capsule.", e.Server, r.status),
			"The proxy in front has to pass every path to Capsule. Its server has to be at the root of a host: https://capsule.example.com")
		e.Server = nil
		return
	}
	e.ok(topic, "Capsule answers at %s", e.Server)
	e.certificate(topic, e.Server, r)
	if e.Server.Scheme == "https" && r.header.Get("Strict-Transport-Security") == "" && !local(e.Server) {
		e.warn(topic, "It does not tell browsers to come by https only.",
			"In the proxy that does TLS, add the header Strict-Transport-Security: max-age=31536000")
	}
	r, err = e.get(ctx, at(e.Server, "/readyz"))
	switch {
	case err == nil && r.status == 200:
		e.ok(topic, "Capsule reaches Rocket.Chat")
	case err == nil && r.isJSON():
		e.problem(topic, "Capsule does not reach Rocket.Chat: "+strings.TrimSpace(r.body), "On Capsule's machine, see -rocketchat and the log.")
	default:
		e.warn(topic, "Whether Capsule reaches Rocket.Chat cannot be seen: /readyz does not answer.", "Let the proxy pass /readyz, or test it behind the proxy.")
	}
}

var wasmName = regexp.MustCompile(`capsule-[0-9A-Za-z]+\.wasm`)

// files looks whether the widget's files arrive as they were sent.
func (e *exam) files(ctx context.Context) {
	const topic = "files"
	if e.Server == nil {
		return
	}
	loader, err := e.get(ctx, at(e.Server, "/capsule.js"))
	if err != nil || loader.status != 200 || !strings.Contains(loader.header.Get("Content-Type"), "javascript") {
		e.problem(topic, fmt.Sprintf("%s is not there: %s.", at(e.Server, "/capsule.js"), outcome(loader, err)),
			"Run ./build.sh before the server, and let the proxy pass every path.")
		return
	}
	name := wasmName.FindString(loader.body)
	if name == "" {
		e.problem(topic, "capsule.js does not name the widget: it is not as it was built.", "See which proxy or tool changes scripts on the way.")
		return
	}
	wasm, err := e.get(ctx, at(e.Server, "/"+name), "Accept-Encoding", "br, gzip", "Origin", "https://page.example")
	if err != nil || wasm.status != 200 {
		e.problem(topic, fmt.Sprintf("%s is not there: %s.", name, outcome(wasm, err)),
			"capsule.js comes from another build than the server's: empty the caches between, or update all instances.")
		return
	}
	h := wasm.header
	well := true
	check := func(is bool, text, fix string) {
		if !is {
			well = false
			e.warn(topic, text, fix)
		}
	}
	check(h.Get("Content-Type") == "application/wasm", fmt.Sprintf("The wasm comes as %q: browsers then compile it only after it is there.", h.Get("Content-Type")),
		"Let the proxy pass Content-Type as it is; where files come from elsewhere, set application/wasm for .wasm.")
	check(h.Get("Content-Encoding") == "br" || h.Get("Content-Encoding") == "gzip", "The wasm comes uncompressed, which is three times as much.",
		"Let the proxy pass Accept-Encoding and Content-Encoding as they are.")
	check(strings.Contains(h.Get("Cache-Control"), "immutable"), "Browsers are not told that they may keep the wasm.", "Let the proxy pass Cache-Control as it is.")
	if h.Get("Access-Control-Allow-Origin") != "*" {
		well = false
		e.problem(topic, fmt.Sprintf("The wasm comes with Access-Control-Allow-Origin %q: pages of other sites may not read it.", h.Get("Access-Control-Allow-Origin")),
			"Let the proxy pass this header as it is, and add none of its own: it has to be * once.")
	}
	check(h.Get("Cross-Origin-Resource-Policy") == "cross-origin", "The wasm lacks Cross-Origin-Resource-Policy: pages with a Cross-Origin-Embedder-Policy cannot use it.",
		"Let the proxy pass this header as it is.")
	if well {
		e.ok(topic, "the widget arrives as it was sent, compressed with %s", h.Get("Content-Encoding"))
	}
}

func outcome(r reply, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("status %d, %s", r.status, r.header.Get("Content-Type"))
}
