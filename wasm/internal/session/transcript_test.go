package session_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the transcripts anew; only commit a change that you can explain")

// TestTranscripts plays every testdata/*.txt: blocks of commands, a line
// of dashes, and what the session did about them. See player.command for
// the commands.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			p := newPlayer(nil)
			for _, block := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
				commands, _, _ := strings.Cut(block+"\n", "\n----\n")
				result := p.play(t, strings.TrimSpace(commands))
				out = append(out, strings.TrimSpace(commands)+"\n----\n"+result)
			}
			got := strings.TrimSpace(strings.Join(out, "\n")) + "\n"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(data) {
				t.Errorf("%s plays differently:\n%s", file, difference(string(data), got))
			}
		})
	}
}

// difference shows the first lines that differ, with the block they are in.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			from := max(0, i-6)
			return fmt.Sprintf("from line %d\nwant:\n%s\n\ngot:\n%s", from+1,
				strings.Join(w[from:min(len(w), i+6)], "\n"), strings.Join(g[from:min(len(g), i+6)], "\n"))
		}
	}
	return ""
}

// token is the token that the bridge of the transcripts mints.
const token = "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT"

// bodies are answers that transcripts name with an @.
var bodies = map[string]string{
	"@fresh": `{"token":"` + token + `",` + known(`"online":true`) + `}`,
	"@away":  `{"token":"` + token + `",` + known(`"online":false`) + `}`,
	"@plain": `{"token":"` + token + `",` + known(`"online":true,"settings":{"registrationForm":false}`) + `}`,
	"@gone":  `{` + known(`"online":true`) + `}`,
	"@guest": `{` + known(`"online":true`) + `,"visitor":` + ann + `}`,
	"@open":  `{` + known(`"online":true`) + `,"visitor":` + ann + `,"room":{"_id":"R","open":true},"agent":{"_id":"u1","username":"bob","name":"Bob","status":"online"}}`,
	"@ann":   `{"visitor":` + ann + `}`,
	"@room":  `{"room":{"_id":"R","open":true},"new":true}`,
	"@room2": `{"room":{"_id":"R2","open":true},"new":true}`,
	"@empty": `{"messages":[]}`,
	"@userA": `{` + user("A") + known(`"online":true`) + `}`,
	"@userB": `{` + user("B") + known(`"online":true`) + `}`,
	"@posed": `{"token":"` + token + `","ticket":{"challenge":"c1","bits":16},` + known(`"online":true,"settings":{"registrationForm":false}`) + `}`,
	"@again": `{"error":"ticket-required","ticket":{"challenge":"c2","bits":17}}`,
	"@html":  `<!doctype html><title>Sign in to the hotel</title>`,
}

const ann = `{"_id":"v1","username":"guest-3","name":"Ann","email":"ann@example.org"}`

func known(config string) string {
	return `"config":{"enabled":true,` + config + `},"server":{"version":"6.14","socket":"wss://chat.example/websocket","base":"https://chat.example"}`
}

// userToken is the token of a user the page has proved.
func userToken(name string) string { return strings.Repeat(name, 43) }

func user(name string) string {
	return `"token":"` + userToken(name) + `","card":"card` + name + `","identity":{"name":"User ` + name + `","email":"` + name + `@example.org"},`
}
