package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// place is the statement in runtime.js that the toolchain's wasm_exec.js
// takes the place of.
const place = "      WASM_EXEC\n"

// madeByTinyGo tells the two compilers' programs apart by what they import:
// only TinyGo's scheduler asks to be woken by sleepTicks.
func madeByTinyGo(wasm []byte) bool {
	return bytes.Contains(wasm, []byte("runtime.sleepTicks"))
}

// buildRuntime puts wasm_exec.js, unchanged, into the middle of runtime.js
// and minifies the whole. CATALOGS becomes the names and hashes of the
// catalogs by language.
func buildRuntime(wrap, exec string, locales map[string]locale) ([]byte, error) {
	outer, err := os.ReadFile(wrap)
	if err != nil {
		return nil, err
	}
	inner, err := os.ReadFile(exec)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(outer), place); n != 1 {
		return nil, fmt.Errorf("%s has %d places for wasm_exec.js, want 1", wrap, n)
	}
	catalogs := map[string][]string{}
	for tag, l := range locales {
		if l.file != nil {
			catalogs[tag] = []string{l.file.name, hash(l.file.body)}
		}
	}
	define, err := json.Marshal(catalogs)
	if err != nil {
		return nil, err
	}
	result := api.Transform(strings.Replace(string(outer), place, string(inner)+"\n", 1), api.TransformOptions{
		Loader:            api.LoaderJS,
		Format:            api.FormatIIFE, // or what is defined becomes global
		Target:            api.ES2020,     // TinyGo's half has BigInt literals
		Define:            map[string]string{"CATALOGS": string(define)},
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		LogLevel:          api.LogLevelSilent,
	})
	return result.Code, failure("runtime.js", result.Errors)
}
