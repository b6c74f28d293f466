package deployed

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
)

// TestASwarmIsAskedWhatDockerStackDeployAsksIt reads testdata/docker: files as convert --to
// stack writes them, each with the services and networks that docker's own converter
// (github.com/docker/cli/cli/compose/convert 28.5.2, with namespace demo) makes of it. It was
// recorded, for that package brings Swarm itself and half a hundred modules along.
func TestASwarmIsAskedWhatDockerStackDeployAsksIt(t *testing.T) {
	names, err := filepath.Glob("testdata/docker/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			values, err := loader.ParseYAML([]byte(strings.ReplaceAll(string(text), "$$", "$")))
			if err != nil {
				t.Fatal(err)
			}
			written := compose.Map{
				{Key: "services", Value: values["services"]}, {Key: "networks", Value: values["networks"]}, {Key: "volumes", Value: values["volumes"]},
				{Key: "secrets", Value: values["secrets"]}, {Key: "configs", Value: values["configs"]},
			}
			checkKnown(t, written)
			s, err := read(written)
			if err != nil {
				t.Fatal(err)
			}
			s.nameAll("demo")
			var want, got struct {
				Services map[string]swarm.ServiceSpec
				Networks map[string]network.CreateOptions
			}
			recorded, err := os.ReadFile(strings.TrimSuffix(name, ".yaml") + ".json")
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(recorded, &want); err != nil {
				t.Fatal(err)
			}
			got.Services, got.Networks = map[string]swarm.ServiceSpec{}, map[string]network.CreateOptions{}
			for name, of := range s.Services {
				spec, err := of.spec("demo_"+name, s, name)
				if err != nil {
					t.Fatal(err)
				}
				setReplicas(&spec, of)
				got.Services[name] = spec
			}
			for _, of := range s.Networks {
				if !of.External {
					got.Networks[of.Name] = of.options()
				}
			}
			if diff := cmp.Diff(comparable(t, want), comparable(t, got)); diff != "" {
				t.Errorf("-docker +ours:\n%s", diff)
			}
		})
	}
}

// checkKnown fails where something is written that is not read.
func checkKnown(t *testing.T, written compose.Map) {
	t.Helper()
	values := plain(written).(map[string]any)
	for _, of := range values["services"].(map[string]any) {
		maps.DeleteFunc(of.(map[string]any), func(name string, _ any) bool { return strings.HasPrefix(name, "x-") })
		if deploy, ok := of.(map[string]any)["deploy"].(map[string]any); ok {
			delete(deploy, "replicas")
		}
	}
	for _, kind := range []string{"secrets", "configs"} {
		files, _ := values[kind].(map[string]any)
		for name, of := range files {
			files[name] = map[string]any{"name": of.(map[string]any)["name"]} // its content is not read from there
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&stack{}); err != nil {
		t.Error(err)
	}
}

// setReplicas gives a service the number of replicas that a stack says, where it says one.
func setReplicas(spec *swarm.ServiceSpec, of service) {
	var said struct{ Deploy struct{ Replicas *uint64 } }
	text, _ := json.Marshal(of.said)
	if json.Unmarshal(text, &said) != nil || said.Deploy.Replicas == nil {
		return
	}
	if spec.Mode.Replicated != nil {
		spec.Mode.Replicated.Replicas = said.Deploy.Replicas
	}
	if spec.Mode.ReplicatedJob != nil {
		spec.Mode.ReplicatedJob.MaxConcurrent, spec.Mode.ReplicatedJob.TotalCompletions = said.Deploy.Replicas, said.Deploy.Replicas
	}
}

// comparable is a value as JSON has it, without what is not set, the labels of stacks, and the
// order of ports and aliases, in which docker has none.
func comparable(t *testing.T, v any) any {
	t.Helper()
	return golden.Set(t, unordered(golden.Set(t, v)))
}

func unordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(name string, _ any) bool { return strings.HasPrefix(name, "com.docker.stack.") })
		for name, value := range v {
			v[name] = unordered(value)
		}
		if list, ok := v["Ports"].([]any); ok {
			slices.SortFunc(list, func(a, b any) int {
				x, _ := json.Marshal(a)
				y, _ := json.Marshal(b)
				return strings.Compare(string(x), string(y))
			})
		}
	case []any:
		for i := range v {
			v[i] = unordered(v[i])
		}
	}
	return v
}
