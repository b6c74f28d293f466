package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mixedStates is a stack in which everything is in another state.
func mixedStates() Have {
	return Have{Containers: []HaveContainer{
		{ID: "1", Name: "p_db_1", Service: "db", State: StateRunning},
		{ID: "2", Name: "p_old_1", Service: "old", State: StateExited},
		{ID: "3", Name: "p_web_1", Service: "web", State: StateRunning, After: []string{"db"}},
		{ID: "4", Name: "p_web_2", Service: "web", State: StatePaused, After: []string{"db"}},
		{ID: "5", Name: "p_web_run_0af3", Service: "web", State: StateExited, OneOff: true, After: []string{"db"}},
		{ID: "6", Name: "p_web_run_77aa", Service: "web", State: StateRunning, OneOff: true, After: []string{"db"}},
	}}
}

func TestWhatIsDoneToContainersAsTheyAre(t *testing.T) {
	for _, test := range []struct {
		name string
		goal Goal
		want string
	}{
		{"restart goes by the links and unpauses what is paused", Goal{State: Restarted}, `
  1 restart container p_db_1: asked for
  2 restart container p_old_1: asked for
  3 unpause container p_web_2: it is paused
  4 restart container p_web_2: asked for [1 3]
  5 wait for container p_web_2: before the next one goes [4]
  6 restart container p_web_1: asked for [1 4 5]
`},
		{"restart of one service leaves the others alone", Goal{State: Restarted, Services: []string{"web"}}, `
  1 unpause container p_web_2: it is paused
  2 restart container p_web_2: asked for [1]
  3 wait for container p_web_2: before the next one goes [2]
  4 restart container p_web_1: asked for [2 3]
`},
		{"kill leaves alone what does not run", Goal{State: Killed}, `
  1 send SIGKILL to container p_db_1: asked for
  2 send SIGKILL to container p_web_1: asked for
  3 send SIGKILL to container p_web_2: asked for
`},
		{"kill sends the signal that is asked for", Goal{State: Killed, Signal: "HUP", Services: []string{"db"}}, `
  1 send HUP to container p_db_1: asked for
`},
		{"pause leaves alone what is paused", Goal{State: Paused}, `
  1 pause container p_db_1: asked for
  2 pause container p_web_1: asked for
`},
		{"unpause is for what is paused", Goal{State: Unpaused}, `
  1 unpause container p_web_2: asked for
`},
		{"rm takes stopped ones, one-off containers among them", Goal{State: Removed}, `
  1 remove container p_old_1: asked for
  2 remove container p_web_run_0af3: asked for
`},
		{"rm can stop first", Goal{State: Removed, Stop: true, Services: []string{"web"}}, `
  1 stop container p_web_1: asked for
  2 remove container p_web_1: asked for [1]
  3 stop container p_web_2: asked for
  4 remove container p_web_2: asked for [3]
  5 remove container p_web_run_0af3: asked for
  6 stop container p_web_run_77aa: asked for
  7 remove container p_web_run_77aa: asked for [6]
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := planned(t, test.goal, Want{}, mixedStates())
			if diff := cmp.Diff(test.want, "\n"+p.String()); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

// TestARestartLeavesAloneWhatAReplacementLeft has two containers of one replica:
// started, the second would use the same ports or data, or would have old data.
func TestARestartLeavesAloneWhatAReplacementLeft(t *testing.T) {
	named := func(name string, state State) HaveContainer {
		c := stateOf(running("db_1"), state)
		c.ID, c.Name = "id of "+name, name
		if name == "debris" {
			c.ID, c.Name = "0123456789abcdef", "0123456789ab_db_1"
		}
		return c
	}
	for what, c := range map[string]struct {
		have []HaveContainer
		want []string
	}{
		"a new one that is not started yet":  {[]HaveContainer{named("db_1", StateRunning), named("db_1.new", StateCreated)}, []string{"db_1"}},
		"an old one that is not removed yet": {[]HaveContainer{named("db_1", StateExited), named("db_1.new", StateRunning)}, []string{"db_1.new"}},
		"what docker-compose left":           {[]HaveContainer{named("debris", StateExited), named("db_1", StateRunning)}, []string{"db_1"}},
		"where nothing runs":                 {[]HaveContainer{named("debris", StateExited), named("db_1", StateExited), named("db_1.new", StateCreated)}, []string{"db_1"}},
		"what runs beside":                   {[]HaveContainer{named("debris", StateRunning), named("db_1", StateRunning)}, []string{"0123456789ab_db_1", "db_1"}},
		"the only one":                       {[]HaveContainer{named("debris", StateExited)}, []string{"0123456789ab_db_1"}},
	} {
		var got []string
		for _, s := range planned(t, Goal{State: Restarted}, Want{}, present(c.have...)).Steps {
			if a, is := s.Action.(RestartContainer); is {
				got = append(got, a.Name)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", what, diff)
		}
	}
}
