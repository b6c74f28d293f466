package swarm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// A sight is written as its tasks, ID:SLOT:STATE>DESIRED and perhaps @NODE, the newest of a
// replica first. One that is of an earlier specification has a ~ before it. What is after a
// | is why those do not run that do not (of "no addresses" that is a network), and what is after || the state of the update and what
// the manager says of it.
func parseSight(t *testing.T, replicas int, text string) sight {
	t.Helper()
	s := sight{current: map[string]bool{}, down: map[string]bool{"lost": true}}
	s.service = observed.Service{Name: "demo_web", Service: "web", Replicas: replicas, Wanted: replicas}
	text, update, _ := strings.Cut(text, "||")
	s.service.Update.State, s.service.Update.Message, _ = strings.Cut(strings.TrimSpace(update), " ")
	text, why, _ := strings.Cut(text, "|")
	for _, word := range strings.Fields(text) {
		rest, old := strings.CutPrefix(word, "~")
		rest, node, _ := strings.Cut(rest, "@")
		parts := strings.SplitN(rest, ":", 3)
		if len(parts) != 3 {
			t.Fatalf("%q is no task", word)
		}
		state, desired, _ := strings.Cut(parts[2], ">")
		if order(state) < 0 || order(desired) < 0 {
			t.Fatalf("%q has no such states", word)
		}
		slot, _ := strconv.Atoi(parts[1])
		s.current[parts[0]] = !old
		s.tasks = append(s.tasks, observed.Task{ID: parts[0], Name: fmt.Sprintf("demo_web.%d", slot), Slot: slot, State: state, Desired: desired, Node: node, NodeName: node})
	}
	if strings.TrimSpace(why) == "no addresses" {
		s.starved = []string{"demo_net"}
	}
	for i, of := range s.tasks {
		if hasEnded(of) && of.State != "complete" || of.State == "pending" {
			s.tasks[i].Err = strings.TrimSpace(why)
		}
	}
	return s
}

func TestAServiceIsWaitedFor(t *testing.T) {
	for _, test := range []struct {
		name      string
		replicas  int
		completes bool
		looks     []string // each half a second after the one before
		want      string   // done, waiting, or the error
		told      string
	}{
		{
			name: "until each replica has run for a moment", replicas: 2,
			looks: []string{
				"", "a:1:new>running b:2:pending>running", "a:1:preparing>running@n1 b:2:running>running@n2",
				"a:1:running>running@n1 b:2:running>running@n2", "a:1:running>running@n1 b:2:running>running@n2", "a:1:running>running@n1 b:2:running>running@n2",
			},
			want: "done", told: "web.1 waits for the manager, web.2 waits for a node, web.1 preparing on n1, web.2 running on n2, web.1 running on n1",
		},
		{
			name: "and no shorter", replicas: 1,
			looks: []string{"a:1:running>running", "a:1:running>running"},
			want:  "waiting",
		},
		{
			name: "and one that ends and is begun again has not", replicas: 1,
			looks: []string{"a:1:running>running@n1", "b:1:ready>ready@n1 a:1:failed>shutdown@n1 | task: non-zero exit (1)", "b:1:running>running@n1 a:1:failed>shutdown@n1"},
			want:  "waiting", told: "web.1 tried again: exited with code 1 on n1, web.1 running on n1",
		},
		{
			name: "until those of before are gone", replicas: 1,
			looks: []string{"~a:1:running>running@n1", "b:1:running>running@n1 ~a:1:running>shutdown@n1", "b:1:running>running@n1 ~a:1:running>shutdown@n1", "b:1:running>running@n1 ~a:1:running>shutdown@n1"},
			want:  "waiting", told: "web.1 running on n1",
		},
		{
			name: "but not for those on a node that is down", replicas: 1,
			looks: []string{"b:1:running>running@n1 ~a:1:running>shutdown@lost", "", "b:1:running>running@n1 ~a:1:running>shutdown@lost"},
			want:  "done",
		},
		{
			name: "until it has none where it was stopped", replicas: 0,
			looks: []string{"a:1:running>running@n1", "a:1:running>shutdown@n1", "a:1:shutdown>shutdown@n1"},
			want:  "done", told: "web.1 stopping on n1, web.1 stopped on n1",
		},
		{
			name: "and none that ends badly when it is stopped is missed", replicas: 1,
			looks: []string{"a:1:running>running@n1 b:2:running>running@n1", "a:1:running>running@n1 b:2:failed>shutdown@n1 | task: non-zero exit (143)", "a:1:running>running@n1 b:2:failed>shutdown@n1"},
			want:  "done", told: "web.2 exited with code 143 on n1, web.2 failed on n1",
		},
		{
			name: "while its network gets addresses", replicas: 1,
			looks: slices.Repeat([]string{"a:1:new>running | no addresses"}, 30),
			want:  "waiting", told: "web.1 waits for addresses on demo_net",
		},
		{
			name: "and not for ever where there are none", replicas: 1,
			looks: slices.Repeat([]string{"a:1:new>running | no addresses"}, 31),
			want:  "web.1 can't start: the manager has no addresses left for the network demo_net, as each takes a subnet of its address pools",
		},
		{
			name: "as long as an update is watched", replicas: 1,
			looks: []string{"a:1:running>running@n1 || updating", "a:1:running>running@n1 || updating", "a:1:running>running@n1 || updating"},
			want:  "waiting", told: " runs, and is watched for failures",
		},
		{
			name: "and then no longer", replicas: 1,
			looks: []string{"a:1:running>running@n1 || updating", "a:1:running>running@n1 || updating", "a:1:running>running@n1 || completed"},
			want:  "done",
		},
		{
			name: "one that ends by itself, until it has", replicas: 1, completes: true,
			looks: []string{"a:1:running>running@n1", "a:1:complete>shutdown@n1"},
			want:  "done", told: "web.1 completed on n1",
		},
		{
			name: "or has run for a moment", replicas: 1, completes: true,
			looks: []string{"a:1:running>running@n1", "a:1:running>running@n1", "a:1:running>running@n1", "a:1:running>running@n1"},
			want:  "done",
		},
		{
			name: "and one that ends well is not begun again by itself", replicas: 1, completes: true,
			looks: []string{"a:1:running>running@n1", "a:1:complete>shutdown@n1"},
			want:  "done", told: "web.1 completed on n1",
		},
		{
			name: "and what had completed before may be begun again", replicas: 1,
			looks: []string{"a:1:complete>shutdown@n1", "a:1:complete>shutdown@n1"},
			want:  "waiting", told: "web.1 completed on n1",
		},
		{
			name: "or is not", replicas: 1, completes: true,
			looks: []string{"a:1:complete>shutdown@n1", "", "", "", "a:1:complete>shutdown@n1"},
			want:  "done", told: "web.1 completed on n1",
		},
		{
			name: "also where the manager takes its end after a change for a failure", replicas: 1, completes: true,
			looks: []string{"~a:1:complete>shutdown@n1 || updating", "b:1:running>running@n1 || updating", "b:1:complete>shutdown@n1 || paused early termination of task b"},
			want:  "done", told: "web.1 running on n1, web.1 completed on n1",
		},
		{
			name: "and what was undone is told with what had failed", replicas: 1,
			looks: []string{
				"a:1:running>running || rollback_started", "a:1:running>running ~b:1:failed>shutdown@n1 | task: non-zero exit (64) || rollback_completed rollback completed",
			},
			want: "web: the update failed and was undone: web.1 on n1 exited with code 64",
		},
		{
			name: "and one that is to run has not when it ends well", replicas: 1,
			looks: append([]string{"a:1:starting>running@n1"}, slices.Repeat([]string{"a:1:complete>shutdown@n1"}, 5)...),
			want:  "web.1 on n1 exited with code 0, and is not begun again: where it has a health check, it may have been stopped for that",
		},
		{
			name: "as long as it may run with the next try", replicas: 1,
			looks: []string{"", "a:1:failed>shutdown@n1 | task: non-zero exit (1)", "b:1:failed>shutdown@n1 a:1:failed>shutdown@n1 | task: non-zero exit (1)", "c:1:starting>running@n1 b:1:failed>shutdown@n1 a:1:failed>shutdown@n1"},
			want:  "web.1 on n1 exited with code 1, and is not begun again", // by then there was no next
			told:  "web.1 exited with code 1 on n1",
		},
		{
			name: "but not for a third", replicas: 1,
			looks: []string{
				"", "b:1:ready>ready@n1 a:1:failed>shutdown@n1 | task: non-zero exit (1)", "c:1:ready>ready@n1 b:1:failed>shutdown@n1",
				"d:1:ready>ready@n1 c:1:failed>shutdown@n1 | task: non-zero exit (3)",
			},
			want: "web.1 on n1 exited with code 3, 3 times", told: "web.1 tried again: exited with code 1 on n1, web.1 tried again: failed on n1, web.1 tried again: exited with code 3 on n1",
		},
		{
			name: "and what failed before it was waited for does not count", replicas: 1,
			looks: []string{"d:1:ready>ready@n1 c:1:failed>shutdown@n1 b:1:failed>shutdown@n1 a:1:failed>shutdown@n1", "d:1:running>running@n1 c:1:failed>shutdown@n1 b:1:failed>shutdown@n1 a:1:failed>shutdown@n1"},
			want:  "waiting", told: "web.1 tried again: failed on n1, web.1 running on n1",
		},
		{
			name: "but not where the next try will fail alike", replicas: 1,
			looks: []string{"", "c:1:ready>ready@n1 b:1:rejected>shutdown@n1 a:1:rejected>shutdown@n1 | No such image: demo/web:1", "c:1:ready>ready@n1 a:1:rejected>shutdown@n1 b:1:rejected>shutdown@n1 | No such image: demo/web:1"},
			want:  "web.1 on n1 was rejected: the node does not have the image demo/web:1, and can't pull it",
		},
		{
			name: "but not for one that had failed and is not begun again", replicas: 1,
			looks: []string{"a:1:failed>shutdown@n1 | task: non-zero exit (1)", "", "", "", "a:1:failed>shutdown@n1 | task: non-zero exit (1)"},
			want:  "web.1 on n1 exited with code 1, and is not begun again",
		},
		{
			name: "and in an update failures are the manager's to count", replicas: 1,
			looks: []string{"", "c:1:ready>ready@n1 b:1:failed>shutdown@n1 a:1:failed>shutdown@n1 || updating", "", "e:1:ready>ready@n1 d:1:failed>shutdown@n1 c:1:failed>shutdown@n1 || updating"},
			want:  "waiting",
		},
		{
			name: "as long as a node may come", replicas: 1,
			looks: append([]string{"a:1:pending>running | no suitable node (insufficient resources on 2 nodes)"}, make([]string, 20)...),
			want:  "waiting", told: "web.1 waits: no node of the swarm is suitable: insufficient resources on 2 nodes",
		},
		{
			name: "but no longer", replicas: 1,
			looks: append(append([]string{"a:1:pending>running | no suitable node (insufficient resources on 2 nodes)"}, make([]string, 29)...), "a:1:pending>running | no suitable node (insufficient resources on 2 nodes)"),
			want:  "web.1 waits: no node of the swarm is suitable: insufficient resources on 2 nodes", told: "web.1 waits: no node of the swarm is suitable: insufficient resources on 2 nodes",
		},
		{
			name: "until the manager gives an update up", replicas: 2,
			looks: []string{"b:1:ready>ready@n2 a:1:failed>shutdown@n2 | task: non-zero exit (1) || paused update paused due to failure or early termination of task a"},
			want:  "web: the update was stopped halfway: web.1 on n2 exited with code 1", told: "web.1 tried again: exited with code 1 on n2",
		},
		{
			name: "and has undone it", replicas: 1,
			looks: []string{"a:1:running>running || rollback_started", "a:1:running>running || rollback_started", "a:1:running>running || rollback_started", "a:1:running>running || rollback_completed rollback completed"},
			want:  "web: the update failed and was undone: rollback completed", told: " runs, and is watched for failures",
		},
		{
			name: "and what was undone before does not count", replicas: 1,
			looks: []string{"a:1:running>running || rollback_completed x", "", "a:1:running>running || rollback_completed x"},
			want:  "done",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(test.completes)
			var told []string
			got, last := "", ""
			for i, text := range test.looks {
				if text == "" && i > 0 {
					text = last // nothing is new
				}
				last = text
				done, progress, err := w.look(time.Duration(i)*500*time.Millisecond, parseSight(t, test.replicas, text))
				for _, p := range progress {
					told = append(told, p.Part+" "+p.Text)
				}
				switch {
				case err != nil:
					got = err.Error()
				case done:
					got = "done"
				default:
					got = "waiting"
				}
				if got != "waiting" {
					break
				}
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if said := strings.Join(told, ", "); test.told != "" && said != test.told {
				t.Errorf("told %q\n want %q", said, test.told)
			}
		})
	}
}

func TestAServiceOnEachNodeIsWaitedForUntilTheManagerHasChosen(t *testing.T) {
	w := newWatch(false)
	s := sight{service: observed.Service{Name: "demo_agent", Service: "agent", Everywhere: true}, current: map[string]bool{"a": true, "b": true}}
	if done, _, err := w.look(0, s); done || err != nil {
		t.Error("at once", done, err)
	}
	for _, node := range []string{"a", "b"} {
		s.tasks = append(s.tasks, observed.Task{ID: node, Name: "demo_agent.id-" + node, Node: "id-" + node, NodeName: "node-" + node, State: "running", Desired: "running"})
	}
	s.service.Wanted = 3 // the third is not made yet
	_, progress, _ := w.look(time.Second, s)
	if want := (plan.Progress{Part: "agent.node-a", Text: "running on node-a"}); len(progress) != 2 || progress[0] != want {
		t.Errorf("told %+v", progress)
	}
	if done, _, err := w.look(3*time.Second, s); done || err != nil {
		t.Error("too early", done, err)
	}
	s.service.Wanted = 2
	if done, _, err := w.look(4*time.Second, s); !done || err != nil {
		t.Error("never", done, err)
	}
	if done, _, err := newWatch(false).look(settling, sight{service: observed.Service{Everywhere: true}}); !done || err != nil {
		t.Error("no node is to have one", done, err)
	}
}

func TestAFailureSaysWhereToLook(t *testing.T) {
	for err, want := range map[string]string{
		"task: non-zero exit (1)":   "to see what it wrote: docker stacklite logs web; to see its tasks: docker stacklite ps web",
		"No such image: demo/web:1": "push it to a registry that all nodes reach: docker push demo/web:1; to see its tasks: docker stacklite ps web",
		"something new":             "to see its tasks: docker stacklite ps web",
	} {
		f := &Failed{Service: "web", Reason: reasonOf(observed.Task{State: "failed", Err: err})}
		if got := strings.Join(f.Hints(), "; "); got != want {
			t.Errorf("%s: %s", err, got)
		}
	}
}
