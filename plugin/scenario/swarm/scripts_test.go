package swarm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// machines are the nodes of the swarm that scripts run on.
var machines = []enginetest.Node{{Name: "m1"}, {Name: "w1", Worker: true}, {Name: "w2", Worker: true}}

// TestScriptsOnASwarmInMemory runs the scripts of testdata: a user's session each, as those
// of plugin/scenario, on a swarm of three nodes. Beyond their words there are these, of
// which those that count wait until it is so:
//
//	tasks SERVICE N [NODES]       exactly N tasks of it run, on exactly so many nodes
//	services N, overlays N        the project has so many
//	ended N                       so many of its tasks have ended well
//	finds, loses SERVICE NAME     every task of it reaches port 80 of the name, or none does
//	refuses TEXT stacklite ARG…   the run fails, and says the text
//	turn-off, turn-on NODE        the machine
//	take-off SERVICE              of its networks, by somebody else
//	files N                       the project has so many secrets and configs
//	leave-file NAME               a secret of the project is there, and nothing else
func TestScriptsOnASwarmInMemory(t *testing.T) {
	words := map[string]func(*testscript.TestScript, bool, []string){
		"tasks": waits(2, 3, tasksRun), "services": waits(1, 1, servicesAre), "overlays": waits(1, 1, overlaysAre), "ended": waits(1, 1, haveEnded),
		"finds": waits(2, 2, findsName), "loses": waits(2, 2, loses),
		"refuses": refuses, "take-off": takeOff, "files": waits(1, 1, filesAre), "leave-file": leaveFile,
		"turn-off": machine((*enginetest.Engine).KillNode), "turn-on": machine((*enginetest.Engine).MendNode),
	}
	scenario.Run(t, scenario.Scripts{
		Dir: "testdata", Kind: "memory", Words: words,
		Open: func(t testing.TB, _ string) (*scenario.Scene, error) {
			memory := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe(scenario.ProbeImage)}, Swarm: machines})
			return scenario.New(t, memory.Host(), memory), nil
		},
	})
}

// waits is a word with some arguments that is said again until it holds.
func waits(least, most int, holds func(s *scenario.Scene, args []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < least || len(args) > most {
			ts.Fatalf("takes %d to %d words", least, most)
		}
		s := scenario.Of(ts)
		if err := s.Await(func() error { return holds(s, args) }); err != nil {
			ts.Fatalf("%v: %v", args, err)
		}
	}
}

func machine(do func(*enginetest.Engine, string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		for _, name := range args {
			do(scenario.Of(ts).Memory, name)
		}
	}
}

// refuses runs a command that must fail, and demands a text of its standard error.
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refuses TEXT PROGRAM ARG...")
	}
	if err := ts.Exec(args[1], args[2:]...); err == nil {
		ts.Fatalf("%v succeeds", args[1:])
	}
	if said := ts.ReadFile("stderr"); !strings.Contains(said, args[0]) {
		ts.Fatalf("%v does not say %q:\n%s", args[1:], args[0], said)
	}
}

// place is a container of a task, and the engine of its node.
type place struct {
	id   string
	node string
	cli  *client.Client
}

// placesOf are the containers of a service that run, on nodes that answer.
func placesOf(s *scenario.Scene, service string) (list []place, err error) {
	for _, m := range machines {
		cli, err := client.NewClientWithOpts(client.WithHost(s.Memory.Node(m.Name).Host()), client.WithVersion("1.41"))
		if err != nil {
			return nil, err
		}
		found, err := cli.ContainerList(context.Background(), container.ListOptions{Filters: filters.NewArgs(
			filters.Arg("label", "com.docker.swarm.service.name="+s.Project+"_"+service), filters.Arg("status", "running"))})
		if client.IsErrConnectionFailed(err) || err != nil && strings.Contains(err.Error(), "EOF") {
			continue // it is turned off
		}
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			list = append(list, place{id: c.ID, node: m.Name, cli: cli})
		}
	}
	return list, nil
}

func tasksRun(s *scenario.Scene, args []string) error {
	list, err := placesOf(s, args[0])
	if err != nil {
		return err
	}
	var on []string
	for _, p := range list {
		on = append(on, p.node)
	}
	slices.Sort(on)
	if n := strconv.Itoa(len(list)); n != args[1] {
		return fmt.Errorf("%s tasks run, on %v", n, on)
	}
	if n := strconv.Itoa(len(slices.Compact(slices.Clone(on)))); len(args) == 3 && n != args[2] {
		return fmt.Errorf("they run on %v", on)
	}
	return nil
}

func servicesAre(s *scenario.Scene, args []string) error {
	list, err := s.Client.ServiceList(context.Background(), swarm.ServiceListOptions{Filters: filters.NewArgs(filters.Arg("name", s.Project+"_"))})
	return isCount(args[0], len(list), err)
}

func overlaysAre(s *scenario.Scene, args []string) error {
	list, err := s.Client.NetworkList(context.Background(), network.ListOptions{}) // a manager filters by whole names
	list = slices.DeleteFunc(list, func(n network.Summary) bool { return !strings.HasPrefix(n.Name, s.Project+"_") })
	return isCount(args[0], len(list), err)
}

func haveEnded(s *scenario.Scene, args []string) error {
	list, err := s.Client.TaskList(context.Background(), swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("label", labels.ProjectOf+"="+s.Project))})
	list = slices.DeleteFunc(list, func(t swarm.Task) bool { return t.Status.State != swarm.TaskStateComplete })
	return isCount(args[0], len(list), err)
}

func filesAre(s *scenario.Scene, args []string) error {
	ours := filters.NewArgs(filters.Arg("label", labels.ProjectOf+"="+s.Project))
	secrets, err := s.Client.SecretList(context.Background(), swarm.SecretListOptions{Filters: ours})
	if err != nil {
		return err
	}
	configs, err := s.Client.ConfigList(context.Background(), swarm.ConfigListOptions{Filters: ours})
	return isCount(args[0], len(secrets)+len(configs), err)
}

// leaveFile makes a secret as one is left by a down that was cut off.
func leaveFile(ts *testscript.TestScript, _ bool, args []string) {
	s := scenario.Of(ts)
	_, err := s.Client.SecretCreate(context.Background(), swarm.SecretSpec{Annotations: swarm.Annotations{
		Name: s.Project + "_" + args[0], Labels: map[string]string{labels.ProjectOf: s.Project},
	}, Data: []byte("x")})
	ts.Check(err)
}

// takeOff takes a service off its networks, as docker service update --network-rm does.
func takeOff(ts *testscript.TestScript, _ bool, args []string) {
	s := scenario.Of(ts)
	there, _, err := s.Client.ServiceInspectWithRaw(context.Background(), s.Project+"_"+args[0], swarm.ServiceInspectOptions{})
	ts.Check(err)
	there.Spec.TaskTemplate.Networks = nil
	_, err = s.Client.ServiceUpdate(context.Background(), there.ID, there.Version, there.Spec, swarm.ServiceUpdateOptions{})
	ts.Check(err)
}

func isCount(want string, n int, err error) error {
	if err == nil && strconv.Itoa(n) != want {
		err = fmt.Errorf("there are %d", n)
	}
	return err
}

func findsName(s *scenario.Scene, args []string) error {
	return dialed(s, args[0], args[1], func(said string) bool { return strings.Contains(said, "connected to") })
}

func loses(s *scenario.Scene, args []string) error {
	return dialed(s, args[0], args[1], func(said string) bool { return strings.Contains(said, "no such name") })
}

// dialed has every task of a service connect to a name.
func dialed(s *scenario.Scene, service, name string, right func(said string) bool) error {
	list, err := placesOf(s, service)
	if err == nil && len(list) == 0 {
		err = errors.New("no task of it runs")
	}
	for _, p := range list {
		said, err := scenario.Inside(context.Background(), p.cli, p.id, "/probe", "dial", name+":80")
		if err != nil {
			said = err.Error()
		}
		if !right(said) {
			return fmt.Errorf("on %s: %s", p.node, said)
		}
	}
	return err
}
