package standin

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
)

// A field is one property of a request. The zero type takes anything.
type field struct {
	name     string
	kind     string // "string", "boolean", "number", "object", "array"
	optional bool
	fields   []field // of an object, or of each object of an array
	open     bool    // an object may have other properties
}

// required fields are strings unless told otherwise.
func text(name string) field { return field{name: name, kind: "string"} }

func maybe(name string) field { return field{name: name, kind: "string", optional: true} }

// schema checks a request as routes with an ajv schema do: the first
// violation is told, and scalars are coerced in place.
func schema(d doc, fields []field) error {
	for _, f := range fields {
		if _, ok := d[f.name]; !ok && !f.optional {
			return invalid("must have required property '" + f.name + "'")
		}
	}
	for _, k := range sortedKeys(d) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == k })
		if i < 0 {
			return invalid("must NOT have additional properties")
		}
		v, err := coerce(d[k], fields[i])
		if err != nil {
			return err
		}
		d[k] = v
	}
	return nil
}

func invalid(reason string) error {
	return &problem{kind: schemaError, code: "invalid-params", reason: reason}
}

func coerce(v any, f field) (any, error) {
	switch f.kind {
	case "string":
		switch x := v.(type) {
		case string:
			return x, nil
		case float64, bool:
			return fmt.Sprint(x), nil
		case nil:
			return "", nil
		}
	case "boolean":
		switch x := v.(type) {
		case bool:
			return x, nil
		case string:
			if x == "true" || x == "false" {
				return x == "true", nil
			}
		}
	case "number":
		switch x := v.(type) {
		case float64:
			return x, nil
		case string:
			if n, err := strconv.ParseFloat(x, 64); err == nil && !math.IsInf(n, 0) {
				return n, nil
			}
		}
	case "object":
		if d, ok := v.(doc); ok {
			if f.open {
				return d, nil
			}
			return d, schema(d, f.fields)
		}
	case "array":
		if list, ok := v.([]any); ok {
			for _, item := range list {
				if d, ok := item.(doc); ok && f.fields != nil {
					if err := schema(d, f.fields); err != nil {
						return nil, err
					}
				}
			}
			return list, nil
		}
	default:
		return v, nil
	}
	return nil, invalid("must be " + f.kind)
}

// match checks a value as Meteor's check() does.
func match(v any, f field, path string) error {
	if got := kindOf(v); f.kind != "" && got != f.kind {
		return mismatch(fmt.Sprintf("Expected %s, got %s", f.kind, got), path)
	}
	switch v := v.(type) {
	case doc:
		if f.open || f.kind != "object" {
			return nil
		}
		for _, k := range sortedKeys(v) {
			i := slices.IndexFunc(f.fields, func(f field) bool { return f.name == k })
			if i < 0 {
				return mismatch("Unknown key", join(path, k))
			}
			if err := match(v[k], f.fields[i], join(path, k)); err != nil {
				return err
			}
		}
		for _, sub := range f.fields {
			if _, ok := v[sub.name]; !ok && !sub.optional {
				return mismatch("Missing key '"+sub.name+"'", path)
			}
		}
	case []any:
		for i, item := range v {
			if f.fields == nil {
				continue
			}
			one := field{kind: "object", fields: f.fields, open: f.open}
			if err := match(item, one, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func mismatch(text, path string) error {
	text = "Match error: " + text
	if path != "" {
		text += " in field " + path
	}
	return &problem{kind: matchError, code: 400, reason: text, path: path}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64, json.Number:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func sortedKeys(d doc) []string {
	keys := make([]string, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
