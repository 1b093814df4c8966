package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// browsers are the oldest that style sheets and pages' scripts are written for.
var browsers = []api.Engine{
	{Name: api.EngineChrome, Version: "87"},
	{Name: api.EngineFirefox, Version: "78"},
	{Name: api.EngineSafari, Version: "14"},
}

// lower puts a style sheet into the words of the oldest browsers, and as few
// bytes as it takes. Name is for errors.
func lower(name string, sheet []byte) (string, error) {
	css := api.Transform(string(sheet), api.TransformOptions{
		Loader:            api.LoaderCSS,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		Engines:           browsers,
		LogLevel:          api.LogLevelSilent,
	})
	return strings.TrimSpace(string(css.Code)), failure(name, css.Errors)
}

// parts of the panel's style sheet. Where two rules weigh the same, the later
// one holds.
var parts = []string{"panel", "header", "conversation", "status", "notice", "form", "composer", "media"}

// panelSheet is the panel's style sheet made of its parts in a folder, as it is
// compiled into the program.
func panelSheet(folder string) ([]byte, error) {
	var all bytes.Buffer
	for _, part := range parts {
		text, err := os.ReadFile(filepath.Join(folder, part+".css"))
		if err != nil {
			return nil, err
		}
		all.Write(text)
	}
	sheet, err := lower("the panel's style", all.Bytes())
	return []byte(sheet + "\n"), err
}

// writeSheet brings the sheet in a folder up to date with its parts, and leaves
// it alone when it is: what is compiled from it would be compiled anew.
func writeSheet(folder string) error {
	sheet, err := panelSheet(folder)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, "panel.min.css")
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, sheet) {
		return nil
	}
	return os.WriteFile(name, sheet, 0o644) // #nosec G306 -- a source like its parts
}
