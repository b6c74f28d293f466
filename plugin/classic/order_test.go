package classic

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// project is one of services in file order: "web>db,cache" uses db and cache.
func project(services string) *compose.Project {
	p := &compose.Project{Name: "demo"}
	for _, word := range strings.Fields(services) {
		name, used, _ := strings.Cut(word, ">")
		s := &compose.Service{Name: name, Build: "/" + name}
		if used != "" {
			for _, target := range strings.Split(used, ",") {
				switch kind, other, special := strings.Cut(target, ":"); {
				case special && kind == "net":
					s.Net = compose.Namespace{Mode: compose.NetService, Name: other}
				case special:
					s.VolumesFrom = append(s.VolumesFrom, compose.VolumesFrom{Source: other, Service: true})
				default:
					s.Links = append(s.Links, compose.Link{Target: target})
				}
			}
		}
		p.Services = append(p.Services, s)
	}
	return p
}

// The orders are those that docker-compose 1.29.2 pulled in.
func TestServicesAreInTheOrderOfDockerCompose(t *testing.T) {
	for services, want := range map[string]string{
		"a b c":                     "a b c",
		"web>db db":                 "db web",
		"web>longname longname x y": "longname web x y",
		"web>db api db other":       "api db web other",
		"a>c b>c c d>a":             "c b a d",
		"a>net:b b c":               "b a c",
		"a>volumes:b b c":           "b a c",
		"a>b b>c c>a":               "c b a", // which docker-compose refused
		"a>a b":                     "a b",
	} {
		var got []string
		for _, s := range Order(project(services)) {
			got = append(got, s.Name)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", services, diff)
		}
	}
}

func TestAPlanOneByOneKeepsWhatItsStepsWaitFor(t *testing.T) {
	step := func(name string, after ...int) plan.Step {
		return plan.Step{Task: plan.Task{Verb: plan.Build, Name: name}, After: after}
	}
	p := &plan.Plan{Notes: []string{"n"}, Steps: []plan.Step{step("web"), step("base"), step("db"), step("api", 1)}}
	rank := map[string]int{"api": 0, "db": 1, "web": 2, "base": 3}
	out := OneByOne(p, func(s plan.Step) int { return rank[s.Task.Name] })
	want := &plan.Plan{Notes: []string{"n"}, Steps: []plan.Step{step("base"), step("api", 0), step("db", 1), step("web", 2)}}
	if diff := cmp.Diff(want.Steps, out.Steps); diff != "" || out.Notes[0] != "n" {
		t.Error(diff, out.Notes)
	}
	if p.Steps[3].After[0] != 1 || len(p.Steps[0].After) != 0 {
		t.Error("the plan itself has changed")
	}
}
