package overlay_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ours returns the replacement of fmt under a name and in a place where it can
// be imported beside the standard library's.
func ours(t *testing.T, program string) string {
	t.Helper()
	source, err := os.ReadFile("src/fmt/fmt.go")
	if err != nil {
		t.Fatal(err)
	}
	// The one package that is not for everybody to import.
	text := strings.Replace(string(source), `"internal/reflectlite"`, `reflectlite "reflect"`, 1)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":     "module try\n\ngo 1.26\n",
		"fmt/fmt.go": text,
		"main.go":    program,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, out)
	}
	return string(out)
}

// program prints a line for each difference between the two packages, and
// "done" at its end. The cases are the formats that coder/websocket,
// google/uuid and Capsule use, and what else is promised.
const program = `package main

import (
	"errors"
	theirs "fmt"
	"io"
	"math"
	"time"

	ours "try/fmt"
)

type code int

type problem struct{ code int }

func (p problem) Error() string { return "problem" }

type secret string

type plain struct{ a int }

func main() {
	for _, tt := range []struct {
		format string
		args   []any
	}{
		{"", nil},
		{"100%%", nil},
		{"%", nil},
		{"a %d", nil},
		{"read limited at %d bytes", []any{int64(32768)}},
		{"invalid UUID length: %d", []any{35}},
		{"invalid urn prefix: %q", []any{"x\"\n\x00\u00e4\xff"}},
		{"invalid urn prefix: %q", []any{[]byte("urn:\\")}},
		{"Scan: unable to scan type %T into UUID", []any{3.5}},
		{"%T %T %T", []any{code(1), &plain{}, []string{"x"}}},
		{"%T", []any{nil}},
		{"%v and %s", []any{nil, "text"}},
		{"failed to WebSocket dial %q: %w", []any{"ws://x", io.EOF}},
		{"%w: %v", []any{io.EOF, errors.New("why")}},
		{"%v %v %v", []any{true, false, 'x'}},
		{"%v %v %v %v %v", []any{math.MinInt, int32(-1), uint8(255), uint16(7), uint64(math.MaxUint64)}},
		{"%d %d", []any{uint32(4000000000), int64(-5)}},
		{"link %d fell after %v: %v", []any{3, 1500 * time.Millisecond, problem{1}}},
		{"%s", []any{problem{2}}},
		{"%s", []any{[]byte("bytes")}},
	} {
		want, got := theirs.Sprintf(tt.format, tt.args...), ours.Sprintf(tt.format, tt.args...)
		if tt.format == "%" {
			want = "%" // the standard library's complaint is not worth its code
		}
		if w := theirs.Errorf(tt.format, tt.args...); want != "%" && len(tt.format) > 0 {
			got2 := ours.Errorf(tt.format, tt.args...)
			if got2.Error() != w.Error() || errors.Unwrap(got2) != errors.Unwrap(w) {
				theirs.Printf("Errorf(%q): got %q, want %q\n", tt.format, got2, w)
			}
			continue
		}
		if got != want {
			theirs.Printf("Sprintf(%q): got %q, want %q\n", tt.format, got, want)
		}
	}
	if got, want := ours.Sprintf("%v %v %s %v", plain{1}, code(3), secret("x"), 0.1), "(main.plain) (main.code) (main.secret) (float64)"; got != want {
		theirs.Printf("other types: got %q, want %q\n", got, want)
	}
	theirs.Println("done")
}
`

func TestFormattingIsTheStandardLibrarys(t *testing.T) {
	if got := ours(t, program); got != "done\n" {
		t.Error(got)
	}
}
