package view

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

type imageRow struct {
	Container string
	ImageID   string
	Size      int
	Tags      []string          `json:",omitempty"`
	Labels    map[string]string `json:"-"`
}

func imageRows() []imageRow {
	return []imageRow{
		{Container: "demo_web_1", ImageID: "4f4fb700ef54", Size: 5, Tags: []string{"a", "b"}},
		{Container: "demo_数据_1", ImageID: "8c5e", Size: 1234567, Labels: map[string]string{"b": "2", "a": "<1>\t"}},
	}
}

func tableOf[R any](t *testing.T, format string, columns []string, rows []R) string {
	t.Helper()
	var b bytes.Buffer
	if err := Table(Options{Out: &b}, format, columns, rows); err != nil {
		t.Fatalf("%q: %v", format, err)
	}
	return b.String()
}

func TestATableHasHeadingsAndAlignedColumns(t *testing.T) {
	columns := []string{"Container", "ImageID", "Size", "Tags", "Labels"}
	want := "" +
		"CONTAINER     IMAGE ID       SIZE      TAGS      LABELS\n" +
		"demo_web_1    4f4fb700ef54   5         a, b\n" +
		"demo_数据_1   8c5e           1234567             a=<1> ,b=2\n"
	for _, format := range []string{"", "table", "table "} {
		if got := tableOf(t, format, columns, imageRows()); got != want {
			t.Errorf("%q: got\n%s", format, got)
		}
	}
}

func TestATableWithoutRowsHasHeadings(t *testing.T) {
	if got := tableOf(t, "", []string{"Name", "CreatedAt"}, []map[string]any{}); got != "NAME      CREATED AT\n" {
		t.Errorf("got %q", got)
	}
}

func TestRowsAreShownInTheRequestedFormat(t *testing.T) {
	maps := []map[string]any{
		{"Name": "web", "Ports": []string{"80/tcp", "53/udp"}, "State": "Up <1>"},
		{"Name": "db", "Ports": []string{}, "State": nil},
	}
	for format, want := range map[string]string{
		"json": `{"Name":"web","Ports":["80/tcp","53/udp"],"State":"Up <1>"}
{"Name":"db","Ports":[],"State":null}
`,
		"{{.Name}}":                                              "web\ndb\n",
		`{{.Name}}\t{{join .Ports "+"}}`:                         "web\t80/tcp+53/udp\ndb\t\n",
		"{{upper .Name}} {{json .Ports}}":                        "WEB [\"80/tcp\",\"53/udp\"]\nDB []\n",
		`{{title .Name}}{{pad .Name 1 2}}|`:                      "Web web  |\nDb db  |\n",
		`table {{truncate .Name 1}}\t{{cell .Ports}}`:            "NAME      PORTS\nw         80/tcp, 53/udp\nd\n",
		"{{truncate .Name 2}}":                                   "we\ndb\n",
		`{{index (split .Name "e") 0}}`:                          "w\ndb\n",
		"{{println .Name}}":                                      "web\n\ndb\n\n",
		"table {{.Name}}\t{{.State | json}}":                     "NAME      STATE\nweb       \"Up <1>\"\ndb        null\n",
		`table {{lower .Name}}\t{{join .Ports ","}}`:             "NAME      PORTS\nweb       80/tcp,53/udp\ndb\n",
		`table {{join (split .Name "") "-"}}\t{{pad .Name 2 0}}`: "NAME        NAME\nw-e-b       web\nd-b         db\n",
	} {
		if got := tableOf(t, format, []string{"Name", "Ports", "State"}, maps); got != want {
			t.Errorf("%s: got\n%q, want\n%q", format, got, want)
		}
	}
}

func TestTruncateKeepsCharactersWhole(t *testing.T) {
	want := "demo_w\ndemo_数\n"
	if got := tableOf(t, "{{truncate .Container 6}}", nil, imageRows()); got != want {
		t.Errorf("got %q", got)
	}
}

func TestATemplateThatTakesHeadingsApartHasNoHeadings(t *testing.T) {
	if got := tableOf(t, `table {{index (split .Container "_") 1}}`, nil, imageRows()); got != "web\n数据\n" {
		t.Errorf("got %q", got)
	}
	if got := tableOf(t, `table {{json .}}`, []string{"Name"}, []map[string]string{{"Name": "web"}}); got != `{"Name":"web"}`+"\n" {
		t.Errorf("got %q", got)
	}
}

func TestAnInvalidTemplateIsAnErrorThatListsTheFields(t *testing.T) {
	for format, part := range map[string]string{
		"{{.Nme}}":          "Nme",
		"table {{.Nme}}":    "Nme",
		"{{.Name":           "unclosed action",
		"{{nope .Name}}":    `"nope" not defined`,
		`{{join .Name ""}}`: "expected []string",
		"{{json .Pipe}}":    "unsupported type",
	} {
		var b bytes.Buffer
		err := Table(Options{Out: &b}, format, []string{"Name"}, []map[string]any{{"Name": "web", "Pipe": make(chan int)}})
		var bad *FormatError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got %v", format, err)
			continue
		}
		if got := strings.Join(bad.Hints(), ""); got != "fields are Name, Pipe" {
			t.Errorf("%s: hints are %q", format, got)
		}
		if b.Len() > 0 {
			t.Errorf("%s: half a table: %q", format, b.String())
		}
	}
	err := Table(Options{Out: &bytes.Buffer{}}, "{{.Nme}}", nil, imageRows())
	var bad *FormatError
	if !errors.As(err, &bad) || bad.Hints()[0] != "fields are Container, ImageID, Size, Tags, Labels" {
		t.Errorf("got %v", err)
	}
}

func TestAnUnknownFormatIsAnError(t *testing.T) {
	err := Table(Options{Out: &bytes.Buffer{}}, "yaml", []string{"Name"}, imageRows())
	if err == nil || err.Error() != `format can be table, json or a Go template, not "yaml"` {
		t.Errorf("got %v", err)
	}
}

func TestTheTitlesOfATableMayBeAnything(t *testing.T) {
	title := "A\x1b[2J}}{{\"\\n\nB"
	var b strings.Builder
	if err := Table(Options{Out: &b}, "table", []string{title, "C"}, []map[string]string{{title: "1\r", "C": "2"}}); err != nil {
		t.Fatal(err)
	}
	if want := "A}}{{\"\\N?B   C\n1?           2\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
