package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// locale is one language the loader can offer. English has no file: it is
// inside the wasm.
type locale struct {
	file  *file
	label string
}

var launcherLabel = regexp.MustCompile(`(?m)^launcher\.open *= *(.*\S)`)

// addLocales adds every catalog but the English one, under hashed names.
// Comments and blank lines are for translators and stay behind.
func addLocales(s *site, dir string) (map[string]locale, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	list := map[string]locale{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		tag := strings.ToLower(strings.TrimSuffix(filepath.Base(name), ".txt"))
		var l locale
		if m := launcherLabel.FindSubmatch(text); m != nil {
			l.label = string(m[1])
		}
		if tag != "en" {
			l.file = s.addHashed("locale-"+tag+".txt", plainCatalog(text))
		}
		list[tag] = l
	}
	return list, nil
}

func plainCatalog(text []byte) []byte {
	var b bytes.Buffer
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			b.WriteString(line + "\n")
		}
	}
	return b.Bytes()
}

// addPages adds the pages as they are: they are there to be read.
func addPages(s *site, dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return nil // a site without pages is still a widget
	}
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || types[filepath.Ext(name)] == "" {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		if s.files[filepath.ToSlash(rel)] != nil {
			return fmt.Errorf("page %s has the name of another file", rel)
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s.add(filepath.ToSlash(rel), body, false)
		return nil
	})
}
