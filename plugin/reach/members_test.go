package reach_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

func TestWhatCanNotBeTestedIsListed(t *testing.T) {
	const services = "web >db\ndb\ncron"
	exited := func(name string) func(*observed.Snapshot) {
		return func(s *observed.Snapshot) { s.Container("p", name).State = plan.StateExited }
	}
	for name, c := range map[string]struct {
		services string // those above where empty
		change   func(*observed.Snapshot)
		untested []string
		running  []string // that --running mentions; nil: the same, in other words
	}{
		"a container that has exited":     {"", exited("p_db_1"), []string{"db: p_db_1 does not run (exited)"}, nil},
		"one that was never started":      {"", func(s *observed.Snapshot) { s.Container("p", "p_db_1").State = plan.StateCreated }, []string{"db: p_db_1 does not run (created)"}, nil},
		"one that is paused":              {"", func(s *observed.Snapshot) { s.Container("p", "p_db_1").State = plan.StatePaused }, []string{"db: p_db_1 does not run (paused)"}, nil},
		"one that the engine restarts":    {"", func(s *observed.Snapshot) { s.Container("p", "p_db_1").State = plan.StateRestarting }, []string{"db: p_db_1 does not run (restarting)"}, nil},
		"a service without a container":   {"", gone("p_db_1"), []string{"db: it has no container"}, nil},
		"a service with a one-off one":    {"", func(s *observed.Snapshot) { s.Container("p", "p_db_1").OneOff = true }, []string{"db: it has no container"}, nil},
		"a one-off one that is over":      {"", func(s *observed.Snapshot) { s.Containers = append(s.Containers, over("db")) }, nil, nil},
		"one that is not in the files":    {"", func(s *observed.Snapshot) { s.Containers = append(s.Containers, old("mail")) }, nil, nil},
		"an external one that has exited": {"web <box\ndb\ncron", external("box", plan.StateExited), []string{"box: box does not run (exited)"}, nil},
		"any other external one":          {"web\ndb\ncron", external("box", plan.StateExited), nil, nil},
		"the replicas that do not run":    {"", func(s *observed.Snapshot) { exited("p_db_2")(s) }, []string{"db: p_db_2 does not run (exited)"}, nil},
		"host and none by the files":      {"web >db\ndb\nx net=host\ny net=none", func(s *observed.Snapshot) { exited("p_y_1")(s) }, nil, nil},
		"nor where they have none":        {"web >db\ndb\nx net=host\ny net=none", gone("p_x_1"), nil, nil},
		"host, which the files do not say": {"", func(s *observed.Snapshot) {
			s.Container("p", "p_cron_1").NetworkMode, s.Container("p", "p_cron_1").Endpoints = "host", nil
		}, []string{"cron: p_cron_1 uses the host's network, and by the files it does not"}, []string{}},
		"the network of one that has exited": {
			"web\ndb\nside net=@web", exited("p_web_1"),
			[]string{"web: p_web_1 does not run (exited)", "side: p_side_1 uses the network of p_web_1, which does not run (exited)"},
			[]string{"web is not tested: p_web_1 does not run (exited)"},
		},
		"the network of one that is gone": {
			"web\ndb\nside net=@web", gone("p_web_1"),
			[]string{"web: it has no container", "side: p_side_1 uses the network of a container that is gone"},
			[]string{"web is not tested: it has no container"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := services
			if c.services != "" {
				text = c.services
			}
			v := up(t, text, map[string][]int{"db": []int{1, 2}[:1+strings.Count(name, "replicas")]})
			c.change(v.Snapshot)
			var untested []string
			check, findings := checked(t, v, reach.Scope{})
			for _, u := range check.Untested {
				untested = append(untested, u.String())
			}
			if diff := cmp.Diff(c.untested, untested); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for _, f := range findings {
				if !strings.HasPrefix(f, "unknown: ") {
					t.Error(f)
				}
			}
			if (len(findings) > 0) != (len(c.untested) > 0) {
				t.Errorf("findings %q", findings)
			}
			if c.running == nil {
				for _, u := range c.untested {
					c.running = append(c.running, strings.Replace(u, ": ", " is not tested: ", 1))
				}
			}
			check, findings = checked(t, v, reach.Scope{Running: true})
			notes := slices.DeleteFunc(check.Notes, func(n string) bool {
				return strings.HasPrefix(n, "p_x_1 ") || strings.HasPrefix(n, "x ") || strings.HasPrefix(n, "p_y_1 ")
			})
			if diff := cmp.Diff(c.running, notes, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("of those that run: -want +got:\n%s", diff)
			}
			if want := len(c.untested) - len(c.running); len(check.Untested) != want || (len(findings) > 0) != (want > 0) {
				t.Errorf("of those that run: %v, %q", check.Untested, findings)
			}
		})
	}
}

// gone removes a container.
func gone(name string) func(*observed.Snapshot) {
	return func(s *observed.Snapshot) {
		s.Containers = slices.DeleteFunc(s.Containers, func(c observed.Container) bool { return c.Name == name })
	}
}

// over is a one-off container of a service that has exited.
func over(service string) observed.Container {
	return observed.Container{Name: "p_" + service + "_run_1", Project: "p", Service: service, OneOff: true, State: plan.StateExited}
}

// old is a container of a service that the files had once.
func old(service string) observed.Container {
	return observed.Container{Name: "p_" + service + "_1", Project: "p", Service: service, Number: 1, State: plan.StateExited}
}

// external adds a container of no project.
func external(name string, state plan.State) func(*observed.Snapshot) {
	return func(s *observed.Snapshot) {
		s.Containers = append(s.Containers, observed.Container{ID: name, Name: name, State: state})
	}
}

func TestACheckOfSomeNeedsThemAlone(t *testing.T) {
	v := up(t, "web >db\ndb\ncron", nil)
	gone("p_cron_1")(v.Snapshot)
	if check, _ := checked(t, v, reach.Scope{Nodes: []string{"cron"}}); len(check.Untested) != 1 || !check.Empty() {
		t.Errorf("of cron: %v", check.Untested)
	}
	v.Snapshot.Container("p", "p_db_1").State = plan.StateExited
	check, _ := checked(t, v, reach.Scope{Nodes: []string{"db"}})
	if check, _ := checked(t, v, reach.Scope{Nodes: []string{"web"}}); len(check.Untested) != 2 {
		t.Errorf("of web: %v", check.Untested)
	}
	if !check.Empty() {
		t.Error("nothing can be asked about db, and the check is not empty")
	}
}

func TestAnExternalContainerThatIsLinkedAndNotAttachedIsOutOfReach(t *testing.T) {
	v := up(t, "web <box\ndb\ncron", nil)
	v.Snapshot.Containers = append(v.Snapshot.Containers, plain("box", on("elsewhere", "10.0.9.9")))
	_, got := checked(t, v, reach.Scope{})
	want := []string{
		"broken: p_web_1 does not reach box: no answer from 10.0.9.9; the name box does not resolve",
		"broken: box does not reach p_web_1: no answer from 10.0.0.4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	v.Snapshot.Container("", "box").State = plan.StateExited
	if _, got := checked(t, v, reach.Scope{}); len(got) != 2 {
		t.Errorf("its link alone can't be tested: got %q", got)
	}
}
