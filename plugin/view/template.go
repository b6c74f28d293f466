package view

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template"

	"github.com/docker/cli/templates"
)

// parseTemplate parses a template with the functions of docker's formats. A field that
// rows do not have is an error.
func parseTemplate(text string) (*template.Template, error) {
	t, err := templates.New("").Option("missingkey=error").Funcs(functions()).Parse(text)
	if err != nil {
		return nil, err
	}
	for _, part := range t.Templates() {
		cleanActions(part.Root)
	}
	return t, nil
}

// functions are added to docker's or replace them: docker's truncate counts
// bytes, so it can cut a character in half.
func functions() template.FuncMap {
	return template.FuncMap{"cell": cell, "truncate": truncate, "json": asJSON, cleanName: cleaned}
}

// headingFunctions leave headings as they are. Docker's do so too, except that
// split returns a string, and index then takes a byte of it. Here split returns a
// list of one heading, which join accepts.
func headingFunctions() template.FuncMap {
	f := maps.Clone(templates.HeaderFunctions)
	f["cell"] = func(heading string) string { return heading }
	f[cleanName] = func(heading any) any { return heading }
	f["split"] = func(heading, _ string) []string { return []string{heading} }
	f["join"] = func(heading any, separator string) (string, error) {
		switch h := heading.(type) {
		case string:
			return h, nil
		case []string:
			return strings.Join(h, separator), nil
		}
		return "", fmt.Errorf("%T is no heading", heading)
	}
	return f
}

// truncate keeps the first n characters.
func truncate(s string, n int) string {
	r := []rune(s)
	if n < 0 || len(r) <= n {
		return s
	}
	return string(r[:n])
}

// cell formats a value for a column, on one line: lists with commas, maps as
// a=1,b=2, nil as nothing.
func cell(value any) string {
	v := reflect.ValueOf(value)
	switch {
	case value == nil:
		return ""
	case v.Kind() == reflect.Slice:
		var s []string
		for i := range v.Len() {
			s = append(s, fmt.Sprint(v.Index(i)))
		}
		return sanitize(strings.Join(s, ", "))
	case v.Kind() == reflect.Map:
		pairs := map[string]string{}
		for _, k := range v.MapKeys() {
			pairs[fmt.Sprint(k)] = fmt.Sprint(v.MapIndex(k))
		}
		var s []string
		for _, k := range slices.Sorted(maps.Keys(pairs)) {
			s = append(s, k+"="+pairs[k])
		}
		return sanitize(strings.Join(s, ","))
	}
	return sanitize(fmt.Sprint(value))
}
