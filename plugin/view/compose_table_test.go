package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The table is what docker-compose 1.29.2 prints for these containers.
func TestComposeTableLooksLikeThatOfDockerCompose(t *testing.T) {
	var b strings.Builder
	err := ComposeTable(&b, []string{"Name", "Command", "State", "Ports"}, [][]string{
		{"hver5_db_1", "sleep 1000", "Up", "5432/tcp"},
		{"hver5_job_1", "sh -c echo ran; exit 3", "Exit 3", ""},
		{"hver5_web_1", `sh -c trap "exit 0" TERM;  ...`, "Up", "0.0.0.0:32999->80/tcp"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `   Name                  Command               State            Ports        $
-----------------------------------------------------------------------------$
hver5_db_1    sleep 1000                       Up       5432/tcp             $
hver5_job_1   sh -c echo ran; exit 3           Exit 3                        $
hver5_web_1   sh -c trap "exit 0" TERM;  ...   Up       0.0.0.0:32999->80/tcp$
`
	if diff := cmp.Diff(want, strings.ReplaceAll(b.String(), "\n", "$\n")); diff != "" {
		t.Error(diff)
	}
}

func TestComposeTableIsSanitizedAndHasNoCellsWithoutAHeading(t *testing.T) {
	var b strings.Builder
	if err := ComposeTable(&b, []string{"A\x1b[1m"}, [][]string{{"b\nc", "no heading"}}); err != nil {
		t.Fatal(err)
	}
	if want := " A \n---\nb?c\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

func TestComposeTableWithoutRowsHasHeadings(t *testing.T) {
	var b strings.Builder
	if err := ComposeTable(&b, []string{"Name", "Command", "State", "Ports"}, nil); err != nil {
		t.Fatal(err)
	}
	want := "Name   Command   State   Ports\n------------------------------\n"
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}
