package scenario

import (
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// A claim that something is so waits for it; one that something is not so is
// wrong with the first look that finds it, and one about packets looks twice.
func TestOnlyClaimsThatSomethingIsSoAreWaitedFor(t *testing.T) {
	no, never := errors.New("no"), refuted{errors.New("never")}
	memory := &Scene{Memory: &enginetest.Engine{}}
	for _, test := range []struct {
		name    string
		scene   *Scene
		kind    kind
		answers []error // the last one is given ever after
		holds   bool
		looks   int
	}{
		{"positive, so at once", memory, positive, []error{nil, no}, true, 1},
		{"positive, so later", memory, positive, []error{no, no, nil}, true, 3},
		{"positive, refuted", memory, positive, []error{no, never, nil}, false, 2},
		{"negative, so later", memory, negative, []error{no, nil}, false, 1},
		{"act, fails", memory, act, []error{no, nil}, false, 1},
		{"packets, in memory", memory, negativeOfPackets, []error{nil, no}, true, 1},
		{"packets, in memory, so later", memory, negativeOfPackets, []error{no, nil}, false, 1},
		{"packets, stays so", realScene(t, "1.44"), negativeOfPackets, []error{nil}, true, 2},
		{"packets, no longer so", realScene(t, "1.44"), negativeOfPackets, []error{nil, no}, false, 2},
		{"packets, leak of Engine 20.10", realScene(t, "1.41"), negativeOfPackets, []error{no, nil}, true, 3},
		{"packets, second leak of Engine 20.10", realScene(t, "1.41"), negativeOfPackets, []error{no, nil, no, nil}, true, 4},
		{"packets, one leak too many", realScene(t, "1.41"), negativeOfPackets, []error{no, no, no, nil, no, no, no, nil}, false, 7},
		{"packets, open on Engine 20.10", realScene(t, "1.41"), negativeOfPackets, []error{no}, false, 6},
		{"packets, so later", realScene(t, "1.44"), negativeOfPackets, []error{no, nil}, false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			looks := 0
			err := test.scene.speak(word{kind: test.kind, say: func(*Scene, []string) error {
				looks++
				return test.answers[min(looks, len(test.answers))-1]
			}}, nil)
			if (err == nil) != test.holds || looks != test.looks {
				t.Errorf("after %d looks: %v, want holds=%v after %d", looks, err, test.holds, test.looks)
			}
		})
	}
}

// realScene is a scene on an engine that is not asked anything.
func realScene(t *testing.T, version string) *Scene {
	t.Helper()
	cli, err := client.NewClientWithOpts(client.WithVersion(version))
	if err != nil {
		t.Fatal(err)
	}
	return &Scene{Client: cli}
}

// The README of the scenarios lists the words that there are, and no others.
func TestTheReadmeListsEveryWord(t *testing.T) {
	readme, err := os.ReadFile("testdata/scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)").FindAllStringSubmatch(string(readme), -1) {
		listed = append(listed, row[1])
	}
	slices.Sort(listed)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(commands())), slices.Compact(listed)); diff != "" {
		t.Errorf("words -, README.md +\n%s", diff)
	}
}
