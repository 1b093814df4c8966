package bundle

import (
	"net/http"
	"strings"
)

// policy is the Content-Security-Policy of Capsule's own pages. They need
// nothing inline and nothing foreign but to talk to Rocket.Chat.
func policy(connect []string) string {
	return strings.Join([]string{
		"default-src 'none'", // with it go workers, frames and plug-ins
		"script-src 'self' 'wasm-unsafe-eval'",
		"style-src 'self'",
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " "),
		"img-src 'self'",
		"font-src 'self'",
		"manifest-src 'self'",
		"form-action 'self'",
		"frame-ancestors 'self'",
		"base-uri 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types capsule 'allow-duplicates'",
	}, "; ")
}

func secure(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Origin-Agent-Cluster", "?1")
	h.Set("Permissions-Policy", "accelerometer=(), bluetooth=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "+
		"hid=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=()")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("X-Frame-Options", "SAMEORIGIN")
}
