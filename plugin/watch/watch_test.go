package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/suggest"
	"github.com/stack-lite/stack-lite/plugin/watch"
)

// stage is an engine with containers in one network, whose watchers do what is said of
// them.
type stage struct {
	mu     sync.Mutex
	boxes  []observed.Container
	happen chan engine.Happened
	stays  map[string]func(enough context.Context, lines *json.Encoder) error // by container

	begun  chan []string
	stayed map[string]int
}

func newStage(names ...string) *stage {
	s := &stage{
		happen: make(chan engine.Happened), begun: make(chan []string, 1), stayed: map[string]int{},
		stays: map[string]func(context.Context, *json.Encoder) error{},
	}
	for i, name := range names {
		s.boxes = append(s.boxes, observed.Container{
			ID: name, Name: name, Service: name, Project: "demo", State: plan.StateRunning,
			Endpoints: []observed.Endpoint{{Network: "net", NetworkID: "net", Address: address(i)}},
		})
	}
	return s
}

func address(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 1, 0, byte(2 + i)}) }

// asks is a report that one asks the other.
func asks(from, to int) probe.Report {
	return probe.Report{Flows: []probe.Flow{{Protocol: probe.TCPFlow, Client: address(from), Server: address(to), Port: 80, Tried: 1, Answered: 1}}}
}

// Stay is a watcher that begins, and ends when it is to, unless stays says otherwise.
func (s *stage) Stay(_, enough context.Context, id string, _ []string, out io.Writer) error {
	s.mu.Lock()
	s.stayed[id]++
	does := s.stays[id]
	s.mu.Unlock()
	lines := json.NewEncoder(out)
	if does != nil {
		return does(enough, lines)
	}
	return watchWell(enough, lines)
}

func watchWell(enough context.Context, lines *json.Encoder, reports ...probe.Report) error {
	now := time.Now()
	_ = lines.Encode(probe.Report{Begun: &now})
	for _, r := range reports {
		_ = lines.Encode(r)
	}
	<-enough.Done()
	return lines.Encode(probe.Report{End: true})
}

func (s *stage) run(t *testing.T, enough context.Context, long time.Duration) (watch.Result, error) {
	t.Helper()
	return watch.Run(t.Context(), enough, watch.Options{
		Watchers: s, For: long, Parallel: 2,
		Observe: func(context.Context) (*observed.Snapshot, []suggest.Member, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			snapshot := &observed.Snapshot{Containers: append([]observed.Container(nil), s.boxes...)}
			return snapshot, suggest.Members(snapshot, func(c *observed.Container) (string, bool) { return c.Service, c.Project == "demo" }), nil
		},
		Changes: func(ctx context.Context, begun func(), each func(engine.Happened)) error {
			begun()
			for {
				select {
				case h := <-s.happen:
					each(h)
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		},
		Begun: func(names []string) { s.begun <- names },
	})
}

// found are the pairs, and what is incomplete.
func found(r watch.Result) string {
	var words []string
	services, _ := r.Traffic.Pairs()
	for _, p := range services {
		words = append(words, p.From+">"+p.To)
	}
	return strings.Join(append(words, r.Notes...), "; ")
}

func TestItWatchesAllUntilItIsEnough(t *testing.T) {
	s := newStage("web", "db", "cache")
	s.stays["web"] = func(enough context.Context, lines *json.Encoder) error { return watchWell(enough, lines, asks(0, 1)) }
	enough, stop := context.WithCancel(t.Context())
	go func() {
		if names := <-s.begun; strings.Join(names, " ") != "cache db web" {
			t.Errorf("begun: %v", names)
		}
		stop()
	}()
	r, err := s.run(t, enough, time.Hour)
	if err != nil || found(r) != "web>db" {
		t.Errorf("%v; %v", found(r), err)
	}
}

func TestItWatchesUntilTheTimeIsOver(t *testing.T) {
	s := newStage("web", "db")
	r, err := s.run(t, t.Context(), time.Millisecond)
	if err != nil || found(r) != "" {
		t.Errorf("%v; %v", found(r), err)
	}
}

func TestWhatIsIncompleteIsSaid(t *testing.T) {
	for name, test := range map[string]struct {
		does func(context.Context, *json.Encoder) error
		want string
	}{
		"killed": {func(_ context.Context, lines *json.Encoder) error {
			now := time.Now()
			_ = lines.Encode(probe.Report{Begun: &now})
			return lines.Encode(asks(0, 1))
		}, "web>db; web was not watched to the end: its watcher ended early"},
		"not made": {func(context.Context, *json.Encoder) error { return errors.New("no room") }, "not watched: web: its watcher could not begin: no room"},
		"nonsense": {func(enough context.Context, lines *json.Encoder) error {
			now := time.Now()
			_ = lines.Encode(probe.Report{Begun: &now})
			_ = lines.Encode("hello")
			return nil
		}, "web was not watched to the end: its watcher ended early: the watcher's report can't be read"},
		"lost": {func(enough context.Context, lines *json.Encoder) error {
			return watchWell(enough, lines, probe.Report{Lost: 3})
		}, "web had too much traffic: 3 packets could not be counted"},
	} {
		s := newStage("web", "db")
		s.stays["web"] = test.does
		r, err := s.run(t, t.Context(), 50*time.Millisecond)
		if err != nil || !strings.HasPrefix(found(r), test.want) {
			t.Errorf("%s: %s; %v", name, found(r), err)
		}
	}
}

func TestNothingToWatchIsAnError(t *testing.T) {
	s := newStage("web")
	s.stays["web"] = func(context.Context, *json.Encoder) error { return errors.New("no room") }
	_, err := s.run(t, t.Context(), time.Hour)
	var nothing *watch.Nothing
	if !errors.As(err, &nothing) || !strings.Contains(err.Error(), "no room") {
		t.Errorf("%v", err)
	}
}

func TestNothingIsSaidOfWhatWasNotWatchedYet(t *testing.T) {
	s := newStage("web")
	enough, stop := context.WithCancel(t.Context())
	s.stays["web"] = func(enough context.Context, _ *json.Encoder) error {
		stop()
		<-enough.Done()
		return nil
	}
	if _, err := s.run(t, enough, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// One that is started meanwhile is watched too, one that is started again gets another
// watcher, for its network is another one, and one that ends is no fault.
func TestContainersComeAndGo(t *testing.T) {
	s := newStage("web", "db", "late", "brief")
	late, brief := s.boxes[2], s.boxes[3]
	s.boxes = s.boxes[:2]
	again := make(chan struct{}, 3)
	watched := func(enough context.Context, lines *json.Encoder) error {
		now := time.Now()
		_ = lines.Encode(probe.Report{Begun: &now})
		again <- struct{}{}
		<-enough.Done()
		return lines.Encode(probe.Report{End: true})
	}
	s.stays["web"] = watched
	s.stays["late"] = func(enough context.Context, lines *json.Encoder) error {
		again <- struct{}{}
		s.mu.Lock()
		first := s.stayed["late"] == 1
		s.mu.Unlock()
		if first {
			return errors.New("it is not started yet")
		}
		return watchWell(enough, lines, asks(2, 1))
	}
	s.stays["brief"] = func(context.Context, *json.Encoder) error {
		again <- struct{}{}
		return errors.New("no such container")
	}
	enough, stop := context.WithCancel(t.Context())
	go func() {
		<-s.begun
		<-again // web
		s.happen <- engine.Happened{ID: "web", Action: engine.Died}
		s.happen <- engine.Happened{ID: "web", Action: engine.Started}
		<-again // web once more
		s.mu.Lock()
		s.boxes = append(s.boxes, late)
		s.mu.Unlock()
		s.happen <- engine.Happened{ID: "late", Action: engine.Started}
		<-again // late
		for tried := false; !tried; {
			select {
			case s.happen <- engine.Happened{ID: "another", Action: engine.Started}:
			case <-again: // late once more
				tried = true
			}
		}
		s.mu.Lock()
		s.boxes = append(s.boxes, brief)
		s.mu.Unlock()
		s.happen <- engine.Happened{ID: "brief", Action: engine.Started}
		<-again // brief
		s.happen <- engine.Happened{ID: "brief", Action: engine.Died}
		s.happen <- engine.Happened{ID: "another", Action: engine.Started} // so that the one before was taken in
		stop()
	}()
	r, err := s.run(t, enough, time.Hour)
	if err != nil || found(r) != "late>db; not watched: brief: it ended before it could be watched" || s.stayed["web"] != 2 || s.stayed["db"] != 1 {
		t.Errorf("%s; %v; %v", found(r), err, s.stayed)
	}
}
