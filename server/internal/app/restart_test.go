package app_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capsule/server/internal/app"
)

// A balancer sends requests to the first of its instances that said on /readyz
// that it is ready, when it was last asked.
type balancer struct {
	client    *http.Client
	instances []*instance
}

type instance struct {
	url   *url.URL
	proxy *httputil.ReverseProxy
	ready atomic.Bool
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, i := range b.instances {
		if i.ready.Load() {
			i.proxy.ServeHTTP(w, r)
			return
		}
	}
	w.WriteHeader(http.StatusBadGateway)
}

// watch asks every 20 ms until ctx ends.
func (b *balancer) watch(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		for _, i := range b.instances {
			res, err := b.client.Get(i.url.String() + "/readyz")
			if err == nil {
				_ = res.Body.Close()
			}
			i.ready.Store(err == nil && res.StatusCode == 200)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// running starts an instance that its test stops itself.
func running(t *testing.T, args ...string) *app.App {
	t.Helper()
	a := &app.App{Files: built(t)}
	if err := a.ParseFlags(args, none); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAnInstanceLeavesWithoutAFailedRequest drains one of two instances behind
// a balancer while requests come as fast as they can.
func TestAnInstanceLeavesWithoutAFailedRequest(t *testing.T) {
	chat := rocketChat(t).URL
	pool := &http.Transport{MaxIdleConnsPerHost: 32}
	client := &http.Client{Transport: pool}
	b := &balancer{client: client}
	var apps []*app.App
	for range 2 {
		a := running(t, "-addr", "127.0.0.1:0", "-rocketchat", chat, "-rate", "0", "-drain", "500ms")
		u, err := url.Parse(a.URL())
		if err != nil {
			t.Fatal(err)
		}
		apps = append(apps, a)
		proxy := httputil.NewSingleHostReverseProxy(u)
		proxy.Transport = pool
		b.instances = append(b.instances, &instance{url: u, proxy: proxy})
	}
	front := httptest.NewServer(b)
	defer front.Close()
	ctx, stop := context.WithCancel(t.Context())
	var watching, asking sync.WaitGroup
	watching.Go(func() { b.watch(ctx) })
	waitFor(t, "both instances", func() bool { return b.instances[0].ready.Load() && b.instances[1].ready.Load() })

	var answered, failed atomic.Int64
	for range 8 {
		asking.Go(func() {
			for ctx.Err() == nil {
				res, err := client.Get(front.URL + "/v1/config")
				if err != nil {
					failed.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if answered.Add(1); res.StatusCode != 200 {
					failed.Add(1)
				}
			}
		})
	}
	waitFor(t, "traffic", func() bool { return answered.Load() > 100 })
	began := time.Now()
	apps[0].Drain()
	if err := apps[0].Close(); err != nil {
		t.Error(err)
	}
	took := time.Since(began)
	before := answered.Load()
	waitFor(t, "traffic on the other instance", func() bool { return answered.Load() > before+100 })
	stop()
	asking.Wait()
	watching.Wait()
	pool.CloseIdleConnections() // or Close waits for those that never said a word
	if failed.Load() > 0 {
		t.Errorf("%d of %d requests failed", failed.Load(), answered.Load())
	}
	if took > 10*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if err := apps[1].Close(); err != nil {
		t.Error(err)
	}
	t.Logf("%d requests, the instance stopped within %v", answered.Load(), took)
}

// TestARestartIsShort stops a single instance under load and starts it again
// at the same address.
func TestARestartIsShort(t *testing.T) {
	chat := rocketChat(t).URL
	args := []string{"-addr", "127.0.0.1:0", "-rocketchat", chat, "-rate", "0"}
	a := running(t, args...)
	base := a.URL()
	args[1] = strings.TrimPrefix(base, "http://")
	pool := &http.Transport{MaxIdleConnsPerHost: 32}
	client := &http.Client{Transport: pool}
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var broken, answered atomic.Int64
	for range 4 {
		asking.Go(func() {
			for ctx.Err() == nil {
				res, err := client.Get(base + "/v1/config")
				if err != nil {
					continue // nobody is there, or was just leaving
				}
				answered.Add(1)
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 200 {
					broken.Add(1)
				}
				_ = res.Body.Close()
			}
		})
	}
	waitFor(t, "traffic", func() bool { return answered.Load() > 50 })
	began := time.Now()
	a.Drain()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	a = running(t, args...)
	before := answered.Load()
	waitFor(t, "the new instance", func() bool { return answered.Load() > before })
	gap := time.Since(began)
	stop()
	asking.Wait()
	pool.CloseIdleConnections()
	if gap > time.Second {
		t.Errorf("nobody was there for %v", gap)
	}
	if broken.Load() > 0 {
		t.Errorf("%d of %d answers broke off", broken.Load(), answered.Load())
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
