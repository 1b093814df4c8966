package send

import (
	"bytes"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"capsule/server/internal/send/sendtest"
)

// pair is a connection from both ends.
func pair(t *testing.T) (server, client *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = s.Close(), c.Close() })
	return s.(*net.TCPConn), c.(*net.TCPConn)
}

// temporary is a file with text, for as long as the test runs.
func temporary(t *testing.T, text []byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // may be closed
	if _, err := f.Write(text); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestABodyComesFromItsFileIfItHasOne(t *testing.T) {
	memory, file := bytes.Repeat([]byte("m"), large), bytes.Repeat([]byte("f"), large)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	closed := temporary(t, file)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		file *os.File
		at   int64
		near int
		want []byte
	}{
		{"from the file", temporary(t, file), 0, 0, file},
		{"from its place there", temporary(t, append([]byte("before"), append(file, "behind"...)...)), 6, 0, file},
		{"with its beginning from memory", temporary(t, append([]byte("before"), append(file, "behind"...)...)), 6, 9, append(memory[:9:9], file[9:]...)},
		{"from memory without one", nil, 0, 0, memory},
		{"from memory when the system cannot send what it is", r, 0, 0, memory},
		{"from memory when it is no longer there", closed, 0, 7, memory},
		{"what is missing at its end from memory", temporary(t, file[:1000]), 0, 0, append(file[:1000:1000], memory[1000:]...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server, client := pair(t)
			b := &Body{bytes: memory, near: tt.near, file: tt.file, at: tt.at}
			sent := make(chan error, 1)
			go func() { // ends with the write
				n, err := b.write(server, append([]byte("head "), memory[:tt.near]...))
				if err == nil && n != large+5 {
					t.Errorf("%d bytes are said to be sent", n)
				}
				_ = server.Close() // so that the reader sees the end
				sent <- err
			}()
			_ = client.SetDeadline(time.Now().Add(10 * time.Second)) // an open connection has one
			got, err := io.ReadAll(client)
			if err != nil || !bytes.Equal(got, append([]byte("head "), tt.want...)) {
				t.Errorf("%d bytes came, which are others (%v)", len(got), err)
			}
			if err := <-sent; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestABodyOfTheProgramHasItsFile(t *testing.T) {
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := self[len(self)/2:][:large+1]
	b := NewBody(text)
	if b.file == nil {
		t.Fatal("there is none")
	}
	got := make([]byte, len(text))
	if _, err := b.file.ReadAt(got, b.at); err != nil || !bytes.Equal(got, text) {
		t.Errorf("it has others there (%v)", err)
	}
	if page := int64(os.Getpagesize()); (b.at+int64(b.near))%page != 0 || int64(b.near) >= page {
		t.Errorf("of what is at %d, %d are near", b.at, b.near)
	}
	if small := NewBody(text[:large-1]); small.file != nil {
		t.Error("a small body has one")
	}
	slices.Reverse(text)
	if other := NewBody(text); other.file != nil {
		t.Error("a body that is not of the program has one")
	}
}

func TestHeadAndBodyAreOneWrite(t *testing.T) {
	server, client := pair(t)
	c := &conn{Conn: server, tcp: server}
	b := NewBody(bytes.Repeat([]byte("b"), 4451))
	c.hold(b, NewHead("A", "b"))
	if n, err := c.Write(bytes.Repeat([]byte("h"), 500)); n != 500 || err != nil {
		t.Fatal(n, err)
	}
	if got := sendtest.Packets(t, client); got != 0 {
		t.Fatalf("the head went ahead in %d packets", got)
	}
	if n, err := c.Write(b.bytes); n != 4451 || err != nil {
		t.Fatal(n, err)
	}
	c.release()
	if _, err := io.ReadFull(client, make([]byte, 4951)); err != nil {
		t.Fatal(err)
	}
	if got := sendtest.Packets(t, client); got != 1 {
		t.Errorf("it came in %d packets", got)
	}
	if n, err := c.Write([]byte("next")); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := io.ReadFull(client, make([]byte, 4)); err != nil {
		t.Error(err)
	}
}

// What is equal to the body, but is not it, is not taken for it.
func TestABodyIsItself(t *testing.T) {
	b := NewBody([]byte("body"))
	for _, tt := range []struct {
		name string
		p    []byte
		want bool
	}{
		{"itself", b.bytes, true}, {"its beginning", b.bytes[:3], false}, {"its end", b.bytes[1:], false},
		{"a copy", []byte("body"), false}, {"nothing", nil, false},
	} {
		if got := b.is(tt.p); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
