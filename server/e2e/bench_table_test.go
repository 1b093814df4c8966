package e2e_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// figures are what one visit measured, by name.
type figures map[string]float64

func (f figures) traffic(name string, t *traffic, at float64) {
	bytes, requests := t.until(at)
	f[name+".bytes"], f[name+".requests"] = float64(bytes), float64(requests)
}

// results are the figures of all visits: by widget, conditions and name.
type results map[[3]string][]float64

func (r results) add(widget, conditions string, f figures) {
	for name, value := range f {
		key := [3]string{widget, conditions, name}
		r[key] = append(r[key], value)
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// A row is one line of the table.
type row struct {
	title, name, unit string
	most              float64 // what the ratio is to be at the most; 0: anything
}

var rows = []row{
	{"page opened to launcher visible", "launcher", "ms", 0.2},
	{"fetched before the launcher", "launcher.bytes", "KB", 0},
	{"requests before the launcher", "launcher.requests", "", 0},
	{"fetched when the page is at rest, before any click", "rest.bytes", "KB", 0},
	{"requests then", "rest.requests", "", 0},
	{"long tasks until then", "rest.long", "ms", 0},
	{"first chance to click: page opened to form", "once.open-to-form", "ms", 1},
	{"first chance to click: click to a field to write in", "once.field", "ms", 1},
	{"first chance to click: click to form", "once.form", "ms", 0},
	{"fetched until the form", "once.form.bytes", "KB", 0},
	{"requests until the form", "once.form.requests", "", 0},
	{"page at rest: click to a field to write in", "rested.field", "ms", 0.5},
	{"page at rest: click to form", "rested.form", "ms", 0},
	{"form sent to composer", "composer", "ms", 0},
	{"Enter to own message visible, first", "own.first", "ms", 0.1},
	{"Enter to own message visible, second", "own.later", "ms", 0.1},
	{"fetched until the first answer", "answer.bytes", "KB", 0.5},
	{"requests until the first answer", "answer.requests", "", 0},
	{"long tasks in all", "long", "ms", 0},
	{"layout shift of the page", "shift", "score", 0},
	{"JavaScript heap, more than the page alone", "heap", "MB", 0},
	{"wasm memory", "wasm", "MB", 0},
}

func (r row) text(value float64) string {
	switch r.unit {
	case "ms":
		return fmt.Sprintf("%.0f ms", value)
	case "KB":
		return fmt.Sprintf("%.1f KB", value/1e3)
	case "MB":
		return fmt.Sprintf("%.1f MB", value/1e6)
	case "score":
		return fmt.Sprintf("%.3f", value)
	}
	return fmt.Sprintf("%.0f", value)
}

// cell is a median and, of times, the least and the most.
func (r row) cell(values []float64) string {
	if len(values) == 0 {
		return "none"
	}
	text := r.text(median(values))
	if r.unit == "ms" && len(values) > 1 {
		text += fmt.Sprintf(" (%.0f to %.0f)", slices.Min(values), slices.Max(values))
	}
	return text
}

// report is what ./build.sh bench prints.
func report(all results, official *peer, rounds int, before string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nCapsule %s; ", built())
	if official != nil {
		fmt.Fprintf(&b, "official widget: @rocket.chat/livechat %s.\n", official.version)
	} else {
		b.WriteString("the official widget is not here: npm is needed to fetch it.\n")
	}
	fmt.Fprintf(&b, "%s; %s. %d rounds; medians, of times with the least and the most.\n", program(), machine(), rounds)
	fmt.Fprintf(&b, "Load of the machine before and after: %s, %s.\n", before, load())
	if alone := all[[3]string{"none", "unthrottled", "heap"}]; len(alone) > 0 {
		for key, values := range all {
			if key[0] != "none" && key[2] == "heap" {
				for i := range values {
					values[i] -= median(alone)
				}
			}
		}
	}
	for _, c := range []string{"unthrottled", "Slow 4G"} {
		if c == "Slow 4G" {
			c = fmt.Sprintf("Slow 4G (%.1f ms, %.0f KB/s down, %.0f KB/s up), CPU %d times slower", slowLatency, slowDown/1e3, slowUp/1e3, slowCPU)
			fmt.Fprintf(&b, "\n%s\n\n", c)
			c = "Slow 4G"
		} else {
			b.WriteString("\nLoopback, nothing throttled\n\n")
		}
		b.WriteString("| measure | official | Capsule | ratio | goal |\n|---|---|---|---|---|\n")
		for _, r := range rows {
			theirs, ours := all[[3]string{"official", c, r.name}], all[[3]string{"Capsule", c, r.name}]
			ratio, goal := "", ""
			if len(theirs) > 0 && len(ours) > 0 && median(theirs) > 0 {
				value := median(ours) / median(theirs)
				ratio = fmt.Sprintf("%.2f", value)
				if r.most > 0 {
					goal = fmt.Sprintf("%g", r.most)
					if value > r.most {
						goal += ", missed"
					}
				}
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.title, r.cell(theirs), r.cell(ours), ratio, goal)
		}
	}
	return b.String()
}

// findPeer looks for the official widget's build. No folder, no peer.
func findPeer(folder string) (*peer, error) {
	if folder == "" {
		return nil, nil
	}
	var about struct{ Version string }
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &about)
	}
	if err != nil {
		return nil, fmt.Errorf("the official widget's package: %w", err)
	}
	p := &peer{folder: filepath.Join(folder, "build"), version: about.Version}
	if _, err := os.Stat(filepath.Join(p.folder, "index.html")); err != nil {
		return nil, fmt.Errorf("the official widget's build: %w", err)
	}
	return p, p.warm()
}

// built says which compiler the wasm in assets/dist is from, and how large
// it is.
func built() string {
	files, _ := filepath.Glob(filepath.Join(dist, "capsule-*.wasm")) // the pattern is right
	if len(files) != 1 {
		return fmt.Sprintf("(%d wasm files)", len(files))
	}
	wasm, err := os.ReadFile(files[0])
	if err != nil {
		return err.Error()
	}
	compiler := "standard Go"
	if bytes.Contains(wasm[:min(len(wasm), 1<<16)], []byte("wasi_snapshot_preview1")) {
		compiler = "TinyGo"
	}
	size, err := os.Stat(files[0] + ".br")
	if err != nil {
		return compiler + ", not compressed"
	}
	return fmt.Sprintf("by %s, wasm %.1f KB brotli", compiler, float64(size.Size())/1e3)
}

func program() string {
	path, err := browser()
	if err != nil {
		return err.Error()
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		return path
	}
	name, _, _ := strings.Cut(strings.TrimSpace(string(out)), " built")
	return name
}

func machine() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("%s, %d cores", runtime.GOARCH, runtime.NumCPU())
	}
	model := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(text)
	if model == nil {
		model = [][]byte{nil, []byte(runtime.GOARCH)}
	}
	return fmt.Sprintf("%s, %d cores", model[1], runtime.NumCPU())
}

// load is the machine's load average over a minute.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg") // elsewhere than on Linux there is none
	first, _, _ := strings.Cut(string(text), " ")
	return cmp.Or(first, "unknown")
}
