package spec_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/compose/spec"
)

// The list of keys in README.md is that of Keys.
func TestREADMEListsEveryKey(t *testing.T) {
	const begin, end = "<!-- keys -->\n", "<!-- end of keys -->\n"
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	list, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("README.md has no place for the keys")
	}
	want := keyList()
	if list == want {
		return
	}
	if !golden.Updating() {
		t.Fatalf("README.md lists other keys: go test ./compose/spec -update\n%s", want)
	}
	if err := os.WriteFile("README.md", []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// keyList is a table with a row for each part of a file, and a list of what is not carried
// out.
func keyList() string {
	var parts []string
	carried, others := map[string][]string{}, []string{}
	for _, k := range spec.Keys() {
		i := strings.LastIndex(k.Path, ".")
		part, name := k.Path[:i+1], k.Path[i+1:]
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
		if k.Why == "" {
			carried[part] = append(carried[part], "`"+name+"`")
		} else {
			others = append(others, fmt.Sprintf("- `%s` %s\n", k.Path, k.Why))
		}
	}
	var b strings.Builder
	b.WriteString("| of | carried out |\n|---|---|\n")
	for _, part := range parts {
		name := strings.TrimSuffix(part, ".")
		if name == "" {
			name = "the file"
		}
		slices.Sort(carried[part])
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, strings.Join(carried[part], " "))
	}
	b.WriteString("\n")
	for _, line := range others {
		b.WriteString(line)
	}
	return b.String()
}
