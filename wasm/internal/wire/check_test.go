package wire_test

import (
	"strings"
	"testing"

	"capsule/wasm/internal/wire"
)

func TestCheck(t *testing.T) {
	good := []string{
		"ws://localhost/websocket", "wss://chat.example.org/websocket", "ws://127.0.0.1:3000/websocket",
		"wss://chat.example", "wss://a-b_c.example:65535/chat/websocket?x=1&y=%20", "ws://[::1]:8080/websocket",
		"ws://[2001:db8::1]/w", "ws://[1:2:3:4:5:6:7:8]/w", "wss://xn--bcher-kva.example/websocket",
	}
	for _, url := range good {
		if err := wire.Check(url); err != nil {
			t.Errorf("Check(%q) = %v, want nil", url, err)
		}
	}
	bad := []string{
		"", "ws", "ws:", "ws://", "wss:///websocket", "http://a/", "https://a/", "WS://a/", " ws://a/", "//a/websocket", "/websocket",
		"javascript:alert(1)", "ws://user@a/", "ws://user:pass@a/", "ws://a:0/", "ws://a:/", "ws://a:65536/", "ws://a:x/", "ws://a:+1/", "ws://a:1:2/",
		"ws://a b/", "ws://a/b c", "ws://a/#x", "ws://a/\\b", "ws://a\\b/", "ws://a/\n", "ws://a/\x00", "ws://a%20b/", "ws://ü.example/", "ws://a/ü",
		"ws://.a/", "ws://a./", "ws://a..b/", "ws://1.2.3/", "ws://1.2.3.4.5/", "ws://1.2.3.256/", "ws://1.2.3.04/", "ws://0x7f/", "ws://a.1/",
		"ws://[/", "ws://[]/", "ws://[::1/", "ws://::1/", "ws://[::1]x/", "ws://[:::]/", "ws://[1::2::3]/", "ws://[1:2:3:4:5:6:7]/",
		"ws://[1:2:3:4:5:6:7:8:9]/", "ws://[1:2:3:4::5:6:7:8]/", "ws://[12345::]/", "ws://[g::]/", "ws://[fe80::1%25eth0]/",
		"ws://" + strings.Repeat("a", 64) + "/",
	}
	for _, url := range bad {
		if err := wire.Check(url); err != wire.ErrURL {
			t.Errorf("Check(%q) = %v, want ErrURL", url, err)
		}
	}
}
