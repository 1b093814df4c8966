// Package deploy_test checks the examples of how to run the server: that they
// can be read by those they are for, and that what they name is there.
package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"capsule/server/internal/app"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// understood fails unless the server understands args, with the settings of
// this folder wherever a file of settings is named.
func understood(t *testing.T, args []string) {
	t.Helper()
	for i, a := range args {
		if strings.HasSuffix(a, ".toml") {
			args[i] = "capsule.toml"
		}
	}
	if err := new(app.App).ParseFlags(args, func(string) string { return "" }); err != nil {
		t.Errorf("capsule %s: %v", strings.Join(args, " "), err)
	}
}

func TestTheSettingsAreUnderstood(t *testing.T) {
	understood(t, []string{"-check", "-config", "capsule.toml"})
	// And with the example of a profile.
	text := strings.ReplaceAll(strings.ReplaceAll(read(t, "capsule.toml"), "# [[", "[["), "\n# ", "\n")
	_, profile, ok := strings.Cut(text, "[[profile]]")
	if !ok {
		t.Fatal("there is no example of a profile")
	}
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte("rocketchat = 'http://rocketchat:3000'\n[[profile]]"+profile), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := new(app.App).ParseFlags([]string{"-config", path}, func(string) string { return "" }); err != nil {
		t.Error(err)
	}
}

func TestTheUnit(t *testing.T) {
	unit := read(t, "capsule.service")
	lines := regexp.MustCompile(`(?m)^Exec\w+=/usr/local/bin/capsule (.*)$`).FindAllStringSubmatch(unit, -1)
	if len(lines) != 1 {
		t.Fatalf("%d commands", len(lines))
	}
	for _, m := range lines {
		understood(t, strings.Fields(m[1]))
	}
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	// It wants the program to be there.
	path := filepath.Join(t.TempDir(), "capsule.service")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(unit, "/usr/local/bin/capsule", self)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

func TestTheComposition(t *testing.T) {
	var c struct {
		Services map[string]struct {
			Image   string
			Command []string
			Build   struct{ Context, Dockerfile string }
			Volumes []string
			Ports   []string
		}
		Volumes map[string]any
	}
	d := yaml.NewDecoder(strings.NewReader(read(t, "compose.yaml")))
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mongodb", "rocketchat", "capsule"} {
		s, there := c.Services[name]
		if !there {
			t.Fatalf("there is no %s", name)
		}
		if name != "capsule" && !regexp.MustCompile(`:\d[\w.]+$`).MatchString(s.Image) {
			t.Errorf("the image of %s is %q: which one that is changes", name, s.Image)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s listens on %s, past the proxy", name, p)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			_, named := c.Volumes[from]
			if _, err := os.Stat(from); err != nil && !named {
				t.Errorf("%s mounts %s, which is not there", name, from)
			}
		}
	}
	build := c.Services["capsule"].Build
	if _, err := os.Stat(filepath.Join(build.Context, build.Dockerfile)); err != nil {
		t.Error(err)
	}
	understood(t, c.Services["capsule"].Command)
}

func TestTheImageIsBuiltAsTheScriptBuilds(t *testing.T) {
	file, script, mod := read(t, "Dockerfile"), read(t, "../../build.sh"), read(t, "../../go.mod")
	commands := regexp.MustCompile(`(?m)^    (build \| .*)\) need_go; "\$command"`).FindStringSubmatch(script)
	if commands == nil {
		t.Fatal("build.sh has no list of commands")
	}
	for _, m := range regexp.MustCompile(`\./build\.sh( \w+)?`).FindAllStringSubmatch(file, -1) {
		if name := strings.TrimSpace(m[1]); name != "" && name != "before" && !strings.Contains(" "+commands[1]+" ", " "+name+" ") {
			t.Errorf("build.sh has no command %q", name)
		}
	}
	binary := regexp.MustCompile(`(?m)^readonly server_file=(\S+)`).FindStringSubmatch(script)
	if binary == nil || !strings.Contains(file, "cp "+binary[1]+" /image/capsule") {
		t.Errorf("the image takes another file than %v", binary)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(mod)
	if !strings.Contains(file, "FROM golang:"+version[1]+"-") {
		t.Errorf("the image is not built with Go %s", version[1])
	}
	for _, m := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(file, -1) {
		if m[1] != "scratch" && !strings.HasPrefix(m[1], "golang:") {
			t.Errorf("it starts from %s", m[1])
		}
	}
	if !regexp.MustCompile(`(?m)^USER [1-9]\d*`).MatchString(file) {
		t.Error("it runs as root")
	}
}

func TestTheProxies(t *testing.T) {
	for _, tt := range []struct {
		tool string
		args []string
	}{
		{"caddy", []string{"validate", "--adapter", "caddyfile", "--config", "Caddyfile"}},
		{"nginx", []string{"-t", "-c"}},
	} {
		t.Run(tt.tool, func(t *testing.T) {
			tool, err := exec.LookPath(tt.tool)
			if err != nil {
				t.Skipf("no %s here", tt.tool)
			}
			args := tt.args
			if tt.tool == "nginx" {
				// Without the certificates, which are not there either.
				text := regexp.MustCompile(`(?m)^ *ssl_certificate.*$| ssl;`).ReplaceAllStringFunc(read(t, "nginx.conf"), func(s string) string {
					if s == " ssl;" {
						return ";"
					}
					return ""
				})
				folder := t.TempDir()
				path := filepath.Join(folder, "nginx.conf")
				text = "pid " + folder + "/pid; error_log stderr; events {} http { access_log off;\n" + text + "\n}\n"
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, path)
			}
			if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestWhatTheReadmeNames(t *testing.T) {
	text := read(t, "README.md")
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Error(err)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^    capsule (-.*?)(?: +#.*)?$").FindAllStringSubmatch(text, -1) {
		args := strings.Fields(m[1])
		understood(t, append(args, "-acme-cache", "/x"))
	}
	for _, m := range regexp.MustCompile("`(-[a-z-]+)").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(app.Usage, "\n  "+m[1]+" ") {
			t.Errorf("there is no flag %s", m[1])
		}
	}
}
