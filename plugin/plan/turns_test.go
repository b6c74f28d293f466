package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// replica is one of those that a service runs.
type replica struct {
	service string
	number  int
}

// awayLimit follows a plan being carried out, and says when more of a service are
// away than may be.
type awayLimit struct {
	ran    map[string][]replica // that ran before and serve afterwards, by service
	stays  map[string]bool      // services all of whose replicas have to be away at once
	rolled map[replica]bool     // that are never away
}

func newAwayLimit(have Have, serves func(replica) bool, p *Plan) awayLimit {
	l := awayLimit{map[string][]replica{}, map[string]bool{}, map[replica]bool{}}
	removed := map[string]bool{}
	for _, s := range p.Steps {
		if a, ok := s.Action.(RemoveNetwork); ok {
			removed[a.Name] = true
		}
		if a, ok := s.Action.(AwaitContainer); ok && a.Beside {
			_, number := of(strings.TrimPrefix(a.Name, "p_"))
			l.rolled[replica{a.Service, number}] = true
		}
	}
	for _, c := range have.Containers {
		of := replica{c.Service, c.Number}
		if c.OneOff || c.State != StateRunning || !serves(of) {
			continue
		}
		if !slices.Contains(l.ran[c.Service], of) {
			l.ran[c.Service] = append(l.ran[c.Service], of)
		}
		for network := range c.Attached {
			// A network is made in the place of another when all have left that one.
			l.stays[c.Service] = l.stays[c.Service] || removed[network]
		}
	}
	return l
}

// problem says which service has too many replicas away; empty: none has.
func (l awayLimit) problem(now Have) string {
	for service, ran := range l.ran {
		away := 0
		for _, of := range ran {
			if !slices.ContainsFunc(now.Containers, func(c HaveContainer) bool {
				return c.Service == of.service && c.Number == of.number && c.State == StateRunning
			}) {
				away++
				if l.rolled[of] {
					return fmt.Sprintf("%v is away", of)
				}
			}
		}
		if away > max(1, len(ran)/4) && !l.stays[service] {
			return fmt.Sprintf("%d of %d replicas of %s are away", away, len(ran), service)
		}
	}
	return ""
}

// TestAtMostAQuarterOfTheReplicasAreAway has stacks whose containers changed brought up
// again, and restarted, in any order that the plan allows: as far as it says, a container
// is away from when its stop begins until its start has ended.
func TestAtMostAQuarterOfTheReplicasAreAway(t *testing.T) {
	rounds := 4000
	if testing.Short() {
		rounds = 500
	}
	inTurn, rolled := 0, 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 23))
		m := newModel(r.IntN(2) == 0)
		want := randomScale(r, randomStack(r, Have{}))
		first := planned(t, Goal{}, want, m.snapshot())
		if err := run(first, m, len(first.Steps)); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, first)
		}
		randomChange(r, m, want)
		have := m.snapshot()
		goal := Goal{Orphans: true, Rolling: r.IntN(3), Recreate: []Policy{WhenChanged, Always}[r.IntN(2)]}
		if r.IntN(4) == 0 {
			goal = Goal{State: Restarted}
		}
		p := planned(t, goal, want, have)
		limit := newAwayLimit(have, func(of replica) bool { return want.includes(&HaveContainer{Service: of.service, Number: of.number}) }, p)
		m.made = map[string]string{}
		clear(m.beside)
		inAnyOrder(r, p, func(a Action, ends bool) {
			if err := m.half(a, ends); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, p)
			}
			if problem := limit.problem(m.have); problem != "" {
				t.Fatalf("seed %d: at %s: %s\n%s", seed, a.Words(), problem, p)
			}
		})
		rolled += len(limit.rolled)
		for service, ran := range limit.ran {
			if len(ran) > 1 && !limit.stays[service] {
				inTurn++
			}
		}
	}
	if inTurn < rounds/2 || rolled < rounds/2 {
		t.Errorf("only %d services had to go in turn, and %d replicas were replaced rolling", inTurn, rolled)
	}
}

// randomScale wants up to nine replicas of each service that shares nothing.
func randomScale(r *rand.Rand, w Want) Want {
	var scaled []Container
	for _, service := range w.Services {
		for n := range 1 + r.IntN(9) {
			i := slices.IndexFunc(w.Containers, func(c Container) bool { return c.Service == service })
			c := w.Containers[i]
			if n > 0 && len(c.SharesWith) > 0 {
				break
			}
			c.Number, c.Name = n+1, fmt.Sprintf("p_%s_%d", service, n+1)
			scaled = append(scaled, c)
		}
	}
	w.Containers = scaled
	return w
}

// randomChange brings a stack that is up into a state in which some of it is replaced,
// some of it does not run, and maybe some networks or all are replaced.
func randomChange(r *rand.Rand, m *model, w Want) {
	for i := range w.Containers {
		if r.IntN(2) == 0 {
			w.Containers[i].Fingerprint = NewFingerprint(map[string]string{"command": "another"})
		}
	}
	for i := range m.have.Containers {
		if c := &m.have.Containers[i]; r.IntN(8) == 0 {
			c.State = []State{StateExited, StateRestarting, StatePaused}[r.IntN(3)]
			clear(c.Address)
		}
	}
	if r.IntN(6) == 0 {
		m.madeByAnother(r)
	}
	for i := range w.Networks {
		if r.IntN(12) == 0 {
			w.Networks[i].Settings = "changed"
		}
	}
}

// half carries out the part of an action that takes a container away, when it begins, or
// all the rest of it, when it ends.
func (m *model) half(a Action, ends bool) error {
	restart, restarts := a.(RestartContainer)
	_, stops := a.(StopContainer)
	unpause, unpauses := a.(UnpauseContainer)
	switch {
	case unpauses:
		c, err := m.container(unpause.Container)
		if err == nil {
			c.State = StateRunning
		}
		return err
	case restarts && ends:
		c, err := m.container(restart.Container)
		if err == nil {
			c.State = StateRunning
		}
		return err
	case restarts:
		return m.apply(StopContainer{Container: restart.Container})
	case stops != ends:
		return m.apply(a)
	}
	return nil
}

// inAnyOrder does the steps of a plan in some order that it allows, as many at once as
// that has: each begins, and ends some time later.
func inAnyOrder(r *rand.Rand, p *Plan, do func(a Action, ends bool)) {
	begun, done := make([]bool, len(p.Steps)), make([]bool, len(p.Steps))
	for range 2 * len(p.Steps) {
		var free []int
		for i, s := range p.Steps {
			if begun[i] != done[i] || !begun[i] && !slices.ContainsFunc(s.After, func(n int) bool { return !done[n] }) {
				free = append(free, i)
			}
		}
		i := free[r.IntN(len(free))]
		do(p.Steps[i].Action, begun[i])
		begun[i], done[i] = true, begun[i]
	}
}

// TestWhoSharesIsRestartedInTurn has web's replicas share the network of app, which was
// restarted by others.
func TestWhoSharesIsRestartedInTurn(t *testing.T) {
	want, have := sharing()
	want.Containers, have.Containers = want.Containers[:2], have.Containers[:2]
	have.Containers[1].Joined[0].Gone = true
	for n := 2; n <= 4; n++ {
		w, h := want.Containers[1], have.Containers[1]
		w.Name, w.Number = fmt.Sprint("side", n), n
		h.ID, h.Name, h.Number = w.Name, w.Name, n
		want.Containers, have.Containers = append(want.Containers, w), append(have.Containers, h)
	}
	const order = `
		restart container side < wait for container side < restart container side2
		restart container side2 < restart container side3 < restart container side4`
	if p := planned(t, Goal{}, want, have); len(orderProblems(p, order)) > 0 {
		t.Errorf("%s\nin\n%s", orderProblems(p, order), p)
	}
}

func TestAStartKnowsWhoseTurnComesAfterIt(t *testing.T) {
	var containers []Container
	var there []HaveContainer
	for n := 1; n <= 8; n++ {
		containers = append(containers, changed(container(fmt.Sprint("a_", n))))
		there = append(there, unchanged(running(fmt.Sprint("a_", n))))
	}
	have := present(there...)
	for what, p := range map[string]*Plan{
		"replaced":  planned(t, Goal{}, wanted(containers...), have),
		"restarted": planned(t, Goal{State: Restarted}, Want{}, have),
	} {
		next := map[string][]string{}
		for _, s := range p.Steps {
			switch a := s.Action.(type) {
			case StartContainer:
				next[a.Name] = a.Next
			case RestartContainer:
				next[a.Name] = a.Next
			}
		}
		if got := fmt.Sprint(next); got != "map[a_1:[a_3 a_5 a_7] a_2:[a_4 a_6 a_8] a_3:[a_5 a_7] a_4:[a_6 a_8] a_5:[a_7] a_6:[a_8] a_7:[] a_8:[]]" {
			t.Errorf("%s: %s", what, got)
		}
	}
}
