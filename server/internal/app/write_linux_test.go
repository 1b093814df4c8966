package app_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"capsule/server/internal/app"
	"capsule/server/internal/send/sendtest"
)

// packedSite is a folder with two files, the packed ones of that many bytes.
func packedSite(loader, wasm int) fstest.MapFS {
	folder := fstest.MapFS{}
	var files []string
	for name, size := range map[string]int{"capsule.js": loader, "capsule-1.wasm": wasm} {
		packed := make([]byte, size)
		_, _ = rand.NewChaCha8([32]byte{1}).Read(packed) // cannot fail
		plain := []byte("plain " + name)
		hash := func(b []byte) string {
			sum := sha256.Sum256(b)
			return base64.StdEncoding.EncodeToString(sum[:])
		}
		files = append(files, fmt.Sprintf(`%q:{"hash":%q,"brotli":true,"brotliHash":%q}`, name, hash(plain), hash(packed)))
		folder[name], folder[name+".br"] = &fstest.MapFile{Data: plain}, &fstest.MapFile{Data: packed}
	}
	folder["manifest.json"] = &fstest.MapFile{Data: []byte(`{"version":"1","files":{` + strings.Join(files, ",") + `}}`)}
	return folder
}

func TestAFileIsSentInAsFewWritesAsCanBe(t *testing.T) {
	folder := packedSite(4451, 227_257)
	a := start(t, &app.App{Files: folder}, "-rocketchat", "http://127.0.0.1:1")
	c, err := net.Dial("tcp", strings.TrimPrefix(a.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second)) // an open connection has one
	r := bufio.NewReader(c)
	for _, tt := range []struct {
		name, extra string
		status      int
		want        []byte
		packets     uint32 // at most; 0: however many
	}{
		{"capsule.js", "Accept-Encoding: gzip, br\r\n", 200, folder["capsule.js.br"].Data, 1},
		{"capsule.js", "Accept-Encoding: br\r\n", 200, folder["capsule.js.br"].Data, 1},
		{"capsule.js", "", 200, []byte("plain capsule.js"), 1},
		{"capsule-1.wasm", "Accept-Encoding: br\r\n", 200, folder["capsule-1.wasm.br"].Data, 0},
		{"capsule-1.wasm.br", "", 200, folder["capsule-1.wasm.br"].Data, 0},
		{"capsule-1.wasm.br", "Range: bytes=100000-100099\r\n", 206, folder["capsule-1.wasm.br"].Data[100_000:100_100], 0},
		{"capsule-1.wasm", "Accept-Encoding: br\r\nRange: bytes=0-4\r\n", 206, []byte("plain"), 0},
		{"capsule.js", "Accept-Encoding: br\r\n", 200, folder["capsule.js.br"].Data, 1},
	} {
		before := sendtest.Packets(t, c)
		if _, err := fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n", tt.name, tt.extra); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != tt.status || string(got) != string(tt.want) {
			t.Errorf("%s, %q: status %d with %d bytes, want %d with %d (%v)", tt.name, tt.extra, res.StatusCode, len(got), tt.status, len(tt.want), err)
		}
		if n := sendtest.Packets(t, c) - before; tt.packets > 0 && n > tt.packets {
			t.Errorf("%s, %q came in %d packets", tt.name, tt.extra, n)
		}
	}
}
