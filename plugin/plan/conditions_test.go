package plan

import (
	"slices"
	"testing"
)

// stepsOf are a plan's steps in words, each with those that it waits for.
func stepsOf(t *testing.T, p *Plan) (words []string, after map[string][]string) {
	t.Helper()
	after = map[string][]string{}
	for _, s := range p.Steps {
		words = append(words, s.Action.Words())
		for _, i := range s.After {
			after[s.Action.Words()] = append(after[s.Action.Words()], p.Steps[i].Action.Words())
		}
	}
	return words, after
}

func TestAContainerStartsWhenThoseItDependsOnAreThere(t *testing.T) {
	want := Want{Project: "p", Services: []string{"db", "init", "web"}, Images: []Image{{Ref: "x"}}, Containers: []Container{
		{Name: "p-db-1", Service: "db", Number: 1, Image: "x"},
		{Name: "p-db-2", Service: "db", Number: 2, Image: "x"},
		{Name: "p-init-1", Service: "init", Number: 1, Image: "x"},
		{Name: "p-web-1", Service: "web", Number: 1, Image: "x", After: []string{"db", "init"},
			Awaits: []Awaited{{Service: "db", Until: UntilHealthy}, {Service: "init", Until: UntilCompleted}}},
	}}
	p, err := Make(Goal{}, want, Have{Images: map[string]string{"x": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	words, after := stepsOf(t, p)
	for _, wait := range []string{"wait until container p-db-1 is healthy", "wait until container p-db-2 is healthy", "wait until container p-init-1 has completed"} {
		if !slices.Contains(words, wait) || !slices.Contains(after["start container p-web-1"], wait) {
			t.Errorf("web does not %s: %q", wait, after["start container p-web-1"])
		}
	}
	if got := after["wait until container p-db-2 is healthy"]; !slices.Contains(got, "start container p-db-2") {
		t.Errorf("waits after %q", got)
	}

	// One that runs on is waited for too, another that is not there is not.
	have := Have{Images: map[string]string{"x": "1"}, Containers: []HaveContainer{
		{ID: "1", Name: "p-db-1", Service: "db", Number: 1, Image: "x", ImageID: "1", State: StateRunning},
		{ID: "2", Name: "p-db-2", Service: "db", Number: 2, Image: "x", ImageID: "1", State: StateExited},
	}}
	if p, err = Make(Goal{Services: []string{"web"}}, want, have); err != nil {
		t.Fatal(err)
	}
	words, after = stepsOf(t, p)
	if got := after["start container p-web-1"]; !slices.Contains(got, "wait until container p-db-1 is healthy") {
		t.Errorf("web starts after %q", got)
	}
	if slices.Contains(words, "wait until container p-db-2 is healthy") || slices.Contains(words, "wait until container p-init-1 has completed") {
		t.Errorf("waits for what will not come: %q", words)
	}

	// Where nothing starts, nothing is waited for.
	have.Containers = nil
	for _, c := range want.Containers {
		have.Containers = append(have.Containers, HaveContainer{ID: c.Name, Name: c.Name, Service: c.Service, Number: c.Number, Image: "x", ImageID: "1", State: StateRunning})
	}
	if p, err = Make(Goal{}, want, have); err != nil || !p.Empty() {
		t.Errorf("%v %v", p, err)
	}
}

// TestWhatIsNeededByOneIsNotOptional has two services wait for the same.
func TestWhatIsNeededByOneIsNotOptional(t *testing.T) {
	for needed, want := range map[bool]bool{true: false, false: true} {
		wanted := Want{Project: "p", Services: []string{"db", "a", "b"}, Images: []Image{{Ref: "x"}}, Containers: []Container{
			{Name: "p-db-1", Service: "db", Number: 1, Image: "x"},
			{Name: "p-a-1", Service: "a", Number: 1, Image: "x", After: []string{"db"}, Awaits: []Awaited{{Service: "db", Until: UntilHealthy, Optional: true}}},
			{Name: "p-b-1", Service: "b", Number: 1, Image: "x", After: []string{"db"}, Awaits: []Awaited{{Service: "db", Until: UntilHealthy, Optional: !needed}}},
		}}
		p, err := Make(Goal{}, wanted, Have{Images: map[string]string{"x": "1"}})
		if err != nil {
			t.Fatal(err)
		}
		var waits []AwaitCondition
		for _, s := range p.Steps {
			if a, is := s.Action.(AwaitCondition); is {
				waits = append(waits, a)
			}
		}
		if len(waits) != 1 || waits[0].Optional != want {
			t.Errorf("needed %v: %+v", needed, waits)
		}
	}
}

func TestVolumesAreRemovedAfterAllContainers(t *testing.T) {
	have := Have{Containers: []HaveContainer{{ID: "1", Name: "p-db-1", Service: "db", Number: 1, State: StateRunning}}}
	p, err := Make(Goal{State: Absent, NamedVolumes: []string{"p_data"}}, Want{Project: "p"}, have)
	if err != nil {
		t.Fatal(err)
	}
	if _, after := stepsOf(t, p); !slices.Contains(after["remove volume p_data"], "remove container p-db-1") {
		t.Errorf("%v", after)
	}
}
