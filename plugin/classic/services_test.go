package classic

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func load(t *testing.T, text string) *compose.Project {
	t.Helper()
	p, err := compose.Load(compose.Options{Files: []string{"-"}, Dir: t.TempDir(), Stdin: strings.NewReader(text), SkipBuildCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestServicesAreListedInTheOrderOfTheOldTools has what docker-compose 1.29.2
// printed for config --services, but for the circle, which it refused.
func TestServicesAreListedInTheOrderOfTheOldTools(t *testing.T) {
	for text, want := range map[string]string{
		"a: {image: x}\nb: {image: x}\nc: {image: x}":                                                                        "a b c",
		"web: {image: x, links: [db]}\nlone: {image: x}\ndb: {image: x}":                                                     "lone db web",
		"web: {image: x, links: ['db:d', cache]}\ndb: {image: x, volumes_from: [data]}\ncache: {image: x}\ndata: {image: x}": "cache data db web",
		"side: {image: x, net: 'container:web'}\nother: {image: x}\nweb: {image: x}":                                         "other web side",
		"a: {image: x, links: [b]}\nb: {image: x, links: [a]}":                                                               "b a",
	} {
		if got := strings.Join(ServiceNames(load(t, text)), " "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func TestAWrongFilterIsRefusedInTheWordsOfTheOldTools(t *testing.T) {
	for word, want := range map[string]string{
		"status=paused": "", "source=build": "",
		"status": "Arguments to --filter should be in form KEY=VAL", "status=": "Invalid state:", "status=exited": "Invalid state: exited",
		"source=": "Invalid value for source filter:", "a=b=c": "Invalid filter: a",
	} {
		got := ""
		if err := CheckFilter(word, true); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
	if err := CheckFilter("status=exited", false); err != nil {
		t.Errorf("without a container: %v", err)
	}
}

func TestAnEmptyListIsAnEmptyLine(t *testing.T) {
	for want, list := range map[string][]string{"\n": nil, "a\nb\n": {"a", "b"}} {
		var out bytes.Buffer
		if err := PrintLines(view.Options{Out: &out}, list); err != nil || out.String() != want {
			t.Errorf("%q: %v", out.String(), err)
		}
	}
}

func TestAServiceIsScaledWhereAsManyRunAsAreWanted(t *testing.T) {
	want := plan.Want{Containers: []plan.Container{{Service: "web"}, {Service: "web"}, {Service: "db"}, {Service: "job"}, {Service: "old", Name: "demo_old_1"}}}
	have := plan.Have{Containers: []plan.HaveContainer{
		{Service: "web", State: plan.StateRunning}, {Service: "web", State: plan.StateRunning}, {Service: "web", OneOff: true, State: plan.StateRunning},
		{Service: "db", State: plan.StateExited}, {Service: "gone", State: plan.StateRunning}, {Service: "job", State: plan.StateRunning},
		{Service: "old", State: plan.StateRunning},
	}}
	p := &plan.Plan{Steps: []plan.Step{{Task: plan.Task{Verb: plan.Recreate, Name: "demo_old_1"}}}}
	if got := strings.Join(Scaled(plan.Goal{Services: []string{"web", "db", "gone", "none", "old"}}, want, have, p), " "); got != "web none" {
		t.Errorf("got %s", got)
	}
}
