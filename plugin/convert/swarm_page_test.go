package convert

import (
	"os"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
)

func TestThePageOnSwarmsSaysOfEachKeyWhatBecomesOfIt(t *testing.T) {
	page, err := os.ReadFile("../../.github/SWARM.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "\n## Keys of the file\n")
	section, _, ends := strings.Cut(section, "\n## ")
	if !found || !ends {
		t.Fatal("it has no section of the keys")
	}
	told := map[string]string{}
	for _, line := range strings.Split(section, "\n") {
		key, rest, is := strings.Cut(strings.TrimPrefix(line, "| `"), "` | ")
		if !is || !strings.HasPrefix(line, "| `") {
			continue
		}
		if told[key] != "" {
			t.Errorf("%s stands twice", key)
		}
		told[key] = strings.TrimSuffix(rest, " |")
	}
	table := newKeyTable()
	for _, k := range compose.Keys() {
		text, row := told[k.Name], table.at(service+k.Name)
		delete(told, k.Name)
		switch {
		case text == "":
			t.Errorf("it has no row of %s", k.Name)
		case row.fate == unsaid && text != row.why:
			t.Errorf("%s: %q, not %q", k.Name, text, row.why)
		case row.fate != unsaid && strings.HasPrefix(text, "is left out"):
			t.Errorf("%s is not left out", k.Name)
		}
	}
	for key := range told {
		t.Errorf("no file has %s", key)
	}
}
