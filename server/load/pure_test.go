//go:build linux

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []float64
		want float64
	}{
		{"of none is 0", nil, 0},
		{"of one is it", []float64{7}, 7},
		{"of three is the middle one", []float64{9, 1, 4}, 4},
		{"of four is between the middle two", []float64{9, 1, 4, 2}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := median(tt.in); got != tt.want {
				t.Errorf("median(%v) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(100-i))
	}
	for _, tt := range []struct {
		name string
		in   []time.Duration
		p    float64
		want time.Duration
	}{
		{"of none is 0", nil, 99, 0},
		{"the 50th of a hundred", hundred, 50, 50},
		{"the 99th of a hundred", hundred, 99, 99},
		{"the 99th of a few is the worst", []time.Duration{3, 1, 2}, 99, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := percentile(slices.Clone(tt.in), tt.p); got != tt.want {
				t.Errorf("percentile %v = %d, want %d", tt.p, got, tt.want)
			}
		})
	}
}

func TestRatiosAreOfTheSameRound(t *testing.T) {
	got := ratios([]float64{2, 9, 8}, []float64{4, 3, 0})
	if want := []float64{0.5, 3}; !slices.Equal(got, want) {
		t.Errorf("ratios are %v, want %v", got, want)
	}
	if got := spread([]float64{2, 1, 4}, 1); got != "2.0 (1.0 to 4.0)" {
		t.Errorf("their spread is %q", got)
	}
}

func TestProcIsRead(t *testing.T) {
	cores, err := parseCores([]byte("cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 100 1 50 1000 7 2 3 4 0 0\ncpu1 1 0 1 10 0 0 0 0 0 0\nintr 5\n"))
	want := []spent{
		{user: 101 * tick, all: 160 * tick, stolen: 4 * tick, sum: 1167 * tick},
		{user: tick, all: 2 * tick, sum: 12 * tick},
	}
	if err != nil || !slices.Equal(cores, want) {
		t.Errorf("cores are %+v, %v, want %+v", cores, err, want)
	}
	self, err := parseProcess([]byte("42 (a (b) c) S 1 42 42 0 -1 4194560 1 0 0 0 30 12 0 0 20 0 5 0 100 1 1"))
	if want := (spent{user: 30 * tick, all: 42 * tick}); err != nil || self != want {
		t.Errorf("the process is %+v, %v, want %+v", self, err, want)
	}
	rss, err := parseResident([]byte("0-1 ---p 0 0:0 0 [rollup]\nRss:               10 kB\nPss:                3 kB\n"))
	if err != nil || rss != 10<<10 {
		t.Errorf("the resident size is %d, %v", rss, err)
	}
	for _, text := range []string{"", "cpu0 1 2", "cpu0 1 2 3 x 5 6 7 8", "42 (a) S 1"} {
		_, ofCore := parseCores([]byte("cpu0 " + text))
		_, ofProcess := parseProcess([]byte(text))
		_, ofSize := parseResident([]byte(text))
		if ofCore == nil || ofProcess == nil || ofSize == nil {
			t.Errorf("%q was read: %v, %v, %v", text, ofCore, ofProcess, ofSize)
		}
	}
}

func TestAnAnswerInPieces(t *testing.T) {
	const text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello"
	for size := 1; size <= len(text); size++ {
		var a answer
		a.reset(true)
		for i := 0; i < len(text); i += size {
			end := min(i+size, len(text))
			whole, err := a.feed([]byte(text[i:end]))
			if err != nil || whole != (end == len(text)) {
				t.Fatalf("in pieces of %d, after %d bytes: %v, %v", size, end, whole, err)
			}
		}
		if a.status != 200 || string(a.body) != "hello" || a.size != 5 {
			t.Errorf("in pieces of %d: status %d, %q", size, a.status, a.body)
		}
	}
}

func TestWhatIsNoAnswerEndsTheRun(t *testing.T) {
	for _, tt := range []struct{ name, in string }{
		{"another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n\r\n"},
		{"an old protocol", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"no status", "HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n"},
		{"no length", "HTTP/1.1 200 OK\r\n\r\n"},
		{"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
		{"a server that hangs up", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
		{"more than was announced", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"},
		{"a head without end", strings.Repeat("x", maxHead)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a answer
			if _, err := a.feed([]byte(tt.in)); err == nil {
				t.Error("it was taken for one")
			}
		})
	}
}

func TestConfigurations(t *testing.T) {
	files := site{loader: served{path: "/capsule.js", mime: "text/javascript; charset=utf-8"}, bundle: served{path: "/capsule-1.wasm", mime: "application/wasm"}}
	conf := nginxConf("/tmp/x", "127.0.0.1:1234", "127.0.0.1:5678", true, files)
	for _, want := range []string{
		"user root;", "listen 127.0.0.1:1234 ", "server 127.0.0.1:5678;", "worker_processes 1;", "access_log off;",
		"location = /capsule.js {", "alias /tmp/x/capsule.js.br;", `default_type "application/wasm";`,
	} {
		if !strings.Contains(conf, want) {
			t.Errorf("nginx.conf lacks %q", want)
		}
	}
	if strings.Count(conf, "{") != strings.Count(conf, "}") {
		t.Error("nginx.conf has a bracket too many")
	}
	if conf := nginxConf("/tmp/x", "127.0.0.1:1", "127.0.0.1:2", false, files); strings.Contains(conf, "user ") {
		t.Error("nginx.conf names a user, whom only root may become")
	}
	conf = caddyfile("/tmp/x", "127.0.0.1:1234", "127.0.0.1:5678")
	for _, want := range []string{"http://127.0.0.1:1234 {", "reverse_proxy 127.0.0.1:5678 {", "root * /tmp/x", "admin off", "auto_https off"} {
		if !strings.Contains(conf, want) {
			t.Errorf("the Caddyfile lacks %q", want)
		}
	}
}

func TestAGoalIsMetByTheMedian(t *testing.T) {
	most, least := row{goal: 10}, row{goal: 10, least: true}
	for _, tt := range []struct {
		name string
		row  row
		in   []float64
		want string
	}{
		{"no goal", row{}, []float64{1}, ""},
		{"nothing measured", most, nil, ""},
		{"as much as is allowed", most, []float64{1, 10, 99}, "<= 10  met"},
		{"more than is allowed", most, []float64{1, 11, 12}, "<= 10  MISSED"},
		{"as much as is asked", least, []float64{1, 10, 99}, ">= 10  met"},
		{"less than is asked", least, []float64{1, 9, 99}, ">= 10  MISSED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.row.text(tt.in); got != tt.want {
				t.Errorf("text(%v) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
