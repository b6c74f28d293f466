package view_test

import (
	"bytes"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/view"
)

func matrixOn(width int, color string) string {
	var b bytes.Buffer
	o := view.Options{Out: &b, OutIsTerminal: width > 0, Color: color, Size: func() (int, int) { return width, 24 }}
	names := []string{"db", "web", "worker"}
	err := view.Matrix(o, "FROM \\ TO", names, names, func(i, j int) view.Cell {
		switch {
		case i == j:
			return view.Cell{}
		case i+j == 3:
			return view.Cell{Text: "LEAK", Style: view.Bad}
		}
		return view.Cell{Text: "yes", Style: view.Good}
	})
	if err != nil {
		panic(err)
	}
	return b.String()
}

func TestAMatrixHasNamesOnBothSides(t *testing.T) {
	want := "FROM \\ TO  db   web   worker\n" +
		"db              yes   yes\n" +
		"web        yes        LEAK\n" +
		"worker     yes  LEAK\n"
	for name, got := range map[string]string{"file": matrixOn(0, "auto"), "screen": matrixOn(80, "never")} {
		if got != want {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

func TestAMatrixTooWideForTheTerminalHasNumbers(t *testing.T) {
	want := "FROM \\ TO  1    2     3\n" +
		"1 db            yes   yes\n" +
		"2 web      yes        LEAK\n" +
		"3 worker   yes  LEAK\n"
	if got := matrixOn(26, "never"); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestColoursDoNotWidenColumns(t *testing.T) {
	want := "FROM \\ TO  db   web   worker\n" +
		"db              \x1b[32myes\x1b[0m   \x1b[32myes\x1b[0m\n" +
		"web        \x1b[32myes\x1b[0m        \x1b[31m\x1b[1mLEAK\x1b[0m\n" +
		"worker     \x1b[32myes\x1b[0m  \x1b[31m\x1b[1mLEAK\x1b[0m\n"
	if got := matrixOn(80, "always"); got != want {
		t.Errorf("got\n%q", got)
	}
}
