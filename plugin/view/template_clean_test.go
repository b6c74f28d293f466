package view

import (
	"strings"
	"testing"
)

func TestATemplatePrintsItsOwnTextAsItIsAndValuesClean(t *testing.T) {
	type inner struct{ Word string }
	type row struct {
		Name   string
		Count  int
		Names  []string
		Labels map[string]string
		Inners []inner
	}
	rows := []row{{
		Name: "a\x1b[2Jb\u202e", Count: 2, Names: []string{"c\rd", "e"},
		Labels: map[string]string{"f": "g\nh"}, Inners: []inner{{"i\u009bj"}},
	}}
	for format, want := range map[string]string{
		"{{.Name}}":                                        "ab?",
		"\x1b[1m{{.Name}}\x1b[0m":                          "\x1b[1mab?\x1b[0m",
		"{{range .Names}}{{.}}{{`\n`}}{{end}}":             "c?d\ne\n",
		"{{join .Names `\n`}}":                             "c?d\ne",
		`{{printf "%s\t%d" .Name .Count}}`:                 "ab?\t2",
		"{{.Labels}}":                                      "map[f:g?h]",
		"{{.Labels.f}}":                                    "g?h",
		`{{index .Labels "f"}}`:                            "g?h",
		`{{(index .Inners 0).Word}}`:                       "i?j",
		"{{.Inners}}":                                      "[{i?j}]",
		"{{.}}":                                            "{ab? 2 [c?d e] map[f:g?h] [{i?j}]}",
		"{{$x := .Name}}{{$x}}":                            "ab?",
		"{{range $i, $n := .Names}}{{$n}}{{end}}":          "c?de",
		"{{with .Name}}{{.}}{{end}}":                       "ab?",
		"{{if .Count}}{{.Name}}{{else}}{{end}}":            "ab?",
		"{{.Name | upper}}":                                "AB?",
		"{{truncate .Name 1}}":                             "a",
		"{{eq .Count 2}}":                                  "true",
		"{{len .Names}}":                                   "2",
		"{{json .Name}}":                                   `"a\u001b[2Jb\u202e"`,
		"{{.Labels | json}}":                               `{"f":"g\nh"}`,
		"{{json .Inners}}":                                 `[{"Word":"i\u009bj"}]`,
		`{{define "x"}}{{.Name}}{{end}}{{template "x" .}}`: "ab?",
		"table {{.Name}}":                                  "NAME\nab?",
		"table {{.Name | upper}}":                          "NAME\nAB?",
		"table {{json .Name}}":                             "NAME\n" + `"a\u001b[2Jb\u202e"`,
	} {
		var b strings.Builder
		if err := Table(Options{Out: &b}, format, nil, rows); err != nil {
			t.Errorf("%s: %v", format, err)
		} else if b.String() != want+"\n" {
			t.Errorf("%s: got %q, want %q", format, b.String(), want)
		}
	}
	if rows[0].Name != "a\x1b[2Jb\u202e" || rows[0].Names[0] != "c\rd" || rows[0].Labels["f"] != "g\nh" {
		t.Errorf("the rows have changed: %+v", rows)
	}
}
