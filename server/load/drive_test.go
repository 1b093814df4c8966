//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"net"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"capsule/server/internal/app"
)

// start starts the stub and our server, in this process, with one file.
func start(t *testing.T) (addr string, loader served) {
	t.Helper()
	const body = "// the loader"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() { // ends with the listener
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = answerAll(c, 0) }() // ends with the connection
		}
	}()
	a := &app.App{Files: fstest.MapFS{
		"manifest.json": {Data: []byte(`{"version":"1","files":{"capsule.js":{"type":"text/javascript"}}}`)},
		"capsule.js":    {Data: []byte(body)},
	}}
	if err := a.ParseFlags([]string{"-addr", "127.0.0.1:0", "-rocketchat", "http://" + l.Addr().String(), "-rate", "0"}, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return strings.TrimPrefix(a.URL(), "http://"), served{path: "/capsule.js", size: int64(len(body)), hash: sha256.Sum256([]byte(body))}
}

func TestALoadOnOurServer(t *testing.T) {
	addr, loader := start(t)
	files := job{addr: addr, conns: 4, time: 200 * time.Millisecond, request: asks(get(addr, loader.path)), check: loader.check, every: 2}
	visitors := job{addr: addr, conns: 4, rate: 200, time: 200 * time.Millisecond, request: func(n int) []byte { return register(addr, n) }, check: isRegistered, every: 1}
	for name, j := range map[string]job{"loader, as fast as can be": files, "registrations, at a rate": visitors} {
		t.Run(name, func(t *testing.T) {
			out, err := j.do(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(out.good) == 0 || out.checked == 0 || len(out.refused) > 0 {
				t.Errorf("%d good, %d checked, %d refused", len(out.good), out.checked, len(out.refused))
			}
			if most := 45; j.rate > 0 && len(out.good) > most {
				t.Errorf("%d answers in 200 ms at 200 a second", len(out.good))
			}
		})
	}
}

func TestAWrongByteEndsTheRun(t *testing.T) {
	addr, loader := start(t)
	loader.hash[0]++
	j := job{addr: addr, conns: 2, time: 10 * time.Second, request: asks(get(addr, loader.path)), check: loader.check, every: 3}
	if _, err := j.do(t.Context()); err == nil || !strings.Contains(err.Error(), "a wrong body") {
		t.Errorf("the error is %v", err)
	}
	j.request = asks(get(addr, "/nothing"))
	if _, err := j.do(t.Context()); err == nil || err.Error() != "status 404" {
		t.Errorf("of a file that is not there the error is %v", err)
	}
}

func TestALoadStopsWhenTold(t *testing.T) {
	addr, loader := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j := job{addr: addr, conns: 1, time: time.Hour, request: asks(get(addr, loader.path))}
	if _, err := j.do(ctx); err != context.Canceled {
		t.Errorf("the error is %v", err)
	}
}

func TestACrowdIsCounted(t *testing.T) {
	addr, _ := start(t)
	var held crowd
	defer held.close()
	for range 3 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	if _, err := held[1].Write([]byte("nonsense\r\n\r\n")); err != nil { // is told so, and hung up on
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for held.open() != 2 {
		if time.Now().After(deadline) {
			t.Fatalf("%d are open", held.open())
		}
	}
}

func TestTheFilesOfABundle(t *testing.T) {
	dist, folder := t.TempDir(), t.TempDir()
	if _, err := copySite(dist, folder); err == nil {
		t.Error("an empty folder is a bundle")
	}
	if err := os.CopyFS(dist, fstest.MapFS{
		"manifest.json":     {Data: []byte(`{"files":{"capsule.js":{"type":"text/javascript","brotli":true},"capsule-1.wasm":{"type":"application/wasm","brotli":true},"x.css":{}}}`)},
		"capsule.js":        {Data: []byte("plain")},
		"capsule.js.br":     {Data: []byte("br")},
		"capsule-1.wasm":    {Data: []byte("wasm")},
		"capsule-1.wasm.br": {Data: []byte("wbr")},
	}); err != nil {
		t.Fatal(err)
	}
	got, err := copySite(dist, folder)
	want := site{
		loader: served{"/capsule.js", "text/javascript", 2, sha256.Sum256([]byte("br"))},
		bundle: served{"/capsule-1.wasm", "application/wasm", 3, sha256.Sum256([]byte("wbr"))},
	}
	if err != nil || got != want {
		t.Errorf("the site is %+v, %v, want %+v", got, err, want)
	}
	if copied, err := os.ReadFile(folder + "/capsule-1.wasm.br"); string(copied) != "wbr" {
		t.Errorf("copied %q, %v", copied, err)
	}
}
