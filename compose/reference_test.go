package compose

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const referencePage = "compose-v1.md"

var (
	heading = regexp.MustCompile(`(?m)^#+ ([0-9]+(?:\.[0-9]+)?)\.? `)
	// citation is the page's name with what follows it; where that is the number
	// of a section the first group has it.
	citation = regexp.MustCompile(`compose-v1\.md(?:,? (?:section )?([0-9]+(?:\.[0-9]+)?))?`)
	crossing = regexp.MustCompile(`section\s+([0-9]+(?:\.[0-9]+)?)`)
	margin   = regexp.MustCompile(`\n\s*(?://)?\s*`)
)

// sections are the numbers of the page's sections.
func sections(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range heading.FindAllStringSubmatch(string(data), -1) {
		found = append(found, m[1])
	}
	return found
}

func TestEveryCitationNamesASectionOfThePage(t *testing.T) {
	sections := sections(t)
	cited := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, d.Name()) {
			return filepath.SkipDir
		}
		ext := filepath.Ext(path)
		if ext != ".go" && ext != ".md" || d.Name() == referencePage || d.Name() == "reference_test.go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range citation.FindAllStringSubmatch(margin.ReplaceAllString(string(data), " "), -1) {
			if ext == ".md" && m[1] == "" {
				continue // a link to the page
			}
			cited++
			if !slices.Contains(sections, m[1]) {
				t.Errorf("%s cites %q, which is no section", path, m[0])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cited == 0 {
		t.Error("nobody cites the page")
	}
}

func TestThePageLeadsToItsOwnSections(t *testing.T) {
	data, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	sections := sections(t)
	for _, m := range crossing.FindAllStringSubmatch(string(data), -1) {
		if !slices.Contains(sections, m[1]) {
			t.Errorf("%q is no section", m[0])
		}
	}
}

func TestEveryMistakeOfTheOldToolsHasACase(t *testing.T) {
	data, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(data), "\n## 4. ")
	rows := regexp.MustCompile(`(?m)^\| ([0-9]+) \|`).FindAllStringSubmatch(table, -1)
	if len(rows) < 60 {
		t.Errorf("section 4 has only %d rows", len(rows))
	}
	for _, row := range rows {
		number := strings.Repeat("0", max(0, 2-len(row[1]))) + row[1]
		if cases, _ := filepath.Glob("testdata/err/" + number + "-*.txtar"); len(cases) == 0 {
			t.Errorf("no case for row %s", row[1])
		}
	}
}
