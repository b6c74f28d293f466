package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// TestACommandOfTheFilesIsRunInAContainer has it succeed, fail and not be there, in a
// container that runs, has ended, is paused and is gone.
func TestACommandOfTheFilesIsRunInAContainer(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	serve, end := []string{"/probe", "serve"}, []string{"/probe", "say", "-exit", "4", "boom"}
	for name, test := range map[string]struct {
		main   []string // of the container; nil: there is none
		paused bool
		hook   []string
		env    []string
		want   string // error; empty: none
		may    string // likewise, where the container may have ended
		told   []string
	}{
		"succeeds":                      {main: serve, hook: []string{"/probe", "say", "one", "two"}, told: []string{"one", "two"}},
		"has its environment":           {main: serve, hook: []string{"/probe", "env", "A"}, env: []string{"A=b"}, told: []string{"b"}},
		"fails":                         {main: serve, hook: []string{"/probe", "say", "-exit", "3", "no"}, want: "exited with code 3: no", may: "exited with code 3: no", told: []string{"no"}},
		"is not there":                  {main: serve, hook: []string{"nope"}, want: "executable file not found", may: "executable file not found"},
		"in a container that has ended": {main: end, hook: []string{"/probe", "say", "x"}, want: "the container exited with code 4: boom"},
		"in one that is paused":         {main: serve, paused: true, hook: []string{"/probe", "say", "x"}, want: "is paused"},
		"in one that is gone":           {hook: []string{"/probe", "say", "x"}, want: "the container is gone"},
	} {
		id := "gone"
		if test.main != nil {
			made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: test.main}, nil, nil, nil, "web")
			if err == nil {
				id, err = made.ID, c.ContainerStart(t.Context(), made.ID, container.StartOptions{})
			}
			if err == nil && test.paused {
				err = c.ContainerPause(t.Context(), id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for want, may := range map[string]bool{"want: " + test.want: false, "may: " + test.may: true} {
			_, want, _ = strings.Cut(want, ": ")
			var told []string
			err := New(c, Options{}).Apply(t.Context(), plan.RunHook{
				Container: id, Name: "web", Service: "web", Event: plan.PostStart, Hook: plan.Hook{Command: test.hook, Env: test.env}, MayEnd: may,
			}, func(p plan.Progress) { told = append(told, p.Text) })
			if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s, may have ended: %v: %v, want %q", name, may, err, want)
			}
			if !slices.Equal(told, test.told) {
				t.Errorf("%s: told %q, want %q", name, told, test.told)
			}
		}
		_ = c.ContainerRemove(t.Context(), id, container.RemoveOptions{Force: true})
	}
}

// TestACommandEndsWithItsContainer has a command killed and something happen to its
// container, at once or only after some looks at it: an engine tells of the end of the
// command first.
func TestACommandEndsWithItsContainer(t *testing.T) {
	kill := func(c *client.Client, id string) error { return c.ContainerKill(context.Background(), id, "KILL") }
	for name, test := range map[string]struct {
		happens func(*client.Client, string) error
		want    string // error
		may     string // likewise, where the container may have ended
	}{
		"nothing": {func(*client.Client, string) error { return nil }, "exited with code 137: x", "exited with code 137: x"},
		"an end":  {kill, "the container exited with code 137", ""},
		"a removal": {func(c *client.Client, id string) error {
			return c.ContainerRemove(context.Background(), id, container.RemoveOptions{Force: true})
		}, "the container is gone", ""},
		"a start anew": {func(c *client.Client, id string) error {
			return errors.Join(kill(c, id), c.ContainerStart(context.Background(), id, container.StartOptions{}))
		}, "the container ended meanwhile, and has been started again", ""},
	} {
		for _, looks := range []int{0, 3} {
			for _, mayEnd := range []bool{false, true} {
				memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
				c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
				if err != nil {
					t.Fatal(err)
				}
				made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: []string{"/probe", "serve"}}, nil, nil, nil, "web")
				if err == nil {
					err = c.ContainerStart(t.Context(), made.ID, container.StartOptions{})
				}
				if err != nil {
					t.Fatal(err)
				}
				happened := errors.New("nobody looked")
				seen := &lookedAt{Client: c, before: func(n int) {
					if n == 1+looks { // the first is before the command
						happened = test.happens(c, made.ID)
					}
				}}
				err = New(seen, Options{}).Apply(t.Context(), plan.RunHook{
					Container: made.ID, Name: "web", Hook: plan.Hook{Command: []string{"/probe", "say", "-exit", "137", "x"}}, MayEnd: mayEnd,
				}, func(plan.Progress) {})
				want := test.want
				if mayEnd {
					want = test.may
				}
				if happened != nil || (want == "") != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), want) {
					t.Errorf("%s after %d looks, may have ended: %v: %v, want %q; %v", name, looks, mayEnd, err, want, happened)
				}
			}
		}
	}
}

// lookedAt is a client that has something happen before each look at a container, which
// are numbered from 0.
type lookedAt struct {
	Client
	looks  int
	before func(int)
}

func (l *lookedAt) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	l.before(l.looks)
	l.looks++
	return l.Client.ContainerInspect(ctx, id)
}

func TestANewContainerIsTakenAwayAgainWhereItsHookFails(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	for _, beside := range []bool{false, true} {
		made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: []string{"/probe", "serve"}}, nil, nil, nil, "web.new")
		if err == nil {
			err = c.ContainerStart(t.Context(), made.ID, container.StartOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
		err = New(c, Options{}).Apply(t.Context(), plan.RunHook{
			Container: made.ID, Name: "web", Beside: beside, Hook: plan.Hook{Command: []string{"/probe", "say", "-exit", "3", "no"}},
		}, func(plan.Progress) {})
		failed, gone := (*HookFailed)(nil), (*Withdrawn)(nil)
		_, missing := c.ContainerInspect(t.Context(), made.ID)
		if !errors.As(err, &failed) || errors.As(err, &gone) != beside || (missing != nil) != beside {
			t.Errorf("beside %v: %v; looked at: %v", beside, err, missing)
		}
		_ = c.ContainerRemove(t.Context(), made.ID, container.RemoveOptions{Force: true})
	}
}

func TestLinesOfACommandAreToldAsTheyEnd(t *testing.T) {
	var told []string
	out := &hookOutput{report: func(p plan.Progress) { told = append(told, p.Text) }}
	for _, part := range []string{"one\ntw", "o\r\n\n  \n10%\r20%\r", "30%\n", "\xff\n", strings.Repeat("x", mostOfLine+5), "yy\n", "rest"} {
		if n, err := out.Write([]byte(part)); n != len(part) || err != nil {
			t.Error(n, err)
		}
	}
	want := []string{"one", "two", "30%", "\uFFFD", strings.Repeat("x", mostOfLine)}
	if !slices.Equal(told, want) {
		t.Errorf("told %.60q", told)
	}
	if out.flush(); told[len(told)-1] != "rest" || out.last != "rest" {
		t.Errorf("told %.60q at the end", told)
	}
}

func TestNobodyWaitsForACommandAnyMoreWhenThatIsInterrupted(t *testing.T) {
	memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("x")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	made, err := c.ContainerCreate(t.Context(), &container.Config{Image: "x", Cmd: []string{"/probe", "serve"}}, nil, nil, nil, "web")
	if err == nil {
		err = c.ContainerStart(t.Context(), made.ID, container.StartOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = New(c, Options{}).Apply(ctx, plan.RunHook{Container: made.ID, Name: "web", Hook: plan.Hook{Command: []string{"/probe", "say", "one"}}}, func(plan.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
