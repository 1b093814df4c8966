package standin_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"capsule/server/standin"

	"github.com/google/uuid"
)

// portable are the recordings that any server can be asked without being its
// administrator, and what of them cannot: what needs the recorded server's
// departments, custom fields or settings, or long waits.
var portable = map[string]*regexp.Regexp{
	"rest-visitor":  regexp.MustCompile(`department|custom field|form-urlencoded|malformed JSON|no body|visitor/:token/room`),
	"rest-message":  regexp.MustCompile(`agent message|html, markdown|history|closed room|too long|unauthorized`),
	"ws-handshake":  regexp.MustCompile(`SockJS|sockjs|plain HTTP`),
	"ws-malformed":  regexp.MustCompile(`without params|unknown extra keys`),
	"ws-subs":       regexp.MustCompile(`another visitor`),
	"message-limit": regexp.MustCompile(``),
}

// TestLive asks the server at ROCKETCHAT_URL what recorded servers of its
// version were asked. It makes visitors there, and rooms if an agent is
// online. Without the variable it asks the stand-in, so that it is known to
// work.
func TestLive(t *testing.T) {
	base := strings.TrimSuffix(os.Getenv("ROCKETCHAT_URL"), "/")
	if base == "" {
		s, url := start(t, staffed(standin.V6))
		s.Agent("sam").Online(true)
		base = url
	}
	server, mode := "rocketchat-6.14", standin.V6
	version, _ := must(t, "GET", base+"/api/info", nil)["version"].(string)
	switch major, _, _ := strings.Cut(version, "."); major {
	case "3":
		server, mode = "rocketchat-3.4.0", standin.V3
	case "6":
	default:
		t.Skipf("no recording of a version like %s", version)
	}
	online := must(t, "GET", base+api+"config", nil)["config"].(object)["online"] == true
	for _, r := range load(t, server) {
		except, ok := portable[r.Name]
		if !ok || !online && r.Name != "rest-visitor" && r.Name != "ws-handshake" && r.Name != "ws-malformed" {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			p := &replayer{t: t, base: base, mode: mode, tr: translation{}, known: map[string]bool{}, skip: map[string]bool{}}
			report := func(name string, differences []string) {
				for _, d := range differences {
					// A live server may tell more than a bare one did.
					if !strings.HasSuffix(d, ": not recorded") && !strings.Contains(d, "access-control") {
						t.Errorf("%s: %s", name, d)
					}
				}
			}
			for _, e := range r.Exchanges {
				if !except.MatchString(e.Name) {
					p.freshen(e.request())
					report(e.Name, p.exchange(e))
				}
			}
			for _, s := range r.Scenarios {
				if except.MatchString(s.Name) || s.HTTP != nil || noted(s) {
					continue
				}
				for _, f := range s.Frames {
					p.freshen(f.text())
				}
				report(s.Name, p.play(s))
			}
		})
	}
}

func noted(s scenario) bool {
	for _, f := range s.Frames {
		if f.Dir == "note" {
			return true
		}
	}
	return false
}

const recordedPhone = "+15551234"

var emailIn = regexp.MustCompile(`\w+@example\.com`)

// freshen replaces tokens and e-mail addresses by new ones: a server that
// lives remembers those of the last run.
func (p *replayer) freshen(text string) {
	for _, token := range tokenText.FindAllString(text, -1) {
		if p.tr[token] == "" {
			p.tr[token] = strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
		}
	}
	for _, email := range emailIn.FindAllString(text, -1) {
		if p.tr[email] == "" {
			p.tr[email] = "v" + strings.ReplaceAll(uuid.NewString(), "-", "") + "@example.com"
		}
	}
	if p.tr[recordedPhone] == "" {
		p.tr[recordedPhone] = "+1" + time.Now().Format("20060102150405")
	}
}
