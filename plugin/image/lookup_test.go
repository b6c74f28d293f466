package image

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// TestAnEngineThatDoesNotSayWhetherItHasAnImageIsNotTakenForOneWithout has it
// answer with anything but "no such image".
func TestAnEngineThatDoesNotSayWhetherItHasAnImageIsNotTakenForOneWithout(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM base:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for status, asks := range map[int]bool{404: true, 409: false, 500: false, 403: false} {
		memory := enginetest.New(t, enginetest.Options{Registry: []enginetest.Image{{Ref: "base:1"}}})
		s := storeOf(t, memory, Options{Builder: Classic})
		pulled := false
		memory.Fail(func(c enginetest.Call) enginetest.Fault {
			pulled = pulled || c.Path == "/images/create"
			if c.Path == "/images/base:1/json" {
				return enginetest.Answer(status, "out of order")
			}
			return enginetest.None
		})
		err := s.Apply(t.Context(), plan.BuildImage{Image: plan.Image{Ref: "demo_web", Spec: desired.BuildSpec{Service: "web", Context: dir}}}, func(plan.Progress) {})
		var lookup *LookupError
		if asks != pulled || errors.As(err, &lookup) == asks || err != nil && strings.Contains(err.Error(), "registry") {
			t.Errorf("%d: pulled: %v, %v", status, pulled, err)
		}
	}
}
