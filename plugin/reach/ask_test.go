package reach_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

// atOnce waits for nothing.
func atOnce(context.Context, time.Duration) {}

// prober answers each question of a round, counted from 1, beside a container.
type prober struct {
	answer func(round int, container, question string) probe.Answer

	mu     sync.Mutex
	rounds map[string]int // by container
	asked  []string       // "container timeout question"
}

// Ask implements reach.Prober.
func (p *prober) Ask(_ context.Context, container string, args []string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rounds == nil {
		p.rounds = map[string]int{}
	}
	p.rounds[container]++
	var out bytes.Buffer
	for _, question := range args[2:] {
		p.asked = append(p.asked, strings.Join([]string{container, args[1], question}, " "))
		a := p.answer(p.rounds[container], container, question)
		if a.Error != "" {
			return nil, errors.New(a.Error)
		}
		a.Question = question
		if err := json.NewEncoder(&out).Encode(a); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// pairs are web and db, which are linked where a network says so, at 10.0.0.2
// and 10.0.0.3 with one port each.
func pairs(t *testing.T, services string) reach.View {
	t.Helper()
	p, top := resolved(t, services)
	s := brought(reach.Planned(p, top, nil))
	for i, name := range []string{"p_web_1", "p_db_1"} {
		c := s.Container("p", name)
		c.Ports = []observed.Port{{Private: 5432, Protocol: "tcp"}}
		c.Endpoints[0].Address = []observed.Endpoint{on("", "10.0.0.2"), on("", "10.0.0.3")}[i].Address
	}
	return reach.View{Project: "p", Snapshot: s, File: graph.Of(p, top), Loaded: p, Topology: top}
}

// ask asks about pairs and gives what is found, a line each.
func ask(t *testing.T, v reach.View, p *prober) (findings, notes []string) {
	t.Helper()
	check := reach.NewCheck(v, reach.Scope{})
	if err := check.Ask(context.Background(), p, reach.Asking{Timeout: time.Second, Parallel: 2, Limit: context.WithTimeout, Pause: atOnce}); err != nil {
		t.Fatal(err)
	}
	for _, f := range check.Findings() {
		findings = append(findings, f.String())
	}
	return findings, check.Notes
}

// silence is no answer to anything but names.
func silence(question string) probe.Answer {
	if strings.HasPrefix(question, "name/") {
		return probe.Answer{Result: probe.Unknown}
	}
	return probe.Answer{Result: probe.Silent}
}

// found is the answer to the question for a name of web or db, or an echo.
func found(question string) probe.Answer {
	switch {
	case strings.HasPrefix(question, "name/") && strings.Contains(question, "web"):
		return probe.Answer{Result: probe.Found, Addresses: []string{"10.0.0.2"}}
	case strings.HasPrefix(question, "name/"):
		return probe.Answer{Result: probe.Found, Addresses: []string{"10.0.0.3"}}
	}
	return probe.Answer{Result: probe.Answered}
}

func TestWhatIsAsItShouldBeIsAskedOnce(t *testing.T) {
	p := &prober{answer: func(_ int, _, question string) probe.Answer { return found(question) }}
	findings, notes := ask(t, pairs(t, "web >db:sql\ndb"), p)
	if want := []string{"ok: p_web_1, p_db_1", "ok: p_db_1, p_web_1"}; !slices.Equal(findings, want) || len(notes) > 0 {
		t.Errorf("got %q, notes %q", findings, notes)
	}
	slices.Sort(p.asked)
	want := []string{
		"p_db_1 1s echo/10.0.0.2", "p_db_1 1s name/p_web_1", "p_db_1 1s name/web", "p_db_1 1s name/web_1", "p_db_1 1s tcp/10.0.0.2:5432",
		"p_web_1 1s echo/10.0.0.3", "p_web_1 1s name/db", "p_web_1 1s name/db_1", "p_web_1 1s name/p_db_1", "p_web_1 1s name/sql",
		"p_web_1 1s tcp/10.0.0.3:5432",
	}
	if diff := cmp.Diff(want, p.asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBothFamiliesAreAskedAboutAndPublishedPortsToo(t *testing.T) {
	v := pairs(t, "web >db\ndb\ncron")
	for name, address := range map[string]string{"p_web_1": "fd00::2", "p_db_1": "fd00::3", "p_cron_1": "fd00::1:2"} {
		c := v.Snapshot.Container("p", name)
		c.Endpoints[0] = with6(c.Endpoints[0], address)
		c.Ports = []observed.Port{
			{Private: 80, Protocol: "tcp", Public: 8080, IP: "0.0.0.0"}, {Private: 80, Protocol: "tcp", Public: 8080, IP: "::"},
			{Private: 80, Protocol: "tcp", Public: 8081, IP: "::1"},
		}
	}
	p := &prober{answer: func(_ int, _, question string) probe.Answer { return silence(question) }}
	ask(t, v, p)
	for _, want := range []string{
		"p_web_1 1s echo/fd00::3", "p_web_1 1s tcp/[fd00::3]:80", "p_web_1 1s echo/fd00::1:2",
		"p_cron_1 1s tcp/10.0.0.1:8080", "p_cron_1 1s tcp/[fd00::1]:8080",
	} {
		if !slices.Contains(p.asked, want) {
			t.Errorf("nobody asks %s", want)
		}
	}
	if got := strings.Join(p.asked, "\n"); strings.Contains(got, "8081") {
		t.Errorf("the host alone finds that port:\n%s", got)
	}
}

func TestWhatIsNotIsAskedAgainWithMoreTime(t *testing.T) {
	slow := &prober{answer: func(round int, container, question string) probe.Answer {
		if round == 1 && container == "p_web_1" {
			return silence(question)
		}
		return found(question)
	}}
	if findings, notes := ask(t, pairs(t, "web >db\ndb"), slow); findings[0] != "ok: p_web_1, p_db_1" || len(notes) > 0 {
		t.Errorf("an answer that comes late: %q, notes %q", findings, notes)
	}
	if !slices.Contains(slow.asked, "p_web_1 3s name/db") || slices.Contains(slow.asked, "p_db_1 3s name/web") {
		t.Errorf("asked %q", slow.asked)
	}
	silent := &prober{answer: func(_ int, _, question string) probe.Answer { return silence(question) }}
	findings, _ := ask(t, pairs(t, "web >db\ndb"), silent)
	if want := "broken: p_web_1 does not reach p_db_1: no answer from 10.0.0.3; " +
		"the name db does not resolve; the name db_1 does not resolve; the name p_db_1 does not resolve"; findings[0] != want {
		t.Errorf("got  %s\nwant %s", findings[0], want)
	}
}

func TestALeakThatIsGoneWhenAskedAgainIsANote(t *testing.T) {
	refused := func(rounds int) *prober {
		return &prober{answer: func(round int, container, question string) probe.Answer {
			if round <= rounds && container == "p_web_1" && strings.HasPrefix(question, "tcp/") {
				return probe.Answer{Result: probe.Refused}
			}
			return silence(question)
		}}
	}
	leaking := refused(6)
	findings, notes := ask(t, pairs(t, "web\ndb"), leaking)
	if want := "leak: p_web_1 reaches p_db_1, and they are not linked: 10.0.0.3 refuses connections on port 5432"; findings[0] != want || len(notes) > 0 {
		t.Errorf("got %q, notes %q", findings, notes)
	}
	again := slices.DeleteFunc(slices.Clone(leaking.asked), func(asked string) bool { return !strings.Contains(asked, " 3s ") })
	if want := slices.Repeat([]string{"p_web_1 3s tcp/10.0.0.3:5432"}, 5); !slices.Equal(again, want) {
		t.Errorf("asked again %q, want nothing but the way that packets went: %q", again, want)
	}
	for rounds := 1; rounds < 6; rounds++ {
		findings, notes = ask(t, pairs(t, "web\ndb"), refused(rounds))
		want := []string{"p_web_1 reached p_db_1 for a moment, and not when tested again: was a network made then?"}
		if findings[0] != "ok: p_web_1, p_db_1" || !slices.Equal(notes, want) {
			t.Errorf("%d rounds: got %q, notes %q", rounds, findings, notes)
		}
	}
}

func TestWhoCanNotBeAskedFromIsUnknown(t *testing.T) {
	p := &prober{answer: func(_ int, container, question string) probe.Answer {
		if container == "p_web_1" {
			return probe.Answer{Error: "no room"}
		}
		return found(question)
	}}
	findings, _ := ask(t, pairs(t, "web >db\ndb"), p)
	want := []string{"unknown: whether p_web_1 reaches p_db_1: can't test from p_web_1: no room", "ok: p_db_1, p_web_1"}
	if !slices.Equal(findings, want) || p.rounds["p_web_1"] != 1 {
		t.Errorf("got %q in %d rounds", findings, p.rounds["p_web_1"])
	}
}

// stuck answers for all containers but one, of which nothing is heard.
type stuck struct {
	prober
	container string
}

// Ask implements reach.Prober.
func (s *stuck) Ask(ctx context.Context, container string, args []string) ([]byte, error) {
	if container == s.container {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.prober.Ask(ctx, container, args)
}

func TestAProberThatNeverAnswersIsNotWaitedForForEver(t *testing.T) {
	v := pairs(t, "web >db\ndb")
	synctest.Test(t, func(t *testing.T) {
		p := &stuck{container: "p_web_1"}
		p.answer = func(_ int, _, question string) probe.Answer { return found(question) }
		check, begun := reach.NewCheck(v, reach.Scope{}), time.Now()
		if err := check.Ask(t.Context(), p, reach.Asking{Timeout: 3 * time.Second, Parallel: 2, Limit: context.WithTimeout, Pause: atOnce}); err != nil {
			t.Fatal(err)
		}
		if took, want := time.Since(begun), 2*time.Minute+3*time.Second; took != want {
			t.Errorf("waited %s, want %s", took, want)
		}
		var findings []string
		for _, f := range check.Findings() {
			findings = append(findings, f.String())
		}
		want := []string{
			"unknown: whether p_web_1 reaches p_db_1: can't test from p_web_1: the prober in its network did not answer within 2m3s",
			"ok: p_db_1, p_web_1",
		}
		if diff := cmp.Diff(want, findings); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestAnEndedContextEndsTheAsking(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := &prober{answer: func(_ int, _, question string) probe.Answer { cancel(); return silence(question) }}
	err := reach.NewCheck(pairs(t, "web >db\ndb"), reach.Scope{}).Ask(ctx, p, reach.Asking{Timeout: time.Second, Limit: context.WithTimeout, Pause: atOnce})
	if !errors.Is(err, context.Canceled) || len(p.rounds) != 2 {
		t.Errorf("got %v, asked %v", err, p.rounds)
	}
}

func TestALeakMattersMostAndALinkMoreThanAPublishedPort(t *testing.T) {
	var ranks []int
	for _, f := range []reach.Finding{
		{Verdict: reach.OK}, {Verdict: reach.OK, Ports: []string{"10.0.0.1:80"}}, {Verdict: reach.OK, Want: "yes"},
		{Verdict: reach.Unknown}, {Verdict: reach.Broken}, {Verdict: reach.Leaking},
	} {
		ranks = append(ranks, f.Rank())
	}
	if !slices.IsSorted(ranks) || len(slices.Compact(ranks)) != 6 {
		t.Errorf("got %v", ranks)
	}
}

func TestWhoSharesANetworkIsAskedInItsOwn(t *testing.T) {
	v := pairs(t, "web >db\ndb\nside net=@web")
	answer := found
	p := &prober{answer: func(_ int, container, question string) probe.Answer {
		if container == "p_side_1" {
			return answer(question)
		}
		return found(question)
	}}
	if findings, _ := ask(t, v, p); slices.ContainsFunc(findings, func(f string) bool { return !strings.HasPrefix(f, "ok: ") }) {
		t.Errorf("found %q", findings)
	}
	answer = silence
	findings, _ := ask(t, v, p)
	for _, want := range []string{
		"ok: p_web_1, p_db_1", "ok: p_web_1, p_side_1",
		"broken: p_side_1 does not reach p_web_1: it is left without the network of p_web_1, which was started again; to end that: docker stacklite up -d",
	} {
		if !slices.Contains(findings, want) {
			t.Errorf("found %q, want %q among them", findings, want)
		}
	}
}
