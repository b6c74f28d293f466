package plan

import (
	"strings"
	"testing"
)

// fronted is a stack of a front and three replicas behind it.
func fronted(t *testing.T) (Want, Have) {
	t.Helper()
	front := func(c *Container) { c.Fronts = "a" }
	want := wanted(container("a_1", "n"), container("a_2", "n"), container("a_3", "n"), with(container("a-front_1", "n"), front))
	for i := range want.Containers {
		want.Containers[i].Fingerprint = NewFingerprint(nil)
	}
	m := newModel(false)
	p := planned(t, Goal{}, want, m.snapshot())
	if err := run(p, m, len(p.Steps)); err != nil {
		t.Fatal(err)
	}
	have := m.snapshot()
	have.Containers[3].Fronts = "a"
	return want, have
}

func TestReplicasAreDrainedBeforeTheyStop(t *testing.T) {
	want, have := fronted(t)
	fewer := want
	fewer.Containers = []Container{want.Containers[0], want.Containers[3]}
	other := want
	other.Containers = []Container{changed(want.Containers[0]), want.Containers[1], want.Containers[2], want.Containers[3]}
	seven := 7
	for name, c := range map[string]struct {
		goal  Goal
		want  Want
		order string
	}{
		"scale down": {Goal{}, fewer, `
			drain a_2 at a-front_1 < stop container a_2
			drain a_3 at a-front_1 < stop container a_3`},
		"recreate": {Goal{}, other, `
			create container a_1 as a_1.new < drain a_1 at a-front_1 < stop container a_1`},
		"stop":    {Goal{State: Stopped, Services: []string{"a"}}, Want{}, `drain a_1 at a-front_1 < stop container a_1`},
		"restart": {Goal{State: Restarted, Services: []string{"a"}, Timeout: &seven}, Want{}, `drain a_1 at a-front_1 < restart container a_1`},
		"remove":  {Goal{State: Removed, Services: []string{"a"}, Stop: true}, Want{}, `drain a_1 at a-front_1 < stop container a_1 < remove container a_1`},
	} {
		p := planned(t, c.goal, c.want, have)
		if problems := orderProblems(p, c.order); len(problems) > 0 {
			t.Errorf("%s: %s\nin\n%s", name, strings.Join(problems, "\n"), p)
		}
		for _, s := range p.Steps {
			if d, ok := s.Action.(Drain); ok && (d.Address == "" || d.Front == "" || d.Timeout != c.goal.Timeout) {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

func TestNothingIsDrainedWhereNoFrontGoesOn(t *testing.T) {
	want, have := fronted(t)
	stopped := have
	stopped.Containers = append([]HaveContainer{}, have.Containers...)
	stopped.Containers[3].State = StateExited
	for name, c := range map[string]struct {
		goal Goal
		have Have
	}{
		"down": {Goal{State: Absent}, have}, "stop all": {Goal{State: Stopped}, have}, "restart all": {Goal{State: Restarted}, have},
		"the front does not run": {Goal{State: Stopped, Services: []string{"a"}}, stopped},
	} {
		if p := planned(t, c.goal, want, c.have); strings.Contains(p.String(), "drain") || p.Empty() {
			t.Errorf("%s:\n%s", name, p)
		}
	}
}

// published is a container with other ports.
func published(c Container) Container {
	c.Fingerprint = NewFingerprint(map[string]string{"ports": "80"})
	return c
}

func TestAFrontThatIsNoLongerWantedGoesAndTheServiceGetsItsPortBack(t *testing.T) {
	want, have := fronted(t)
	port := []HostPort{{First: 80, Last: 80, Proto: "tcp"}}
	have.Containers[3].HostPorts = port
	want.Containers = []Container{with(published(want.Containers[0]), func(c *Container) { c.HostPorts = port })}
	want.Services = []string{"a"}
	for _, recreate := range []Policy{WhenChanged, Never} {
		p := planned(t, Goal{Services: []string{"a"}, Recreate: recreate}, want, have)
		order := `
			stop container a-front_1 < start container a_1
			stop container a-front_1 < remove container a-front_1`
		if problems := orderProblems(p, order); len(problems) > 0 {
			t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
		}
	}
}

func TestAFrontThatComesGetsThePortThatTheReplicaHad(t *testing.T) {
	want, have := fronted(t)
	port := []HostPort{{First: 80, Last: 80, Proto: "tcp"}}
	have.Containers = have.Containers[:1]
	have.Containers[0].HostPorts = port
	want.Containers = []Container{published(want.Containers[0]), want.Containers[1], with(want.Containers[3], func(c *Container) { c.HostPorts, c.After = port, []string{"a"} })}
	for _, recreate := range []Policy{WhenChanged, Never} {
		p := planned(t, Goal{Services: []string{"a", "a-front"}, Recreate: recreate}, want, have)
		if problems := orderProblems(p, `create container a-front_1 < stop container a_1 < start container a_1 < start container a-front_1`); len(problems) > 0 {
			t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
		}
	}
}

func TestAFrontIsNotReplacedWithItsServiceUnlessItIsAskedFor(t *testing.T) {
	want, have := fronted(t)
	want.Containers[3].Fronts = "a"
	for _, c := range []struct {
		services []string
		replaced bool
	}{{nil, false}, {[]string{"a-front"}, true}, {[]string{"a", "a-front"}, false}} {
		p := planned(t, Goal{Services: c.services, Recreate: Always}, want, have)
		if got := strings.Contains(p.String(), "create container a-front_1"); got != c.replaced {
			t.Errorf("%v: replaced %v, want %v\n%s", c.services, got, c.replaced, p)
		}
	}
}

// A run that was cut off has made the front, and the replica has the port still.
func TestAFrontThatIsMadeAlreadyGetsThePortThatTheReplicaHas(t *testing.T) {
	want, have := fronted(t)
	port := []HostPort{{First: 80, Last: 80, Proto: "tcp"}}
	have.Containers = []HaveContainer{have.Containers[0], have.Containers[3]}
	have.Containers[0].HostPorts, have.Containers[1].State = port, StateCreated
	want.Containers = []Container{published(want.Containers[0]), with(want.Containers[3], func(c *Container) { c.Fronts, c.HostPorts, c.After = "a", port, []string{"a"} })}
	p := planned(t, Goal{Services: []string{"a", "a-front"}, Recreate: Never}, want, have)
	if problems := orderProblems(p, `stop container a_1 < start container a_1 < start container a-front_1`); len(problems) > 0 {
		t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
	}
}

func TestAFrontThatIsReplacedWithItsServiceGoesLast(t *testing.T) {
	want, have := fronted(t)
	for i := range want.Containers {
		want.Containers[i] = changed(want.Containers[i])
	}
	want.Containers[3].Fronts, want.Containers[3].After = "a", []string{"a"}
	have.Containers[3].After = []string{"a"}
	p := planned(t, Goal{}, want, have)
	order := `
		start container a_1 < stop container a-front_1 < start container a-front_1
		start container a_3 < stop container a-front_1`
	if problems := orderProblems(p, order); len(problems) > 0 {
		t.Errorf("%s\nin\n%s", strings.Join(problems, "\n"), p)
	}
}
