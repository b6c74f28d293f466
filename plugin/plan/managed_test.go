package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// service is one that the engine manages, with settings and networks.
func service(name, print string, replicas int, after []string, networks ...string) plan.Managed {
	return plan.Managed{
		Name: "demo_" + name, Service: name, Image: "app", Replicas: replicas, After: after, Attach: networks,
		Fingerprint: plan.NewFingerprint(map[string]string{"command": print}),
	}
}

// there is a service as the engine has it.
func there(w plan.Managed) plan.HaveManaged {
	return plan.HaveManaged{
		ID: "id-" + w.Service, Name: w.Name, Service: w.Service, Fingerprint: w.Fingerprint, Replicas: w.Replicas, Everywhere: w.Everywhere,
		Attached: w.Attach, After: w.After, Settled: true,
	}
}

// managedStack is web, which is linked to db, and db.
func managedStack() plan.Want {
	return plan.Want{
		Project: "demo", Services: []string{"db", "web"},
		Networks: []plan.Network{{Name: "demo_db-web", Settings: "s"}},
		Managed:  []plan.Managed{service("db", "a", 1, nil, "demo_db-web"), service("web", "a", 2, []string{"db"}, "demo_db-web")},
	}
}

// asThere is a stack as it was made.
func asThere(want plan.Want) plan.Have {
	var have plan.Have
	for _, w := range want.Managed {
		have.Managed = append(have.Managed, there(w))
	}
	for _, n := range want.Networks {
		have.Networks = append(have.Networks, plan.HaveNetwork{Name: n.Name, ID: "id-" + n.Name, Settings: n.Settings})
	}
	return have
}

func TestServicesThatTheEngineManagesAreBroughtToAGoal(t *testing.T) {
	for _, c := range []struct {
		name string
		goal plan.Goal
		edit func(want *plan.Want, have *plan.Have)
		plan string
	}{
		{"nothing is there", plan.Goal{}, func(_ *plan.Want, have *plan.Have) { *have = plan.Have{} }, `
  1 create network demo_db-web: missing
  2 create service demo_db: missing [1]
  3 wait for service demo_db: missing [2]
  4 create service demo_web: missing [1 2 3]
  5 wait for service demo_web: missing [4]
`},
		{"all is there", plan.Goal{}, func(*plan.Want, *plan.Have) {}, ``},
		{"made and not started", plan.Goal{State: plan.CreatedOnly}, func(_ *plan.Want, have *plan.Have) { *have = plan.Have{} }, `
  1 create network demo_db-web: missing
  2 create service demo_db: missing [1]
  3 create service demo_web: missing [1 2]
`},
		{"one was changed", plan.Goal{}, func(want *plan.Want, _ *plan.Have) { want.Managed[0] = service("db", "b", 1, nil, "demo_db-web") }, `
  1 update service demo_db: changed: command
  2 wait for service demo_db: changed: command [1]
`},
		{"one was changed, and is to be left", plan.Goal{Recreate: plan.Never}, func(want *plan.Want, _ *plan.Have) { want.Managed[0] = service("db", "b", 1, nil, "demo_db-web") }, ``},
		{"all anew", plan.Goal{Recreate: plan.Always, Services: []string{"web"}}, func(*plan.Want, *plan.Have) {}, `
  1 update service demo_web: asked for
  2 wait for service demo_web: asked for [1]
`},
		{"more", plan.Goal{}, func(want *plan.Want, _ *plan.Have) { want.Managed[1].Replicas = 5 }, `
  1 scale service demo_web to 5: 5 replicas, not 2
  2 wait for service demo_web: 5 replicas, not 2 [1]
`},
		{"one has tasks that do not run", plan.Goal{}, func(_ *plan.Want, have *plan.Have) { have.Managed[1].Settled = false }, `
  1 wait for service demo_web: not all of its tasks run
`},
		{"start", plan.Goal{NoCreate: true, Recreate: plan.Never}, func(want *plan.Want, have *plan.Have) {
			have.Managed[1].Stopped, have.Managed[1].Held, have.Managed[1].Replicas = true, 2, 0
			want.Managed = append(want.Managed, service("more", "a", 1, nil, "demo_more"))
		}, `
  1 scale service demo_web to 2: stopped
  2 wait for service demo_web: stopped [1]
`},
		{"another network", plan.Goal{}, func(want *plan.Want, _ *plan.Have) {
			want.Networks = []plan.Network{{Name: "demo_new"}}
			want.Managed = []plan.Managed{service("db", "b", 1, nil, "demo_new"), service("web", "b", 2, []string{"db"}, "demo_new")}
		}, `
  1 create network demo_new: missing
  2 update service demo_db: changed: command [1]
  3 wait for service demo_db: changed: command [2]
  4 update service demo_web: changed: command [1 2 3]
  5 wait for service demo_web: changed: command [4]
  6 remove network demo_db-web: no longer needed [2 3 4 5]
`},
		{"another network, of one alone", plan.Goal{Services: []string{"db"}}, func(want *plan.Want, _ *plan.Have) {
			want.Networks = []plan.Network{{Name: "demo_new"}}
			want.Managed = []plan.Managed{service("db", "b", 1, nil, "demo_new"), service("web", "b", 2, []string{"db"}, "demo_new")}
		}, `
  1 create network demo_new: missing
  2 update service demo_db: changed: command [1]
  3 wait for service demo_db: changed: command [2]
`},
		{"from some to one on each node", plan.Goal{}, func(want *plan.Want, _ *plan.Have) {
			want.Managed[1].Everywhere, want.Managed[1].Replicas = true, 0
		}, `
  1 remove service demo_web: it is to have one replica on each node, and had a number of them
  2 create service demo_web: it is to have one replica on each node, and had a number of them [1]
  3 wait for service demo_web: it is to have one replica on each node, and had a number of them [2]
`},
		{"a service that the files no longer have", plan.Goal{}, func(_ *plan.Want, have *plan.Have) {
			have.Managed = append(have.Managed, there(service("old", "a", 1, nil, "demo_old")))
		}, `
note: left alone, for the files have no such service: demo_old (--remove-orphans takes them away)
`},
		{"the same, and it goes", plan.Goal{Orphans: true}, func(_ *plan.Want, have *plan.Have) {
			have.Managed = append(have.Managed, there(service("old", "a", 1, nil, "demo_old")))
			have.Networks = append(have.Networks, plan.HaveNetwork{Name: "demo_old", ID: "id-old"})
		}, `
  1 remove service demo_old: the files have no service old
  2 remove network demo_old: no longer needed [1]
`},
		{"stop", plan.Goal{State: plan.Stopped}, func(_ *plan.Want, have *plan.Have) { have.Managed = append(have.Managed, everywhere("agent")) }, `
  1 stop service demo_web: asked for
  2 stop service demo_db: asked for [1]
  3 stop service demo_agent: asked for
`},
		{"down", plan.Goal{State: plan.Absent}, func(*plan.Want, *plan.Have) {}, `
  1 remove service demo_web: asked for
  2 remove service demo_db: asked for [1]
  3 remove network demo_db-web: asked for [1 2]
`},
		{"down of one", plan.Goal{State: plan.Absent, Services: []string{"web"}}, func(*plan.Want, *plan.Have) {}, `
  1 remove service demo_web: asked for
`},
		{"rm takes what is stopped", plan.Goal{State: plan.Removed}, func(_ *plan.Want, have *plan.Have) { have.Managed[0].Stopped = true }, `
  1 remove service demo_db: asked for
`},
		{"restart", plan.Goal{State: plan.Restarted}, func(_ *plan.Want, have *plan.Have) {
			have.Managed[1].Stopped, have.Managed[1].Held, have.Managed[1].Replicas = true, 3, 0
		}, `
  1 restart service demo_db: asked for
  2 wait for service demo_db: asked for [1]
  3 scale service demo_web to 3: asked for [1 2]
  4 wait for service demo_web: asked for [3]
`},
	} {
		want := managedStack()
		have := asThere(want)
		c.edit(&want, &have)
		p, err := plan.Make(c.goal, want, have)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(strings.TrimPrefix(c.plan, "\n"), p.String()); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.name, diff)
		}
	}
}

func everywhere(name string) plan.HaveManaged {
	w := service(name, "a", 0, nil, "demo_"+name)
	w.Everywhere = true
	return there(w)
}

func TestANetworkThatWouldHaveToBeAnotherOneUnderItsNameIsRefused(t *testing.T) {
	want := managedStack()
	have := asThere(want)
	have.Networks[0].Settings = "other"
	_, err := plan.Make(plan.Goal{}, want, have)
	var fixed *plan.NetworkFixed
	if !errors.As(err, &fixed) || fixed.Name != "demo_db-web" {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsRunOnceIsMadeBesideItsServiceAndNotWaitedFor(t *testing.T) {
	want := managedStack()
	have := asThere(want)
	once := service("web", "b", 1, []string{"db"}, "demo_db-web")
	once.Name, once.OneOff = "demo_web_run_x", true
	want.Managed = append(want.Managed, once)
	for _, c := range []struct {
		have plan.Have
		want string
	}{
		{have, "  1 create service demo_web_run_x: asked for\n"},
		{plan.Have{}, `  1 create network demo_db-web: missing
  2 create service demo_db: missing [1]
  3 wait for service demo_db: missing [2]
  4 create service demo_web_run_x: asked for [1 2 3]
`},
	} {
		p, err := plan.Make(plan.Goal{Recreate: plan.Never, Services: []string{"db"}}, want, c.have)
		if err != nil {
			t.Fatal(err)
		}
		if p.String() != c.want {
			t.Errorf("%s\nwant\n%s", p, c.want)
		}
	}
}
