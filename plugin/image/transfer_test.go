package image

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestABrokenConnectionIsTriedAgainAndNothingElseIs(t *testing.T) {
	for said, want := range map[string]int{
		`Get "http://example.com/v2/": EOF`:            3, // two that fail, one that succeeds
		"manifest for a:1 not found: manifest unknown": 1,
		"no basic auth credentials":                    1,
	} {
		memory := enginetest.New(t, enginetest.Options{Registry: []enginetest.Image{{Ref: "a:1"}}})
		s := storeOf(t, memory, Options{})
		pulls := 0
		memory.Fail(func(c enginetest.Call) enginetest.Fault {
			if c.Path != "/images/create" {
				return enginetest.Fault{}
			}
			if pulls++; pulls > 2 {
				return enginetest.Fault{}
			}
			return enginetest.Answer(500, said)
		})
		var reports bytes.Buffer
		err := s.Apply(t.Context(), plan.PullImage{Image: plan.Image{Ref: "a:1"}}, func(p plan.Progress) { io.WriteString(&reports, p.Text+"\n") })
		if pulls != want || (err == nil) != (want == 3) {
			t.Errorf("%s: tried %d times, %v", said, pulls, err)
		}
		if strings.Contains(reports.String(), "trying again") != (want > 1) {
			t.Errorf("%s: reported %s", said, &reports)
		}
	}
}
