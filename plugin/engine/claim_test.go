package engine

import (
	"context"
	"slices"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// composed are labels that docker-compose of a version gave to a replica.
func composed(project, version, service string) map[string]string {
	return map[string]string{
		labels.Project: project, labels.Service: service, labels.Number: "1", labels.OneOff: "False",
		labels.ComposeVersion: version, labels.WorkingDir: "/src", "com.docker.compose.config-hash": "f00",
	}
}

// here claims what was made from /src.
func here(change func(*observed.Claim)) observed.Claim {
	cl := observed.Claim{Project: "demo", Services: []string{"web", "db"}, Where: func(dir string) observed.Where {
		if dir == "/src" {
			return observed.Here
		}
		return observed.Elsewhere
	}}
	if change != nil {
		change(&cl)
	}
	return cl
}

func TestAProjectHasWhatItClaimsWhereverItIsLookedFor(t *testing.T) {
	s := newStand(t)
	s.run("demo_web_1", "probe", ours("demo_web_1"))
	s.run("demo_db_1", "probe", composed("demo", "1.29.2", "db"))
	s.run("f00ba47f00ba_demo_db_1", "probe", composed("demo", "1.29.2", "db"))
	s.run("own-name", "probe", composed("demo", "1.29.2", "mail"))
	s.run("shop_db_1", "probe", composed("shop", "1.29.2", "db"))
	s.run("own-name-of-shop", "probe", composed("shop", "1.29.2", "mail"))
	s.run("demo-db-1", "probe", composed("demo", "2.24.5", "db"))
	s.run("d_db_1", "probe", composed("d", "1.9.0", "db"))
	s.run("demo_db_2", "probe", nil)
	s.run("box", "probe", nil)

	is := func(project string, names ...string) (words []string) {
		for _, name := range names {
			words = append(words, name+" is of "+project)
		}
		return words
	}
	own := is("demo", "demo_db_1", "demo_web_1", "f00ba47f00ba_demo_db_1", "own-name")
	for _, c := range []struct {
		what         string
		claim        observed.Claim
		claimed      []string
		named        []string // besides
		imagesLooked int
	}{
		{"its own", here(nil), own, []string{"demo-db-1 is external", "demo_db_2 is external"}, 1},
		{"adopted too", here(func(cl *observed.Claim) { cl.Adopt = true }), append(is("demo", "demo_db_2"), own...), []string{"demo-db-1 is external"}, 0},
		{"under an older name too", here(func(cl *observed.Claim) { cl.Before = "d" }), append(is("demo", "d_db_1"), own...), []string{"demo-db-1 is external", "demo_db_2 is external"}, 0},
	} {
		slices.Sort(c.claimed)
		s.memory.ResetCalls()
		list, err := s.engine.Containers(t.Context(), c.claim)
		if diff := cmp.Diff(c.claimed, told(list)); diff != "" || err != nil {
			t.Errorf("%s: Containers: %v, -want +got:\n%s", c.what, err, diff)
		}
		if calls := s.memory.Calls(); len(calls) != 1+c.imagesLooked {
			t.Errorf("%s: Containers: calls %v", c.what, calls)
		}
		s.memory.ResetCalls()
		list, err = s.engine.Named(t.Context(), c.claim)
		named := append(slices.Clone(c.claimed), c.named...)
		slices.Sort(named)
		if diff := cmp.Diff(named, told(list)); diff != "" || err != nil {
			t.Errorf("%s: Named: %v, -want +got:\n%s", c.what, err, diff)
		}
		if calls := s.memory.Calls(); len(calls) != 1 {
			t.Errorf("%s: Named: calls %v", c.what, calls)
		}
		s.memory.ResetCalls()
		snapshot, err := s.engine.Observe(t.Context(), c.claim, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(snapshot.Containers, func(c observed.Container) bool { return c.Project != "demo" })
		if diff := cmp.Diff(c.claimed, told(got)); diff != "" {
			t.Errorf("%s: Observe: -want +got:\n%s", c.what, diff)
		}
		if calls := s.memory.Calls(); len(calls) != 2 {
			t.Errorf("%s: Observe: calls %v", c.what, calls)
		}
	}

	list, err := s.engine.Containers(t.Context(), observed.Claim{})
	all := slices.Concat(own, is("shop", "own-name-of-shop", "shop_db_1"), is("d", "d_db_1"))
	slices.Sort(all)
	if diff := cmp.Diff(all, told(list)); diff != "" || err != nil {
		t.Errorf("of all projects: %v, -want +got:\n%s", err, diff)
	}
}

func TestACopyOfWhatDockerComposeMadeIsNotTheProjects(t *testing.T) {
	s := newStand(t)
	s.run("demo_db_1", "probe", composed("demo", "1.29.2", "db"))
	s.commit("demo_db_1", "copy")
	s.run("other", "copy", nil)
	list, err := s.engine.Named(t.Context(), here(nil))
	if diff := cmp.Diff([]string{"demo_db_1 is of demo", "other is a copy of db"}, told(list)); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestWhatHappensToClaimedContainersIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		claim observed.Claim
		want  []string
	}{
		"by one name": {here(nil), []string{"create demo_db_1", "start demo_db_1", "create demo_web_1", "start demo_web_1", "kill demo_web_1", "die demo_web_1"}},
		"adopted too": {here(func(cl *observed.Claim) { cl.Adopt = true }), []string{
			"create demo_db_1", "start demo_db_1", "create demo_db_2", "start demo_db_2", "create demo_web_1", "start demo_web_1", "kill demo_web_1", "die demo_web_1",
		}},
	} {
		s := newStand(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var seen []string
		err := s.engine.Watch(ctx, EventQuery{Claim: c.claim}, func() {
			s.run("box", "probe", nil)
			s.run("demo_db_1", "probe", composed("demo", "1.29.2", "db"))
			s.run("demo-db-1", "probe", composed("demo", "2.24.5", "db"))
			s.run("shop_db_1", "probe", composed("shop", "1.29.2", "db"))
			s.run("demo_db_2", "probe", nil)
			s.run("demo_web_1", "probe", ours("demo_web_1"))
			if err := s.client.ContainerStop(t.Context(), "demo_web_1", container.StopOptions{}); err != nil {
				t.Error(err)
			}
		}, func(e Event) {
			seen = append(seen, e.Action+" "+e.Name)
			if e.Project != "demo" || e.Service != "db" && e.Service != "web" {
				t.Errorf("%s: %+v", name, e)
			}
			if e.Action == Died {
				cancel()
			}
		})
		if err != context.Canceled {
			t.Error(err)
		}
		if diff := cmp.Diff(c.want, seen); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}
