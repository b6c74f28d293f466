package image

import (
	"errors"
	"testing"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAnEngineThatDoesNotAnswerIsExplainedWhateverIsAsked(t *testing.T) {
	c, err := client.NewClientWithOpts(client.WithHost("tcp://127.0.0.1:1"), client.WithVersion("1.41"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	explained := errors.New("explained")
	s := New(c, Options{Builder: Classic, Explain: func(err error) error {
		if client.IsErrConnectionFailed(err) {
			return explained
		}
		return err
	}})
	dir := writeFiles(t, map[string]string{"Dockerfile": "FROM scratch\n"})
	for _, a := range []plan.Action{
		plan.PullImage{Image: plan.Image{Ref: "a"}},
		plan.PushImage{Image: plan.Image{Ref: "a"}},
		plan.BuildImage{Image: plan.Image{Ref: "a", Build: true, Spec: desired.BuildSpec{Service: "a", Context: dir}}},
	} {
		if err := s.Apply(t.Context(), a, func(plan.Progress) {}); !errors.Is(err, explained) {
			t.Errorf("%s: %v", a.Words(), err)
		}
	}
}

func TestOnlyActionsThatGetImagesAreCarriedOut(t *testing.T) {
	s := inMemory(t, "1.41", Options{})
	if err := s.Apply(t.Context(), plan.RemoveImage{Ref: "a"}, nil); err == nil {
		t.Error("no error")
	}
}
