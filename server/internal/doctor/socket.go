package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"capsule/wasm/rocket"
)

// socket opens the websocket that browsers open, and shakes hands in DDP
// (protocol 2.1).
func (e *exam) socket(ctx context.Context) {
	const topic = "websocket"
	const nginx = "The proxy in front of Rocket.Chat has to pass websockets on. In nginx:\n" +
		"proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection \"upgrade\";\nproxy_read_timeout 120s;"
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	to := socketURL(e.Public)
	header := http.Header{"User-Agent": {"capsule-doctor"}}
	if len(e.Pages) > 0 {
		header.Set("Origin", origin(e.Pages[0]))
	}
	began := time.Now()
	c, res, err := websocket.Dial(ctx, to, &websocket.DialOptions{HTTPClient: e.client, HTTPHeader: header})
	if err != nil {
		if res == nil {
			e.problem(topic, fmt.Sprintf("%s cannot be reached: %v.", to, plain(err)),
				"Check -public: it is the address of Rocket.Chat that visitors' browsers use.")
			return
		}
		e.problem(topic, fmt.Sprintf("%s does not become a websocket: status %d.", to, res.StatusCode), nginx)
		return
	}
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(maxBody)
	if err := connect(ctx, c); err != nil {
		e.problem(topic, fmt.Sprintf("%s opens, but what answers is not Rocket.Chat: %v.", to, err),
			"Check the path of -public, and that the proxy passes /websocket to Rocket.Chat and nothing else.")
		return
	}
	e.ok(topic, "%s is open and speaks DDP, after %d ms", to, time.Since(began).Milliseconds())
	_ = c.Close(websocket.StatusNormalClosure, "")
}

func socketURL(base *url.URL) string {
	return "ws" + strings.TrimPrefix(at(base, rocket.PathWebsocket), "http")
}

// connect is the handshake. Frames of other kinds may come before its answer.
func connect(ctx context.Context, c *websocket.Conn) error {
	const hello = `{"msg":"connect","version":"1","support":["1","pre2","pre1"]}`
	if err := c.Write(ctx, websocket.MessageText, []byte(hello)); err != nil {
		return fmt.Errorf("it hung up")
	}
	for range 10 {
		_, text, err := c.Read(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("no answer within %v", patience)
		}
		if err != nil {
			return fmt.Errorf("it hung up")
		}
		var frame struct{ Msg string }
		if err := json.Unmarshal(text, &frame); err != nil {
			return fmt.Errorf("it sends something that is no JSON")
		}
		switch frame.Msg {
		case "connected":
			return nil
		case "failed":
			return fmt.Errorf("it wants another version of DDP")
		}
	}
	return fmt.Errorf("it sends everything but an answer")
}
