package deployed_test

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/convert"
	"github.com/stack-lite/stack-lite/plugin/deployed"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// checkWanted fails unless a swarm can be asked for what a file for docker stack deploy can
// say, and unless nothing is to be done once it has it. It counts the stacks.
func checkWanted(t *testing.T, in deployed.Inputs) (asked int) {
	t.Helper()
	in.Images = desired.Images(in.Project, desired.BuildOptions{}, nil)
	in.Read = func(string) ([]byte, error) { return []byte("content"), nil }
	for _, isolation := range []linking.Isolation{linking.ByLinks, linking.ByProject} {
		var err error
		if in.Topology, err = linking.Resolve(in.Project, linking.Options{Isolation: isolation, Swarm: true}); err != nil {
			t.Skip("no links that can be resolved: ", err)
		}
		_, _, unsaid := convert.ToStack(in.Project, in.Topology, in.Values)
		want, notes, err := deployed.Want(in)
		if unsaid != nil {
			if err == nil {
				t.Error("a swarm is asked for what can't be said: ", unsaid)
			}
			t.Skip("no swarm can have it: ", unsaid)
		}
		if err != nil {
			if onlyEmpty(err) {
				t.Skip("no swarm takes it: ", err)
			}
			t.Fatal(err)
		}
		asked++
		checkNames(t, want)
		for _, n := range notes {
			if strings.Contains(n.Text, "docker stack") || strings.Contains(n.Text, " stack ") {
				t.Errorf("a note speaks of files for docker stack: %v", n)
			}
		}
		p, err := plan.Make(plan.Goal{State: plan.UpAndRunning}, want, deployed.HaveOf(made(want), in.Project.Name))
		if err != nil || !p.Empty() {
			t.Errorf("what was made is made again: %v, %+v", err, p)
		}
		if again, _, _ := deployed.Want(in); !reflect.DeepEqual(want, again) {
			t.Error("the same files ask for something else")
		}
	}
	return asked
}

// onlyEmpty reports whether all mistakes are of secrets and configs without content.
func onlyEmpty(err error) bool {
	errs, ok := err.(compose.Errors)
	return ok && !slices.ContainsFunc(errs, func(e *compose.Error) bool { return !strings.Contains(e.Msg, "it is empty") })
}

// checkNames fails unless each service is on a network, and names are such as a manager takes.
func checkNames(t *testing.T, want plan.Want) {
	t.Helper()
	const longest = 63
	names := map[string]bool{}
	for _, n := range want.Networks {
		if names[n.Name] || len(n.Name) > longest || strings.Contains(n.Name, ".") {
			t.Errorf("network %s", n.Name)
		}
		names[n.Name] = true
	}
	for _, m := range want.Managed {
		if len(m.Attach) == 0 || len(m.Name) > longest || strings.Contains(m.Name, ".") {
			t.Errorf("service %s, on %v", m.Name, m.Attach)
		}
	}
}

func TestASwarmCanBeAskedForRealFiles(t *testing.T) {
	asked := 0
	for name, path := range realfiles.LayOut(t, "../..") {
		t.Run(name, func(t *testing.T) {
			p, err := compose.Load(compose.Options{Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "demo", Env: map[string]string{}, SkipBuildCheck: true})
			if err != nil {
				t.Skip("no file that loads: ", err)
			}
			asked += checkWanted(t, deployed.Inputs{Project: p})
		})
	}
	if asked < 140 {
		t.Errorf("only %d stacks", asked)
	}
}

func TestASwarmCanBeAskedForRealFilesOfToday(t *testing.T) {
	asked := 0
	for _, f := range realfiles.Today(t, "../..") {
		t.Run(f.ID, func(t *testing.T) {
			p, model, err := spec.Load(context.Background(), spec.Options{
				Files: f.Files, Dir: f.Dir, Name: "demo", Env: map[string]string{"HOME": "/root"}, Profiles: []string{"*"}, Display: filepath.Base,
			})
			if err != nil {
				t.Skip("no file that loads: ", err)
			}
			values, err := model.Values()
			if err != nil {
				t.Fatal(err)
			}
			asked += checkWanted(t, deployed.Inputs{Project: p, Values: values})
		})
	}
	if asked < 100 {
		t.Errorf("only %d stacks", asked)
	}
}
