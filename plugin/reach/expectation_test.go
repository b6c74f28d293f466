package reach_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

// stack is a project on an engine in memory, with the external networks and
// containers that random projects use.
type stack struct {
	t       *testing.T
	client  *client.Client
	engine  *engine.Engine
	project *compose.Project
	options desired.Options
}

func newStack(t *testing.T, api string, p *compose.Project) *stack {
	t.Helper()
	memory := enginetest.New(t, enginetest.Options{APIVersion: api, Images: []enginetest.Image{enginetest.Probe("app")}})
	c, err := client.NewClientWithOpts(client.WithHost(memory.Host()), client.WithVersion(api))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, s := range p.Services {
		s.Image = "app"
	}
	s := &stack{t: t, client: c, engine: engine.New(c, engine.Options{}), project: p, options: desired.Options{Version: "test"}}
	for _, name := range otherNetworks {
		if _, err := c.NetworkCreate(context.Background(), name, network.CreateOptions{Driver: "bridge"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range otherContainers {
		s.start(name)
	}
	return s
}

// start runs an external container on the default bridge.
func (s *stack) start(name string) {
	s.t.Helper()
	ctx := context.Background()
	made, err := s.client.ContainerCreate(ctx, &container.Config{Image: "app"}, nil, nil, nil, name)
	if err == nil {
		err = s.client.ContainerStart(ctx, made.ID, container.StartOptions{})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// inputs are what the wanted stack follows from.
func (s *stack) inputs(scale desired.Scale) desired.Inputs {
	s.t.Helper()
	snapshot, err := s.engine.Observe(context.Background(), observed.Claim{}, desired.ImageRefs(s.project))
	if err != nil {
		s.t.Fatal(err)
	}
	have := desired.HaveOf(snapshot, s.project.Name)
	in := desired.Inputs{Project: s.project, Have: have, Scale: desired.KeepScale(s.project, have.Have, scale), Options: s.options}
	if in.Topology, err = in.Resolve(); err != nil {
		s.t.Fatal(err)
	}
	return in
}

// up brings the project up, with a one-off container of a service where one is
// named.
func (s *stack) up(scale desired.Scale, oneOff string) {
	s.t.Helper()
	in := s.inputs(scale)
	want, err := in.Want()
	if err != nil {
		s.t.Fatal(err)
	}
	if oneOff != "" {
		in.AddOneOff(&want, desired.OneOff{Service: s.project.Service(oneOff), Name: "p_" + oneOff + "_run_1"})
	}
	p, err := plan.Make(plan.Goal{}, want, in.Have.Have)
	if err != nil {
		s.t.Fatal(err)
	}
	s.run(p)
	if oneOff != "" {
		if err := s.engine.Apply(context.Background(), plan.StartContainer{Container: "p_" + oneOff + "_run_1"}, nil); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *stack) run(p *plan.Plan) {
	s.t.Helper()
	if err := p.Run(context.Background(), 4, s.engine.Apply, func(plan.Event) {}); err != nil {
		s.t.Fatalf("%v\n%s", err, p)
	}
}

// link links two containers by hand.
func (s *stack) link(consumer, target, alias string) {
	s.t.Helper()
	v := s.view()
	a, b := v.Snapshot.Container("", consumer), v.Snapshot.Container("", target)
	p, err := adhoc.Planner{Snapshot: v.Snapshot}.Link(a, []adhoc.Target{{Container: b, Alias: alias}}, false)
	if err != nil {
		s.t.Fatal(err)
	}
	s.run(p)
}

// view is the project as it is, next to what the files say of it.
func (s *stack) view() reach.View {
	s.t.Helper()
	in := s.inputs(nil)
	v := reach.View{
		Project: s.project.Name, Snapshot: &in.Have.Snapshot, File: graph.Of(s.project, in.Topology),
		Loaded: s.project, Topology: in.Topology,
	}
	if err := s.engine.Names(context.Background(), reach.Checked(v)...); err != nil {
		s.t.Fatal(err)
	}
	return v
}

// checkNames fails unless all that is to be reached is, by all names that are
// demanded, and nothing else is.
func checkNames(t *testing.T, v reach.View) {
	t.Helper()
	for _, f := range reach.NewCheck(v, reach.Scope{}).Findings() {
		paths := reach.Paths(v.Snapshot, v.Snapshot.Container("", f.From), v.Snapshot.Container("", f.To))
		if got := len(paths) > 0; got != (f.Want == "yes") {
			t.Errorf("%s is to reach %s: %s, there are paths: %v", f.From, f.To, f.Want, got)
		}
		var names []string
		for _, p := range paths {
			names = append(names, p.Names...)
		}
		for _, name := range f.Names {
			if !slices.Contains(names, name) {
				t.Errorf("%s is to find %s as %s, and finds it as %v", f.From, f.To, name, names)
			}
		}
	}
}

// names answers questions for names as the engine's name server would if it
// answered with all that have a name, on whichever network, and no packet comes
// back to anything but what there is a path to.
type names struct{ s *observed.Snapshot }

// Ask implements reach.Prober.
func (n names) Ask(_ context.Context, id string, args []string) ([]byte, error) {
	from := n.s.ByID(id)
	var out bytes.Buffer
	for _, arg := range args[2:] {
		q, err := probe.ParseQuestion(arg)
		if err != nil {
			return nil, err
		}
		if err := json.NewEncoder(&out).Encode(n.answer(from, q)); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func (n names) answer(from *observed.Container, q probe.Question) probe.Answer {
	a := probe.Answer{Question: q.String(), Result: probe.Silent}
	from = n.s.NetworkOwner(from)
	for i := range n.s.Containers {
		to := &n.s.Containers[i]
		for _, e := range to.Endpoints {
			mine := from.ID == to.ID && slices.Contains(append([]string{to.Name}, e.Aliases...), q.Target)
			hides := slices.ContainsFunc(from.Endpoints, func(on observed.Endpoint) bool {
				return slices.ContainsFunc(on.Links, func(l linking.Name) bool { return strings.EqualFold(l.Alias, q.Target) })
			})
			if from.ID == to.ID && q == probe.AskEcho(e.Address) {
				a.Result = probe.Answered
			}
			if mine && !hides {
				a.Result, a.Addresses = probe.Found, append(a.Addresses, e.Address.String())
			}
		}
		for _, p := range reach.Paths(n.s, from, to) {
			switch {
			case !p.Address.IsValid():
			case q.Kind == probe.Name && slices.Contains(p.Names, q.Target):
				a.Result, a.Addresses = probe.Found, append(a.Addresses, p.Address.String())
			case q.Kind == probe.Echo && q.Target == p.Address.String():
				a.Result = probe.Answered
			}
		}
	}
	return a
}

// checkAnswers fails where a check of a stack that is as it should be finds
// anything.
func checkAnswers(t *testing.T, v reach.View) {
	t.Helper()
	check := reach.NewCheck(v, reach.Scope{})
	if err := check.Ask(t.Context(), names{v.Snapshot}, reach.Asking{Timeout: time.Second, Parallel: 4, Limit: context.WithTimeout, Pause: atOnce}); err != nil {
		t.Fatal(err)
	}
	for _, f := range check.Findings() {
		if f.Verdict != reach.OK {
			t.Error(f)
		}
	}
	for _, u := range check.Untested {
		t.Error(u)
	}
}

func TestCheckDemandsNoNameThatAStackDoesNotHave(t *testing.T) {
	randomProjects(t, 30, func(t *testing.T, r *rand.Rand, p *compose.Project, _ *linking.Topology) {
		s := newStack(t, []string{"1.41", "1.44"}[r.IntN(2)], p)
		if r.IntN(4) == 0 {
			s.options.Isolation = linking.ByProject
			if _, err := linking.Resolve(p, linking.Options{Isolation: linking.ByProject}); err != nil {
				return // names that only isolation by project brings together
			}
		}
		scale := desired.Scale{}
		for _, svc := range p.Services {
			shared := slices.ContainsFunc(p.Services, func(o *compose.Service) bool { return o.Net.Name == svc.Name })
			if len(svc.Ports) == 0 && !shared {
				scale[svc.Name] = 1 + r.IntN(2)
			}
		}
		s.up(scale, "")
		v := s.view()
		checkNames(t, v)
		checkAnswers(t, v)
	})
}

// demanded lists the names that check demands, by pair "from to".
func demanded(v reach.View) map[string]string {
	names := map[string]string{}
	for _, f := range reach.NewCheck(v, reach.Scope{}).Findings() {
		if f.Want == "yes" {
			names[f.From+" "+f.To] = strings.Join(f.Names, " ")
		}
	}
	return names
}

func TestTheNamesThatCheckDemands(t *testing.T) {
	for name, c := range map[string]struct {
		services string
		oneOff   string
		byHand   bool // crate is linked to web, and web to crate as "store"
		want     map[string]string
	}{
		"of services": {
			services: "web >db:sql\ndb\ncron",
			want: map[string]string{
				"p_web_1 p_db_1": "db db_1 p_db_1 sql", "p_db_1 p_web_1": "p_web_1 web web_1",
			},
		},
		"of an alias that hides a service": {
			services: "web >cache >db:Cache\ndb\ncache",
			want: map[string]string{
				"p_web_1 p_db_1": "CACHE Cache cache db db_1 p_db_1", "p_web_1 p_cache_1": "cache_1 p_cache_1",
				"p_db_1 p_web_1": "p_web_1 web web_1", "p_cache_1 p_web_1": "p_web_1 web web_1",
			},
		},
		"of an external container": {
			services: "web <box:b\ncron",
			want:     map[string]string{"p_web_1 box": "b box", "box p_web_1": "p_web_1"},
		},
		"of a one-off container": {
			services: "web >db:sql\ndb",
			oneOff:   "web",
			want: map[string]string{
				"p_web_1 p_db_1": "db db_1 p_db_1 sql", "p_db_1 p_web_1": "p_web_1 web web_1",
				"p_web_run_1 p_db_1": "db db_1 p_db_1 sql", "p_db_1 p_web_run_1": "p_web_run_1",
			},
		},
		"of one network stack": {
			services: "web >db\nside net=@web\ndb",
			want: map[string]string{
				"p_web_1 p_db_1": "db db_1 p_db_1", "p_db_1 p_web_1": "p_web_1 web web_1",
				"p_side_1 p_db_1": "db db_1 p_db_1", "p_db_1 p_side_1": "",
				"p_web_1 p_side_1": "", "p_side_1 p_web_1": "",
			},
		},
		"of links by hand": {
			services: "web >db\ndb",
			byHand:   true,
			want: map[string]string{
				"p_web_1 p_db_1": "db db_1 p_db_1", "p_db_1 p_web_1": "p_web_1 web web_1",
				"p_web_1 crate": "crate store", "crate p_web_1": "p_web_1 www",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStack(t, "1.44", linkingtest.Sketch(t, c.services))
			s.up(nil, c.oneOff)
			if c.byHand {
				s.link("p_web_1", "crate", "store")
				s.link("crate", "p_web_1", "www")
			}
			v := s.view()
			checkNames(t, v)
			checkAnswers(t, v)
			if diff := cmp.Diff(c.want, demanded(v)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestACheckOfSomeIsOfPairsWithThem(t *testing.T) {
	s := newStack(t, "1.44", linkingtest.Sketch(t, "web >db\ndb\ncron\nhost net=host"))
	s.up(nil, "")
	v := s.view()
	check := reach.NewCheck(v, reach.Scope{Nodes: []string{"cron"}})
	var pairs []string
	for _, f := range check.Findings() {
		pairs = append(pairs, f.From+" "+f.To)
	}
	if want := []string{"p_web_1 p_cron_1", "p_db_1 p_cron_1", "p_cron_1 p_web_1", "p_cron_1 p_db_1"}; !slices.Equal(pairs, want) {
		t.Errorf("got %v, want %v", pairs, want)
	}
	if want := "p_host_1 is not tested: it uses the host's network, which reaches everybody"; !slices.Equal(check.Notes, []string{want}) {
		t.Errorf("notes %q", check.Notes)
	}
	if check.Empty() || !reach.NewCheck(v, reach.Scope{Nodes: []string{"host"}}).Empty() {
		t.Error("a check is empty where there is nothing to ask")
	}
}
