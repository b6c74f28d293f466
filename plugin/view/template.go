package view

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"
)

// functions are those that docker's own --format has, and cell, which shows
// whatever a field holds in one column.
func functions() template.FuncMap {
	return template.FuncMap{
		"json":     toJSON,
		"split":    strings.Split,
		"join":     join,
		"title":    title,
		"lower":    strings.ToLower,
		"upper":    strings.ToUpper,
		"pad":      pad,
		"truncate": truncate,
		"cell":     cell,
	}
}

// headingFunctions leave a heading what it is. Those that take a list apart
// and put it together again get one that has the heading alone.
func headingFunctions() template.FuncMap {
	same := func(heading any, _ ...any) any { return heading }
	f := template.FuncMap{}
	for name := range functions() {
		f[name] = same
	}
	f["pad"] = pad
	f["split"] = func(heading, _ string) []string { return []string{heading} }
	f["join"] = func(heading any, separator string) (string, error) {
		if s, ok := heading.(string); ok {
			return s, nil
		}
		return join(heading, separator)
	}
	return f
}

func toJSON(v any) (string, error) {
	var b bytes.Buffer
	if err := newEncoder(&b).Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}

// join puts the elements of any list together.
func join(list any, separator string) (string, error) {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return "", fmt.Errorf("join takes a list, not %T", list)
	}
	parts := make([]string, v.Len())
	for i := range parts {
		parts[i] = fmt.Sprint(v.Index(i).Interface())
	}
	return strings.Join(parts, separator), nil
}

// title begins every word with a capital.
func title(s string) string {
	before := ' '
	return strings.Map(func(r rune) rune {
		defer func() { before = r }()
		if unicode.IsSpace(before) {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}

// pad puts spaces around text that is not empty.
func pad(s string, before, after int) string {
	if s == "" {
		return ""
	}
	return strings.Repeat(" ", max(before, 0)) + s + strings.Repeat(" ", max(after, 0))
}

// truncate keeps the first n characters.
func truncate(s string, n int) string {
	if n < 0 || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// cell shows a value in a column: lists with commas, maps as a=1,b=2, nothing
// for nil, all on one line.
func cell(value any) string {
	v := reflect.ValueOf(value)
	switch {
	case value == nil:
		return ""
	case v.Kind() == reflect.Slice:
		s, _ := join(value, ", ")
		return clean(s)
	case v.Kind() == reflect.Map:
		pairs := map[string]string{}
		for _, k := range v.MapKeys() {
			pairs[fmt.Sprint(k)] = fmt.Sprint(v.MapIndex(k))
		}
		var s []string
		for _, k := range slices.Sorted(maps.Keys(pairs)) {
			s = append(s, k+"="+pairs[k])
		}
		return clean(strings.Join(s, ","))
	}
	return clean(fmt.Sprint(value))
}
