package convert

import (
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/spec"
)

func TestEachKeyOfBothFormatsHasAFateInAStack(t *testing.T) {
	known := map[string]bool{}
	for _, k := range stackKeys() {
		if known[k.path] {
			t.Errorf("%s stands twice", k.path)
		}
		known[k.path] = true
		is := k.fate == unsaid || k.fate == saidByUs
		if is != (k.why != "") || k.fate != said && k.write != nil {
			t.Errorf("%s: %q", k.path, k.why)
		}
		if is && !strings.HasPrefix(k.why, "is left out: ") && !strings.HasPrefix(k.why, "has no effect") {
			t.Errorf("%s %s", k.path, k.why)
		}
	}
	all := map[string]bool{}
	for _, k := range compose.Keys() {
		all[service+k.Name] = true
	}
	for _, k := range spec.Keys() {
		if !strings.HasPrefix(k.Path, service+"build.") { // a stack builds nothing
			all[k.Path] = true
		}
	}
	for path := range all {
		if !known[path] {
			t.Errorf("say in stackKeys what becomes of %s in a stack", path)
		}
	}
	for path := range known {
		if !all[path] {
			t.Errorf("no format has %s", path)
		}
	}
}
