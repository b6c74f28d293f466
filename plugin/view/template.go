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

// parse reads a template with the functions of docker's formats. A field that
// rows don't have is an error.
func parse(text string) (*template.Template, error) {
	return templates.New("").Option("missingkey=error").Funcs(functions()).Parse(text)
}

// functions are those that docker's formats lack or do not have as they are
// needed here: its truncate counts bytes and leaves half a character.
func functions() template.FuncMap {
	return template.FuncMap{"cell": cell, "truncate": truncate}
}

// headingFunctions leave a heading what it is. Docker's do, but for a list:
// its split gives a string, of which index takes a byte. Here it gives a list
// that has the heading alone, which join takes too.
func headingFunctions() template.FuncMap {
	f := maps.Clone(templates.HeaderFunctions)
	f["cell"] = func(heading string) string { return heading }
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

// cell shows a value in a column: lists with commas, maps as a=1,b=2, nothing
// for nil, all on one line.
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
		return clean(strings.Join(s, ", "))
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
