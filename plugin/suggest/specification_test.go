package suggest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// Of a file of the specification depends_on counts, unless a link implies it, and who
// shares a network that it declares needs no link.
func TestWhatTheSpecificationSaysCounts(t *testing.T) {
	at := func(line int) compose.Pos { return compose.Pos{File: "compose.yaml", Line: line, Column: 5} }
	on := func(names ...string) []compose.ServiceNetwork {
		var list []compose.ServiceNetwork
		for _, name := range names {
			list = append(list, compose.ServiceNetwork{Name: name, Aliases: []string{name + "-alias"}})
		}
		return list
	}
	host := "back-alias"
	p := &compose.Project{Name: "demo", Format: compose.Spec, Services: []*compose.Service{
		{Name: "web", Links: []compose.Link{{Target: "cache", Alias: "cache"}}, Spec: &compose.ServiceSpec{
			Networks: on("default"), DependsOn: []compose.Dependency{{Service: "cache", Pos: at(3)}, {Service: "db", Pos: at(4)}, {Service: "gone", Pos: at(5)}},
		}},
		{Name: "db", Spec: &compose.ServiceSpec{Networks: []compose.ServiceNetwork{{Name: "default"}}}},
		{Name: "cache", Spec: &compose.ServiceSpec{Networks: []compose.ServiceNetwork{{Name: "default"}}}},
		{Name: "api", Environment: []compose.Var{{Name: "STORE_HOST", Value: &host, Pos: at(9)}}, Spec: &compose.ServiceSpec{Networks: []compose.ServiceNetwork{{Name: "back"}}}},
		{Name: "store", Spec: &compose.ServiceSpec{Networks: on("back")}},
	}}
	links := suggest.Links(suggest.Known{Project: p, Declared: linked(t, p), Mentions: suggest.FromProject(p, nil)})
	want := `web -> db  missing likely
    likely: depends_on: db (compose.yaml:4:5)
api -> store:back-alias  network likely
    likely: environment STORE_HOST: back-alias (compose.yaml:9:5)
web -> cache  silent 
`
	if diff := cmp.Diff(want, lines(links)); diff != "" {
		t.Error(diff)
	}
	missing, notes := suggest.Writable(p, links, suggest.Likely)
	if diff := cmp.Diff(suggest.Header+"services:\n  web:\n    links:\n    - db\n", suggest.Override(p.Format, nil, missing)); diff != "" || len(notes) > 0 {
		t.Errorf("%s%q", diff, notes)
	}
}

// What has to have ended before is not asked, and a health check asks.
func TestWhatIsWaitedForToEndIsNotAsked(t *testing.T) {
	at := compose.Pos{File: "compose.yaml", Line: 3, Column: 5}
	p := &compose.Project{Name: "demo", Format: compose.Spec, Services: []*compose.Service{
		{Name: "web", At: map[string]compose.Pos{"healthcheck": at}, Spec: &compose.ServiceSpec{
			DependsOn:   []compose.Dependency{{Service: "setup", Condition: compose.Completed, Pos: at}, {Service: "db", Condition: compose.Healthy, Pos: at}},
			Healthcheck: &compose.Healthcheck{Test: []string{"CMD-SHELL", "curl -f http://cache:6379 || exit 1"}},
		}},
		{Name: "setup"}, {Name: "db"}, {Name: "cache", Image: "valkey/valkey:8"},
	}}
	want := `web -> cache  missing sure
    sure: healthcheck: cache:6379 (compose.yaml:3:5)
web -> db  missing likely
    likely: depends_on: db (compose.yaml:3:5)
`
	if diff := cmp.Diff(want, lines(suggest.Links(suggest.Known{Project: p, Mentions: suggest.FromProject(p, nil)}))); diff != "" {
		t.Error(diff)
	}
}
