package app

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A file is a configuration file, read: TOML, since people write it by hand
// and comment it, through a library that tells the line of what is wrong.
type file struct {
	path     string
	values   map[string]string // by the name of a flag
	profiles []map[string]string
	lines    map[string]int // of "origin" or of "profile.0.origins"
}

// readFile reads the file at path. Its errors begin with path and line.
func readFile(path string) (*file, error) {
	text, err := os.ReadFile(path) // #nosec G304 -- the operator names it with -config
	if err != nil {
		var at *os.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &file{path: path, values: map[string]string{}, lines: keyLines(text)}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, _ := at.Position()
			return nil, fmt.Errorf("%s:%d: %s", path, row, strings.TrimPrefix(at.Error(), "toml: "))
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		v := tree[key]
		if key == "profile" {
			list, ok := v.([]any)
			if !ok {
				errs = append(errs, f.wrong("profile", errors.New("write each profile as [[profile]]")))
			}
			for i, p := range list {
				errs = append(errs, f.addProfile(i, p))
			}
			continue
		}
		s, err := asText(v)
		if err != nil {
			errs = append(errs, f.wrong(key, err))
		}
		f.values[key] = s
	}
	return f, errors.Join(errs...)
}

func (f *file) addProfile(i int, v any) error {
	members, ok := v.(map[string]any)
	if !ok {
		return f.wrong("profile", errors.New("write each profile as [[profile]]"))
	}
	p := map[string]string{}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(members)) {
		v := members[key]
		s, err := asText(v)
		if err != nil {
			errs = append(errs, f.wrong(profileKey(i, key), err))
		}
		p[key] = s
	}
	f.profiles = append(f.profiles, p)
	return errors.Join(errs...)
}

func profileKey(i int, key string) string { return fmt.Sprintf("profile.%d.%s", i, key) }

// fill sets the flags that are not given from f.
func (f *file) fill(fs *flag.FlagSet, given map[string]bool) error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(f.values)) {
		into := fs.Lookup(key)
		switch {
		case into == nil, !slices.Contains(texts, key) && !slices.Contains(truths, key):
			errs = append(errs, f.wrong(key, errors.New("there is no such setting (see -h)")))
		case key == "config", key == "check":
			errs = append(errs, f.wrong(key, errors.New("belongs on the command line")))
		case given[key]:
			delete(f.values, key)
		case into.Value.Set(f.values[key]) != nil:
			errs = append(errs, f.wrong(key, fmt.Errorf("%q is neither true nor false", f.values[key])))
		}
	}
	return errors.Join(errs...)
}

// place is err with file and line for every flag whose value came from f.
func (f *file) place(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, e := range joined.Unwrap() {
			errs = append(errs, f.place(e))
		}
		return errors.Join(errs...)
	}
	var w *wrongFlag
	if errors.As(err, &w) {
		if _, ours := f.values[w.name]; ours {
			return f.wrong(w.name, w.err)
		}
	}
	return err
}

// A findingError is one thing that is wrong with a file.
type findingError struct {
	path string
	line int // 0: unknown
	key  string
	err  error
}

func (e *findingError) Unwrap() error { return e.err }

func (e *findingError) Error() string {
	at := e.path
	if e.line > 0 {
		at += ":" + strconv.Itoa(e.line)
	}
	return at + ": " + e.key + ": " + e.err.Error()
}

// wrong says where key is in the file, and what is wrong with it.
func (f *file) wrong(key string, err error) error {
	line := f.lines[key]
	if line == 0 && strings.HasPrefix(key, "profile.") {
		// A key that is missing: the header of its profile is the place.
		if line = f.lines[key[:strings.LastIndexByte(key, '.')]]; line == 0 {
			line = f.lines["profile"] // all of them in one line
		}
	}
	name := key
	if rest, ok := strings.CutPrefix(key, "profile."); ok {
		_, name, _ = strings.Cut(rest, ".")
	}
	return &findingError{f.path, line, name, err}
}

// inOrder joins errs, what they have joined taken apart: by line those that are
// about a file, and after them the rest.
func inOrder(errs []error) error {
	var flat []error
	var take func([]error)
	take = func(errs []error) {
		for _, err := range errs {
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				take(joined.Unwrap())
			} else if err != nil {
				flat = append(flat, err)
			}
		}
	}
	take(errs)
	line := func(err error) int {
		var f *findingError
		if errors.As(err, &f) {
			return f.line
		}
		return math.MaxInt
	}
	slices.SortStableFunc(flat, func(a, b error) int { return cmp.Compare(line(a), line(b)) })
	return errors.Join(flat...)
}

// asText is a TOML value as the flag of its name would be written.
func asText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return "", errors.New("a list may hold texts only")
			}
			items[i] = s
		}
		return strings.Join(items, ","), nil
	}
	return "", errors.New("neither a text, a number, true or false, nor a list of texts")
}

// keyLines finds the line of every key, which the decoder keeps to itself. A
// text that is no TOML gives what comes before the mistake.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	table, profiles := "", 0
	for p.NextExpression() {
		e := p.Expression()
		var parts []string
		line := 0
		for it := e.Key(); it.Next(); {
			n := it.Node()
			if line == 0 {
				line = p.Shape(n.Raw).Start.Line
			}
			parts = append(parts, string(n.Data))
		}
		key := strings.Join(parts, ".")
		switch e.Kind {
		case unstable.ArrayTable:
			if table = key; key == "profile" {
				table = "profile." + strconv.Itoa(profiles)
				profiles++
			}
			lines[table] = line
		case unstable.Table:
			table = key
			if rest, ok := strings.CutPrefix(key, "profile."); ok && profiles > 0 {
				table = profileKey(profiles-1, rest)
			}
			lines[table] = line
		case unstable.KeyValue:
			if table != "" {
				key = table + "." + key
			}
			if lines[key] == 0 {
				lines[key] = line
			}
		}
	}
	return lines
}
