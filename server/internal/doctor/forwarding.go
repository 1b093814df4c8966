package doctor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"capsule/wasm/rocket"
)

// forwarding looks whether Rocket.Chat counts calls by the visitor's address,
// as our server passes it on, or all visitors together (protocol 1.2). It
// calls a harmless route for two invented visitors and watches what is left of
// the allowance of each.
func (e *exam) forwarding(ctx context.Context) {
	const topic = "addresses"
	const fix = "Between Capsule and Rocket.Chat a proxy replaces the visitor's address. Best let Capsule reach Rocket.Chat directly (-rocketchat http://127.0.0.1:3000).\n" +
		"Or start Rocket.Chat with HTTP_FORWARDED_COUNT=2 and let that proxy append to X-Forwarded-For, and not set X-Real-IP."
	if !e.reached {
		return
	}
	for try := 0; ; try++ {
		// Addresses of 198.51.100.0/24 belong to nobody.
		first := rand.IntN(126) * 2 // #nosec G404 -- no secret: two addresses of which it matters only that few runs take the same
		one, two := fmt.Sprintf("198.51.100.%d", first+1), fmt.Sprintf("198.51.100.%d", first+2)
		a, okA := e.remaining(ctx, one)
		b, okB := e.remaining(ctx, two)
		c, okC := e.remaining(ctx, one)
		if !okA || !okB || !okC {
			e.warn(topic, "Whether Rocket.Chat counts calls by visitor cannot be seen.",
				"It sends no X-RateLimit headers: either its rate limiter is off, which is fine, or a proxy removes them.")
			return
		}
		switch {
		case a < 0 || b < 0 || c < 0:
			e.problem(topic, "Rocket.Chat refuses two visitors it has never seen: it counts all of them as one.", fix)
		case c == a-1:
			e.ok(topic, "Rocket.Chat counts calls by the visitor's address")
		case c >= a && try == 0:
			continue // its minute was over in between
		case b < a && c < b:
			e.problem(topic, "Rocket.Chat counts all visitors as one: together they share five registrations a minute.", fix)
		default:
			e.warn(topic, fmt.Sprintf("Whether Rocket.Chat counts calls by visitor cannot be told: it allowed %d, %d and %d more calls.", a, b, c),
				"Run this again while nobody else uses the chat.")
		}
		return
	}
}

// remaining is how many calls Rocket.Chat still allows that address; -1 when
// it refused, and not ok when it does not say.
func (e *exam) remaining(ctx context.Context, address string) (n int, ok bool) {
	r, err := e.get(ctx, at(e.RocketChat, rocket.PathConfig), "X-Forwarded-For", address, "X-Real-Ip", address)
	if err != nil {
		return 0, false
	}
	if r.status == 429 {
		return -1, true
	}
	n, err = strconv.Atoi(r.header.Get("X-Ratelimit-Remaining"))
	return n, err == nil
}
