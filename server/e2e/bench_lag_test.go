package e2e_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

const slowAnswer = time.Duration(slowLatency * float64(time.Millisecond))

// hesitate does for the questions that browsers ask beforehand of another
// site's server what lag does for sockets: these too are spared by the browser.
func hesitate(to string) (http.Handler, error) {
	server, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	next := httputil.NewSingleHostReverseProxy(server)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			<-time.After(slowAnswer)
		}
		next.ServeHTTP(rw, r)
	}), nil
}

// lag makes websockets as slow as requests are. The browser, told to be
// slow, holds back the answers to requests, but not what arrives on a
// socket: a message would be there before the answer to the request that
// sent it. So a relay before Rocket.Chat holds that back, as long.
func lag(to string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			next.ServeHTTP(rw, r)
			return
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadGateway)
			return
		}
		defer server.Close()
		client, _, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return // there is nobody to tell
		}
		defer client.Close()
		if err := r.Write(server); err != nil {
			return
		}
		go func() { // ends with the client
			_, _ = io.Copy(server, client)
			_ = server.Close()
		}()
		relay(client, server, slowAnswer)
	})
}

type chunk struct {
	due  time.Time
	data []byte
}

// relay copies late, in order, until one side is gone.
func relay(to io.Writer, from io.Reader, late time.Duration) {
	chunks := make(chan chunk, 1024)
	go func() { // ends with from
		defer close(chunks)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			if err != nil {
				return
			}
			chunks <- chunk{time.Now().Add(late), data[:n]}
		}
	}()
	for c := range chunks {
		<-time.After(time.Until(c.due))
		if _, err := to.Write(c.data); err != nil {
			break
		}
	}
	for range chunks { // let the reader end
	}
}
