//go:build js

package wire_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"capsule/wasm/internal/loop"
	"capsule/wasm/internal/wire"
)

// dial opens a socket of the server that the browser tests run for us.
func dial(t *testing.T, path string) (loop.Link, error) {
	t.Helper()
	server := os.Getenv("CAPSULE_SOCKETS")
	if server == "" {
		t.Skip("no server: run by the browser tests")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return new(wire.Transport).Dial(ctx, server+path)
}

// received is all that comes before a link ends.
func received(t *testing.T, ln loop.Link) (texts []string, err error) {
	t.Helper()
	fell := make(chan error, 1)
	go func() { fell <- ln.Receive(func(text string) { texts = append(texts, text) }) }()
	select {
	case err := <-fell:
		return texts, err
	case <-time.After(10 * time.Second):
		t.Fatal("the link does not end")
		return nil, nil
	}
}

func TestBrowserDeliversAllBeforeTheClose(t *testing.T) {
	for round := range 20 {
		ln, err := dial(t, "/flood")
		if err != nil {
			t.Fatal(err)
		}
		texts, err := received(t, ln)
		if len(texts) != 1000 || texts[999] != "999" {
			t.Fatalf("round %d: %d of 1000 messages before %v", round, len(texts), err)
		}
	}
}

func TestBrowserEchoes(t *testing.T) {
	ln, err := dial(t, "/echo")
	if err != nil {
		t.Fatal(err)
	}
	sent := []string{"a", "ü 漢 👋", strings.Repeat("x", 1<<20), "bye"}
	for _, text := range sent {
		if err := ln.Send(text); err != nil {
			t.Fatal(err)
		}
	}
	texts, _ := received(t, ln) // the server closes after "bye"
	if strings.Join(texts, "|") != strings.Join(sent, "|") {
		t.Errorf("%d echoes came, of %d", len(texts), len(sent))
	}
}

func TestBrowserClosesWith1000(t *testing.T) {
	for i := range 3 {
		ln, err := dial(t, "/note?n="+strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = ln.Close() }() // ends with the link
		_, _ = received(t, ln)
	}
}

func TestBrowserRefusesAMessageTooLarge(t *testing.T) {
	ln, err := dial(t, "/large")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := received(t, ln); !errors.Is(err, websocket.ErrMessageTooBig) {
		t.Errorf("the link ended with %v", err)
	}
}

func TestBrowserNoticesAServerThatGoes(t *testing.T) {
	ln, err := dial(t, "/gone")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := received(t, ln); err == nil {
		t.Error("the link ended without a reason")
	}
}

func TestBrowserDialIsRefused(t *testing.T) {
	if ln, err := dial(t, "/refuse"); err == nil {
		_ = ln.Close()
		t.Error("it was not")
	}
}

func TestBrowserAbandonsADial(t *testing.T) {
	server := os.Getenv("CAPSULE_SOCKETS")
	if server == "" {
		t.Skip("no server: run by the browser tests")
	}
	var tr wire.Transport
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := tr.Dial(ctx, server+"/late"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Dial = %v", err)
	}
	tr.Wait()
	// A browser connects to a server once at a time. What was abandoned must
	// not be in the way.
	ln, err := dial(t, "/echo")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
}
