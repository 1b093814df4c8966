package app_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capsule/server/internal/app"
	"capsule/server/standin"
	"net/http/httptest"
)

// written is the path of a file with that text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsWrongWithAFileIsSaidWithItsLine(t *testing.T) {
	const base = "rocketchat = 'https://chat.example'\n"
	for _, tt := range []struct{ name, text, want string }{
		{"a setting there is not", base + "prot = 80", "F:2: prot: there is no such setting (see -h)"},
		{"a table there is not", base + "[server]\nport = 80", "F:2: server: neither a text, a number, true or false, nor a list of texts\nF:2: server: there is no such setting (see -h)"},
		{"no TOML", base + "origin = [", "F:2: "},
		{"a setting twice", base + "rate = 1\nrate = 2", "F:3: "},
		{"a wrong value", base + "\n# why\norigin = ['*']", `F:4: origin: "*" is no origin: write https://example.com`},
		{"a wrong value after a long text", "assets = \"\"\"\n\n\n\"\"\"\n" + base + "rate = -1", `F:6: rate: "-1" is not a number of requests per second`},
		{"a list of numbers", base + "origin = [1]", "F:2: origin: a list may hold texts only"},
		{"no truth", base + "demo = 'perhaps'", `F:2: demo: "perhaps" is neither true nor false`},
		{"what belongs on the command line", base + "config = 'x'\ncheck = true", "F:2: config: belongs on the command line\nF:3: check: belongs on the command line"},
		{"two mistakes, in the order of the file", base + "rate = 'x'\ntrust = 'y'\nprot = 1",
			"F:2: rate: \"x\" is not a number of requests per second\nF:3: trust: \"y\" is neither an address nor a network like 10.0.0.0/8\nF:4: prot: there is no such setting (see -h)"},
		{"nothing needed", "rate = 1", "-rocketchat: say where Rocket.Chat is, or try -demo (see -h)"},
		{"one profile for a list", base + "profile = 'shop'", "F:2: profile: write each profile as [[profile]]"},
		{"a profile that is no list", base + "[profile]\nname = 'shop'", "F:2: profile: write each profile as [[profile]]"},
		{"a profile with nothing", base + "[[profile]]", "F:2: name: each profile needs one\nF:2: origins: name at least one site"},
		{"a member there is not", base + "[[profile]]\nname='a'\norigins=['https://a.example']\ncolour='#000000'",
			"F:5: colour: there is no such setting in a profile; there are color, department, language, name, offline, offline-color, offline-title, origins, position, title, welcome"},
		{"the second profile", base + "[[profile]]\nname='a'\norigins=['https://a.example']\n[[profile]]\nname='a'\norigins=['https://b.example','https://a.example']\nposition='top'",
			"F:6: name: there are two profiles \"a\"\nF:7: origins: https://a.example is profile \"a\"'s already\nF:8: position: \"top\" is not left or right"},
		{"an origin that is none", base + "[[profile]]\nname='a'\norigins='a.example'", `F:4: origins: "a.example" is no origin: write https://example.com`},
		{"profiles in one line", base + "profile = [{name='a', origins='x'}]", `F:2: origins: "x" is no origin: write https://example.com`},
		{"an empty title", base + "[[profile]]\nname='a'\norigins='https://a.example'\ntitle=''", "F:5: title: it has 0 characters, not 1 to 100"},
		{"a table in a profile", base + "[[profile]]\nname='a'\norigins='https://a.example'\n[profile.theme]\ncolor='x'",
			"F:5: theme: neither a text, a number, true or false, nor a list of texts\nF:5: theme: there is no such setting in a profile;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := written(t, "capsule.toml", tt.text)
			err := new(app.App).ParseFlags([]string{"-config", path}, none)
			if err == nil {
				t.Fatal("nothing is wrong with it")
			}
			if got := strings.ReplaceAll(err.Error(), path, "F"); !strings.HasPrefix(got, tt.want) || len(got) > len(tt.want) && tt.want[len(tt.want)-1] != ' ' && tt.want[len(tt.want)-1] != ';' {
				t.Errorf("the error is\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	err := new(app.App).ParseFlags([]string{"-config", "/no/such.toml"}, none)
	if err == nil || err.Error() != "/no/such.toml: no such file or directory" {
		t.Errorf("without a file: %v", err)
	}
}

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	path := written(t, "capsule.toml", "rocketchat = 'https://file.example'\nrate = 1\naddr = 'nonsense://'\norigin = ['https://file.example']")
	env := map[string]string{"CAPSULE_CONFIG": path, "CAPSULE_RATE": "2", "CAPSULE_ADDR": ":2"}
	a := &app.App{Files: built(t)}
	if err := a.ParseFlags([]string{"-addr", ":3"}, func(key string) string { return env[key] }); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := a.Check(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"listen on            :3 without TLS\n", "2 requests a second\n", "https://file.example\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

const shops = `
origin = ["https://www.example.com"]
[[profile]]
name = "all"
origins = ["https://*.shop.example"]
title = "Any shop"
[[profile]]
name = "wood"
origins = ["https://wood.shop.example"]
department = "sales"
title = "Ask the joiner"
offline-title = "At lunch"
color = "#0b6bcb"
language = "de"
position = "left"
welcome = "Ask about wood."
offline = "Write to us."
[[profile]]
name = "lost"
origins = ["https://lost.example"]
department = "nobody"
`

func TestAProfileIsLaidOverTheConfiguration(t *testing.T) {
	chat := standin.New(standin.Options{
		Agents:      []standin.Agent{{ID: "bob", Username: "bob", Name: "Bob"}},
		Departments: []standin.Department{{ID: "d1", Name: "Sales", Agents: []string{"bob"}, ShowOnRegistration: true}},
	})
	t.Cleanup(chat.Close)
	up := httptest.NewServer(chat)
	t.Cleanup(up.Close)
	a := start(t, &app.App{Files: built(t)}, "-rocketchat", up.URL, "-config", written(t, "c.toml", shops))
	call := func(method, path, origin, token, body string) (int, map[string]any) {
		t.Helper()
		r, err := http.NewRequest(method, a.URL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if method == "POST" {
			r.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			r.Header.Set("X-Visitor-Token", token)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var v map[string]any
		if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, v
	}
	for _, tt := range []struct {
		name, origin       string
		status             int
		title, color, lang string
		departments        int
	}{
		{"a page of the server itself", "", 200, "Rocket.Chat", "#C1272D", "", 1},
		{"a site without a profile", "https://www.example.com", 200, "Rocket.Chat", "#C1272D", "", 1},
		{"a site that a profile names", "https://wood.shop.example", 200, "Ask the joiner", "#0b6bcb", "de", 0},
		{"a site that only a pattern covers", "https://iron.shop.example", 200, "Any shop", "#C1272D", "", 1},
		{"a site nobody named", "https://shop.example", 403, "", "", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, way := range []struct{ method, path, body, token string }{
				{"GET", "/v1/config", "", ""}, {"POST", "/v1/session", "{}", ""}, {"POST", "/v1/session", "{}", strings.Repeat("u", 43)},
			} {
				origin := tt.origin
				if origin == "" && way.method == "POST" {
					origin = a.URL()
				}
				status, v := call(way.method, way.path, origin, way.token, way.body)
				if status != tt.status {
					t.Fatalf("%s: %d %v", way.path, status, v)
				}
				if status != 200 {
					continue
				}
				c := v["config"].(map[string]any)
				theme, set := c["theme"].(map[string]any), c["settings"].(map[string]any)
				lang, _ := set["language"].(string)
				if theme["title"] != tt.title || theme["color"] != tt.color || lang != tt.lang || len(c["departments"].([]any)) != tt.departments {
					t.Errorf("%s: %v", way.path, c)
				}
			}
		})
	}
	for _, tt := range []struct{ name, origin, body, department string }{
		{"a profile's department", "https://wood.shop.example", `{"name":"Ann"}`, "d1"},
		{"a department that Rocket.Chat does not have is none", "https://lost.example", `{"name":"Ann"}`, ""},
		{"no profile", "https://www.example.com", `{"name":"Ann"}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, v := call("POST", "/v1/visitor", tt.origin, strings.Repeat("v", 40)+tt.origin[8:11], tt.body)
			got, _ := v["visitor"].(map[string]any)["department"].(string)
			if status != 200 || got != tt.department {
				t.Errorf("registered with %d %v", status, v)
			}
		})
	}
	if status, _ := call("POST", "/v1/offline", "https://lost.example", "", `{"name":"Ann","email":"ann@example.com","text":"Hi"}`); status != 200 {
		t.Errorf("a message left in a profile's unknown department: %d", status)
	}
}

func TestCheckPrintsTheScriptTag(t *testing.T) {
	a := &app.App{Files: built(t)}
	if err := a.ParseFlags([]string{"-check", "-rocketchat", "https://chat.example", "-domain", "chat.me.example", "-acme-cache", "/x", "-config", written(t, "c.toml", shops)}, none); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := a.Check(&out); err != nil || !a.Checking() {
		t.Fatal(err)
	}
	for _, want := range []string{
		`profile "wood"`, "redirect http from   :80\n", "listen on            :443 with TLS for chat.me.example, kept in /x\n",
		`<script async src="https://chat.me.example/capsule.js" data-language="de" data-position="left"></script>`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func FuzzConfigurationFile(f *testing.F) {
	f.Add("rocketchat = 'https://chat.example'\n" + shops)
	f.Add("[[profile]]\n[profile]\n[[profile.x]]\na.b.c = {d = [1, {}]}")
	f.Fuzz(func(t *testing.T, text string) {
		path := written(t, "c.toml", text)
		err := new(app.App).ParseFlags([]string{"-config", path, "-demo"}, none)
		if err != nil && err.Error() == "" {
			t.Error("something is wrong, but what?")
		}
	})
}
