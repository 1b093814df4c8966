// Command pack makes assets/dist out of the sources beside it and the compiled
// wasm: a complete static site, which the server embeds and any static host
// can publish as it is.
//
// Names that carry a hash of their content may be cached for ever. The loader
// carries the hash of every file it will ask for. All addresses are relative
// to the loader's own, so the folder works under any path.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// options say where things are. Paths are relative to the working directory.
type options struct {
	Wasm   string // the compiled program
	Exec   string // wasm_exec.js; "" asks the toolchain that built Wasm
	Assets string // the folder with loader, locale and pages
	Dist   string // the folder to write
	Cache  string // where compressed copies are kept between runs
	Server string // address of Capsule's server for tags without data-server
}

func main() {
	var o options
	flag.StringVar(&o.Wasm, "wasm", ".bin/capsule.wasm", "the compiled `file`")
	flag.StringVar(&o.Exec, "exec", "", "wasm_exec.js `file`; by default that of the toolchain that built the wasm")
	flag.StringVar(&o.Assets, "assets", "assets", "`folder` with loader, locale and pages")
	flag.StringVar(&o.Dist, "out", "assets/dist", "`folder` to write; what pack did not write is removed from it")
	flag.StringVar(&o.Cache, "cache", ".bin/cache", "`folder` to keep compressed copies in")
	flag.StringVar(&o.Server, "server", os.Getenv("CAPSULE_SERVER"), "`address` of Capsule's server, for script tags without data-server")
	style := flag.String("style", "", "make the panel's style sheet in this `folder` and nothing else")
	flag.Parse()
	do := func() error { return pack(o, os.Stdout) }
	if *style != "" {
		do = func() error { return writeSheet(*style) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// pack writes o.Dist and prints a table of sizes. Equal inputs give equal
// bytes.
func pack(o options, out io.Writer) error {
	began := time.Now()
	wasm, err := os.ReadFile(o.Wasm)
	if err != nil {
		return fmt.Errorf("read the wasm (run ./build.sh wasm first): %w", err)
	}
	if o.Exec == "" {
		if o.Exec, err = execFile(wasm); err != nil {
			return err
		}
	}
	s := &site{files: map[string]*file{}, cache: cache{dir: o.Cache}}
	program := s.addHashed("capsule.wasm", wasm)
	locales, err := addLocales(s, filepath.Join(o.Assets, "locale"))
	if err != nil {
		return err
	}
	loaders := filepath.Join(o.Assets, "loader")
	runtime, err := buildRuntime(filepath.Join(loaders, "runtime.js"), o.Exec, locales)
	if err != nil {
		return err
	}
	l := loader{
		dir:     loaders,
		server:  o.Server,
		wasm:    program,
		runtime: s.addHashed("runtime.js", runtime),
		locales: locales,
	}
	if types, err := os.ReadFile(filepath.Join(o.Assets, "capsule.d.ts")); err == nil {
		s.add("capsule.d.ts", types, false)
	}
	if err := s.compress(); err != nil {
		return err
	}
	// The loader comes last: it holds the hashes of all others, packed copies
	// included.
	version, body, err := l.build()
	if err != nil {
		return err
	}
	s.version = version
	s.add("capsule.js", body, false)
	s.add("capsule-"+version+".js", body, true)
	if err := addPages(s, filepath.Join(o.Assets, "pages")); err != nil {
		return err
	}
	if err := s.compress(); err != nil {
		return err
	}
	if err := s.write(o.Dist); err != nil {
		return err
	}
	s.table(out)
	fmt.Fprintf(out, "packed %s into %s in %.1fs\n", version, o.Dist, time.Since(began).Seconds())
	return nil
}

// execFile asks the toolchain that made wasm for its wasm_exec.js, since the
// two belong together.
func execFile(wasm []byte) (string, error) {
	tool, args, sub := "go", []string{"env", "GOROOT"}, filepath.Join("lib", "wasm", "wasm_exec.js")
	if madeByTinyGo(wasm) {
		tool, args, sub = "tinygo", []string{"env", "TINYGOROOT"}, filepath.Join("targets", "wasm_exec.js")
	}
	root, err := exec.Command(tool, args...).Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for wasm_exec.js (or name it with -exec): %w", tool, err)
	}
	return filepath.Join(strings.TrimSpace(string(root)), sub), nil
}
