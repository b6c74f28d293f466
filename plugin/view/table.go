package view

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"
)

// Table writes to Options.Out rows, which are structs or maps with string keys, in one of these
// formats:
//
//	table           the given columns under headings; the empty format is table too
//	json            an object for each row, one a line
//	TEMPLATE        a Go template for each row, with the functions of docker's formats
//	table TEMPLATE  the same in columns, separated by tabs (or \t)
//
// A column is the name of a field, and its heading is that name in capitals:
// ImageID becomes IMAGE ID. The error is a *FormatError or that of
// Options.Out.
//
// The template functions are docker's, but its formatter does not fit: it leaves
// spaces at the end of lines, prints half a heading where a template cannot have
// one, does not name the fields, and depends on the engine's types.
func Table[R any](o Options, format string, columns []string, rows []R) error {
	if format == "json" {
		enc := newEncoder(o.Out)
		for _, r := range rows {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	text, table := strings.CutPrefix(format, "table ")
	text = strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(strings.TrimSpace(text))
	if text == "" || text == "table" {
		fields := make([]string, len(columns))
		for i, c := range columns {
			fields[i] = "{{cell " + field[R](c) + "}}"
		}
		text, table = strings.Join(fields, "\t"), true
	}
	if !strings.Contains(text, "{{") {
		return fmt.Errorf("format can be table, json or a Go template, not %q", format)
	}
	fields := fieldsOf[R](columns, rows)
	t, err := parseTemplate(text)
	if err != nil {
		return &FormatError{Err: err, Fields: fields}
	}
	var b bytes.Buffer
	if table {
		head(&b, t, fields)
	}
	for _, r := range rows {
		if err := t.Execute(&b, r); err != nil {
			return &FormatError{Err: err, Fields: fields}
		}
		b.WriteByte('\n')
	}
	text = b.String()
	if table {
		text = fitted(text, o.outWidth(), o.Prefix)
	}
	_, err = io.WriteString(o.Out, text)
	return err
}

// FormatError says that rows cannot be shown in the requested format.
type FormatError struct {
	Err    error
	Fields []string // of the rows
}

func (e *FormatError) Error() string {
	return "format: " + strings.TrimPrefix(e.Err.Error(), "template: ")
}
func (e *FormatError) Unwrap() error { return e.Err }

// Hints lists the fields that a template may use.
func (e *FormatError) Hints() []string {
	return []string{"fields are " + strings.Join(e.Fields, ", ")}
}

// head writes the headings: the template, with the name of every field as its
// value. A template for which that fails, because it takes values apart, has no
// headings.
func head(b *bytes.Buffer, t *template.Template, fields []string) {
	names := map[string]string{}
	for _, f := range fields {
		names[f] = sanitize(heading(f))
	}
	var line bytes.Buffer
	if t, err := t.Clone(); err == nil && t.Funcs(headingFunctions()).Execute(&line, names) == nil {
		b.Write(line.Bytes())
		b.WriteByte('\n')
	}
}

// field is how a template asks a row for a column. The keys of maps may be
// anything: the titles of top are the engine's.
func field[R any](column string) string {
	if reflect.TypeFor[R]().Kind() == reflect.Map {
		return "(index . " + strconv.Quote(column) + ")"
	}
	return "." + column
}

// heading turns ImageID into IMAGE ID.
func heading(field string) string {
	var b strings.Builder
	var last rune
	for _, r := range field {
		if unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
		last = r
	}
	return b.String()
}

// fieldsOf lists all fields that a template may use.
func fieldsOf[R any](columns []string, rows []R) []string {
	row := reflect.TypeFor[R]()
	switch row.Kind() {
	case reflect.Struct:
		var fields []string
		for _, f := range reflect.VisibleFields(row) {
			if f.IsExported() {
				fields = append(fields, f.Name)
			}
		}
		return fields
	case reflect.Map:
		found := map[string]bool{}
		for _, c := range columns {
			found[c] = true
		}
		for _, r := range rows {
			for _, k := range reflect.ValueOf(r).MapKeys() {
				found[fmt.Sprint(k)] = true
			}
		}
		return slices.Sorted(maps.Keys(found))
	}
	return columns
}
