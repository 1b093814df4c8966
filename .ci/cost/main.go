// Command cost says what each package costs in a compiled wasm: the bytes of
// the code of its functions. The file must still have its function names, so
// it is built without -s and -w (standard Go) or -no-debug (TinyGo). The
// import paths it may find in there are read from the standard input:
//
//	go list -deps ./wasm | cost [-n lines] file.wasm...
//
// Data is not divided by package, because a wasm does not say whose it is.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	n := flag.Int("n", 25, "how many packages to print")
	flag.Parse()
	list, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
	known := mangled(strings.Fields(string(list)))
	for _, name := range flag.Args() {
		file, err := os.ReadFile(name)
		if err == nil {
			err = report(os.Stdout, name, file, known, *n)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "cost:", name+":", err)
			os.Exit(1)
		}
	}
}

// report prints the n dearest packages of a wasm and the sum of the others.
func report(w io.Writer, name string, file []byte, known map[string]string, n int) error {
	m, err := parse(file)
	if err != nil {
		return err
	}
	if len(m.names) == 0 {
		return fmt.Errorf("no function names: build without -s and -w, or without -no-debug")
	}
	bytes := map[string]int{}
	for i, size := range m.code {
		bytes[packageOf(m.names[m.imports+i], known)] += size
	}
	packages := make([]string, 0, len(bytes))
	code := 0
	for p, size := range bytes {
		packages = append(packages, p)
		code += size
	}
	slices.SortFunc(packages, func(a, b string) int {
		if bytes[a] != bytes[b] {
			return bytes[b] - bytes[a]
		}
		return strings.Compare(a, b)
	})
	fmt.Fprintf(w, "%s: %d bytes of code in %d functions of %d packages, %d bytes of data\n", name, code, len(m.code), len(packages), m.data)
	rest := 0
	for i, p := range packages {
		if i >= n {
			rest += bytes[p]
			continue
		}
		fmt.Fprintf(w, "%9d  %4.1f%%  %s\n", bytes[p], 100*float64(bytes[p])/float64(code), p)
	}
	if rest > 0 {
		fmt.Fprintf(w, "%9d  %4.1f%%  %d others\n", rest, 100*float64(rest)/float64(code), len(packages)-n)
	}
	return nil
}

// mangled returns import paths by what standard Go's linker makes of them.
func mangled(paths []string) map[string]string {
	known := map[string]string{"main": "main"}
	for _, p := range paths {
		known[mangle(p)] = p
	}
	return known
}

func mangle(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
}

// packageOf returns the import path in a function's name as either compiler
// writes it: "a_b.F", "a_b._T_.M", "(*a/b.T).M", "a/b.F[c/d.T]". The code that
// TinyGo makes to call a method of an interface has the name of the interface's
// methods, in braces.
func packageOf(name string, known map[string]string) string {
	if strings.HasPrefix(name, "{") {
		return "(calls of interface methods)"
	}
	name = mangle(strings.TrimLeft(name, "(*[]"))
	found := "(compiler)"
	for i := range name {
		if name[i] != '.' {
			continue
		}
		if p, ok := known[name[:i]]; ok {
			found = p // the longest one counts
		}
	}
	return found
}
