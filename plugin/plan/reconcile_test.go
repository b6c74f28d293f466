package plan

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomStack makes a stack of a few services with links, some of which share
// the network of another.
func randomStack(r *rand.Rand, have Have) Want {
	w := Want{Project: "p", Hooks: map[string]Hooks{}, RestartWith: map[string][]Awaited{}}
	names := []string{"a", "b", "c", "d", "e"}[:1+r.IntN(5)]
	on := map[string][]string{}
	for i := range names {
		for j := range i {
			if r.IntN(2) == 0 {
				n := "p_" + names[j] + "." + names[i]
				w.Networks = append(w.Networks, Network{Name: n, Settings: fmt.Sprint(r.IntN(8) / 7), Size: 2 + r.IntN(16),
					Wiring: map[string]string{names[i]: fmt.Sprint(r.IntN(3)), names[j]: fmt.Sprint(r.IntN(3))}})
				on[names[i]] = append(on[names[i]], n)
				on[names[j]] = append(on[names[j]], n)
			}
		}
	}
	// Some are linked to externals, alone or together with others.
	for _, word := range []string{"x1", "x22", "y"} {
		if r.IntN(3) > 0 {
			continue
		}
		members := names[:1+r.IntN(len(names))]
		n := Network{Name: "p_" + strings.Join(members, ".") + "." + word, Settings: "with " + word, Size: len(members) + 3,
			Wiring: map[string]string{}, Spec: []string{word}, Externals: externalsNamed(have, []string{word})}
		for _, m := range members {
			n.Wiring[m] = fmt.Sprint(r.IntN(3))
			on[m] = append(on[m], n.Name)
		}
		w.Networks = append(w.Networks, n)
	}
	for i, s := range names {
		w.Services = append(w.Services, s)
		image := fmt.Sprintf("img%d", r.IntN(3))
		w.Images = append(w.Images, Image{Ref: image, Build: r.IntN(2) == 0})
		var shares, after []string
		attach := on[s]
		if i > 0 && r.IntN(6) == 0 {
			first := w.Containers[0]
			shares, after, attach = []string{first.Name}, []string{first.Service}, nil
		} else if i > 0 && r.IntN(2) == 0 {
			after = []string{names[r.IntN(i)]}
		}
		for _, service := range after {
			if r.IntN(2) == 0 {
				w.RestartWith[s] = []Awaited{{Service: service}}
			}
		}
		w.Hooks[s] = Hooks{PostStart: make([]Hook, r.IntN(3)), PreStop: make([]Hook, r.IntN(3))}
		print := NewFingerprint(map[string]string{"command": fmt.Sprint(r.IntN(3)), "net": fmt.Sprint(shares)})
		var numbers []int
		for _, h := range have.Containers {
			if h.Service == s {
				numbers = append(numbers, h.Number)
			}
		}
		var others []string
		if r.IntN(5) == 0 {
			others = []string{"q_net"}
		}
		count := 1 + r.IntN(3)
		if i == 0 {
			count = 1
		}
		for _, n := range Numbers(numbers, count) {
			w.Containers = append(w.Containers, Container{Name: fmt.Sprintf("p_%s_%d", s, n), Service: s, Number: n,
				Image: image, Fingerprint: print, Attach: attach, After: after, SharesWith: shares, OtherNetworks: others})
		}
	}
	return w
}

// The rule that everything rests on: whatever happened before, a run that is
// not cut off leads to what is wanted, no step is refused on the way, and
// planning again finds nothing to do.
func TestAfterAnyHistoryOneRunConvergesAndTheNextHasNothingToDo(t *testing.T) {
	rounds := 4000
	if testing.Short() {
		rounds = 500
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		m := newModel(r.IntN(2) == 0)
		for range 1 + r.IntN(5) {
			disturb(t, r, m)
		}
		before := m.snapshot()
		want := randomStack(r, before)
		p, err := Make(Goal{Orphans: true, Rolling: r.IntN(3)}, want, before)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := run(p, m, len(p.Steps)); err != nil {
			t.Fatalf("seed %d: %v\nwant %+v\nhave %+v\nplan\n%s", seed, err, want, before, p)
		}
		again, err := Make(Goal{Orphans: true}, want, m.snapshot())
		if err != nil || !again.Empty() {
			t.Fatalf("seed %d: planned again: %v\n%s\nafter\n%s\nhave %+v", seed, err, again, p, m.have)
		}
		check(t, seed, want, m)
		restart := planned(t, Goal{State: Restarted, Services: []string{"a"}}, want, m.snapshot())
		if err := run(restart, m, len(restart.Steps)); err != nil {
			t.Fatalf("seed %d: restart: %v\n%s", seed, err, restart)
		}
		down := planned(t, Goal{State: Absent}, Want{Hooks: want.Hooks}, m.snapshot())
		if err := run(down, m, len(down.Steps)); err != nil {
			t.Fatalf("seed %d: down: %v\n%s", seed, err, down)
		}
		if len(m.have.Containers)+len(m.have.Networks) > 0 {
			t.Fatalf("seed %d: down left %+v", seed, m.have)
		}
		if len(m.have.Externals) != len(before.Externals) {
			t.Fatalf("seed %d: the externals %+v have become %+v", seed, before.Externals, m.have.Externals)
		}
		for _, s := range m.have.Externals {
			if len(s.Attached) > 0 {
				t.Fatalf("seed %d: down left %+v attached", seed, s)
			}
		}
	}
}

// disturb brings the model into some state that a stack may be found in.
func disturb(t *testing.T, r *rand.Rand, m *model) {
	t.Helper()
	switch n := len(m.have.Containers); r.IntN(11) {
	case 8, 9:
		if n > 0 {
			m.madeByAnother(r)
		}
	case 6:
		name := []string{"x1", "x22", "y_1", "y_2", "y_03"}[r.IntN(5)]
		if _, ok := m.have.external(name); !ok {
			m.have.Externals = append(m.have.Externals, External{ID: m.id(), Name: name, Attached: map[string]string{}, Address: map[string]string{}})
		}
	case 10:
		if n > 1 { // somebody swaps two names, or gives one another
			a, b := &m.have.Containers[r.IntN(n)], &m.have.Containers[r.IntN(n)]
			if a.MadeBy == "" && b.MadeBy == "" {
				a.Name, b.Name = b.Name, a.Name
			}
			if r.IntN(4) == 0 && a.MadeBy == "" {
				a.Name = "mine_" + m.id()
			}
		}
	case 7:
		if n := len(m.have.Externals); n > 0 {
			i := r.IntN(n)
			m.have.Externals = slices.Delete(m.have.Externals, i, i+1)
		}
	case 0:
		if n > 0 {
			c := &m.have.Containers[r.IntN(n)]
			switch {
			case !c.State.Up() || r.IntN(3) == 0:
				c.State = StateExited
				clear(c.Address)
			case r.IntN(2) == 0:
				c.State = StateRestarting
				clear(c.Address)
			case c.MadeBy == "":
				for name := range c.Attached {
					c.Misnamed = []string{name}
				}
			}
		}
	case 1:
		if n > 0 {
			i := r.IntN(n)
			m.have.Containers = slices.Delete(m.have.Containers, i, i+1)
		}
	case 2:
		stop := planned(t, Goal{State: Stopped}, Want{}, m.snapshot())
		_ = run(stop, m, r.IntN(len(stop.Steps)+1))
		for i, h := range m.have.Networks {
			m.made = nil
			if m.apply(RemoveNetwork{Name: h.Name, ID: h.ID}) == nil && i == 0 {
				break
			}
		}
	default:
		want := randomStack(r, m.snapshot())
		if p, err := Make(Goal{Orphans: r.IntN(2) == 0, Rolling: r.IntN(3)}, want, m.snapshot()); err == nil { // a name may be taken
			_ = run(p, m, r.IntN(len(p.Steps)+1))
		}
	}
}

// run carries out the first steps of a plan and is then cut off.
func run(p *Plan, m *model, steps int) error {
	m.made = map[string]string{}
	clear(m.beside)
	for i, s := range p.Steps[:steps] {
		if err := m.apply(s.Action); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func check(t *testing.T, seed int, want Want, m *model) {
	t.Helper()
	own := 0
	for _, c := range m.have.Containers {
		if c.MadeBy == "" {
			own++
		} else if c.State.Up() {
			t.Fatalf("seed %d: %s runs on", seed, c.Name)
		}
	}
	if own != len(want.Containers) {
		t.Fatalf("seed %d: %d containers, want %d", seed, own, len(want.Containers))
	}
	for _, w := range want.Containers {
		c, err := m.container(w.Name)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if c.State != StateRunning || len(c.Attached) != len(w.Attach) || len(w.Fingerprint.Differences(c.Fingerprint)) > 0 {
			t.Fatalf("seed %d: want %+v\nhave %+v", seed, w, c)
		}
		for _, network := range w.OtherNetworks {
			if !slices.Contains(c.OtherNetworks, network) {
				t.Fatalf("seed %d: %s is not attached to %s", seed, c.Name, network)
			}
		}
	}
	missing := 0
	for _, n := range want.Networks {
		used := slices.ContainsFunc(want.Containers, func(w Container) bool { return slices.Contains(w.Attach, n.Name) })
		for _, name := range n.Externals {
			s, _ := m.have.external(name)
			if used {
				missing++
			}
			if s.on(n.Name) != used {
				t.Fatalf("seed %d: %s attached to %s: %v, want %v", seed, name, n.Name, !used, used)
			}
		}
	}
	for _, s := range m.have.Externals {
		missing -= len(s.Attached)
	}
	if missing != 0 {
		t.Fatalf("seed %d: externals are attached to %d networks too few: %+v", seed, missing, m.have.Externals)
	}
}

func TestAStepIsOrderedOnlyBehindWhatStandsBeforeIt(t *testing.T) {
	for seed := range 300 {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		m := newModel(false)
		for range 3 {
			disturb(t, r, m)
		}
		p := planned(t, Goal{Orphans: true}, randomStack(r, m.snapshot()), m.snapshot())
		for i, s := range p.Steps {
			for _, n := range s.After {
				if n >= i {
					t.Fatalf("seed %d: step %d waits for %d\n%s", seed, i+1, n+1, p)
				}
			}
		}
	}
}

// Steps run at the same time only where their order says nothing, so any order
// that respects After must do as well as the one that is printed.
func TestAnyOrderThatThePlanAllowsWorks(t *testing.T) {
	for seed := range 500 {
		r := rand.New(rand.NewPCG(uint64(seed), 13))
		m := newModel(r.IntN(2) == 0)
		for range 3 {
			disturb(t, r, m)
		}
		p := planned(t, Goal{Orphans: true, Rolling: r.IntN(3)}, randomStack(r, m.snapshot()), m.snapshot())
		m.made = map[string]string{}
		clear(m.beside)
		done := make([]bool, len(p.Steps))
		for range p.Steps {
			var free []int
			for i, s := range p.Steps {
				if !done[i] && !slices.ContainsFunc(s.After, func(n int) bool { return !done[n] }) {
					free = append(free, i)
				}
			}
			i := free[r.IntN(len(free))]
			if err := m.apply(p.Steps[i].Action); err != nil {
				t.Fatalf("seed %d: step %d: %v\n%s", seed, i+1, err, p)
			}
			done[i] = true
		}
	}
}

func TestNothingThatWaitsForAFailedStepBegins(t *testing.T) {
	boom := errors.New("boom")
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 17))
		m := newModel(false)
		p := planned(t, Goal{}, randomStack(r, m.snapshot()), m.snapshot())
		bad := r.IntN(len(p.Steps))
		ended := map[int]Phase{}
		err := p.Run(context.Background(), 4, func(_ context.Context, a Action, report func(Progress)) error {
			report(Progress{Text: "at it"})
			if a.Words() == p.Steps[bad].Action.Words() {
				return boom
			}
			return nil
		}, func(e Event) {
			if e.Phase == Begun {
				for _, n := range e.Step.After {
					if ended[n] != Done {
						t.Errorf("seed %d: step %d began before %d was done", seed, e.Index+1, n+1)
					}
				}
			}
			ended[e.Index] = e.Phase
		})
		if !errors.Is(err, boom) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(ended) != len(p.Steps) {
			t.Fatalf("seed %d: %d of %d steps came to an end", seed, len(ended), len(p.Steps))
		}
	}
}

func TestACancelledRunBeginsNothingMore(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m := newModel(false)
	p := planned(t, Goal{}, randomStack(rand.New(rand.NewPCG(3, 3)), m.snapshot()), m.snapshot())
	begun := 0
	err := p.Run(ctx, 1, func(context.Context, Action, func(Progress)) error { cancel(); return nil },
		func(e Event) {
			if e.Phase == Begun {
				begun++
			}
		})
	if begun != 1 || !errors.Is(err, context.Canceled) {
		t.Fatalf("%d steps began, error %v", begun, err)
	}
}

func TestAFingerprintKnowsItsSettingsByNameAndValue(t *testing.T) {
	f := NewFingerprint(map[string]string{"command": "a", "user": "x", "user2": "x"})
	if got, want := f.Without("user"), NewFingerprint(map[string]string{"command": "a", "user2": "x"}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !f.Holds("user", "x") || f.Holds("user", "y") || f.Holds("tty", "") || Fingerprint("0 user=x").Holds("user", "x") {
		t.Errorf("%q: user x %v, user y %v, tty %v", f, f.Holds("user", "x"), f.Holds("user", "y"), f.Holds("tty", ""))
	}
}

func TestADifferenceIsReportedByName(t *testing.T) {
	a := NewFingerprint(map[string]string{"command": "a", "user": "x"})
	b := NewFingerprint(map[string]string{"command": "b", "user": "x", "ports": "80"})
	if got := a.Differences(b); !slices.Equal(got, []string{"command", "ports"}) {
		t.Fatal(got)
	}
	if got := a.Differences("99 command=00000000"); got != nil {
		t.Fatalf("a fingerprint of another version differs in %v", got)
	}
}

// A change of names replaces a network, but no container that stays on it gets
// another address: what the kernel has open on it goes on.
func TestWhoStaysOnAReplacedNetworkKeepsTheAddress(t *testing.T) {
	wired := func(names string) Want {
		return Want{Services: []string{"a", "b"}, Images: []Image{{Ref: "i"}},
			Networks: []Network{{Name: "p_a.b", Wiring: map[string]string{"a": names}, Size: 3}},
			Containers: []Container{{Name: "p_a_1", Service: "a", Number: 1, Image: "i", Attach: []string{"p_a.b"}},
				{Name: "p_b_1", Service: "b", Number: 1, Image: "i", Attach: []string{"p_a.b"}}},
		}
	}
	m := newModel(false)
	addresses := func() string {
		s := ""
		for _, c := range m.have.Containers {
			s += c.Name + c.Address["p_a.b"] + " "
		}
		return s + m.have.Networks[0].Subnet
	}
	for i, names := range []string{"x", "y"} {
		p := planned(t, Goal{}, wired(names), m.snapshot())
		before := ""
		if i == 1 {
			before = addresses()
		}
		if err := run(p, m, len(p.Steps)); err != nil {
			t.Fatalf("%v\n%s", err, p)
		}
		if i == 1 && addresses() != before {
			t.Fatalf("before %s, after %s", before, addresses())
		}
	}
}

// All that a step waits for is listed, also where it follows from the rest.
func TestThePlanToReplaceAContainerAndANetworkAsText(t *testing.T) {
	want := rewired(wanted(changed(container("a_1", "n", "m"))), "n")
	have := present(unchanged(running("a_1", "n", "m")), unchanged(running("old_1", "n")))
	text := `  1 create container a_1 as a_1.new: changed: command
  2 stop container a_1: changed: command [1]
  3 remove container a_1: changed: command [2]
  4 connect a_1 to m: not attached [1]
  5 disconnect old_1 from n: the network is replaced
  6 remove network n: changed: settings [3 5]
  7 create network n: changed: settings [6]
  8 connect old_1 to n: changed: settings [5 7]
  9 start container a_1: made [1 2 4 7 8]
 10 rename container a_1.new to a_1: the name is free [1 3 4 9]
note: left alone, for the files have no such service: old_1 (--remove-orphans takes them away)
`
	if got := planned(t, Goal{}, want, have).String(); got != text {
		t.Errorf("got\n%swant\n%s", got, text)
	}
}

// The one that is being removed may be attached to the network still.
func TestAContainerIsAttachedWhileAnotherOfItsNameIsBeingRemoved(t *testing.T) {
	want := rewired(wanted(container("a_1", "m", "n"), container("b_1", "n")), "n")
	p := planned(t, Goal{}, want, present(stateOf(running("a_1", "n"), StateRemoving)))
	if !slices.ContainsFunc(p.Steps, func(s Step) bool {
		c, ok := s.Action.(Connect)
		return ok && c.Container == "a_1" && c.Network.Name == "n"
	}) {
		t.Errorf("the new container is not attached to n\n%s", p)
	}
}

func TestAContainerGetsItsMACAddressBackWhereItWasMade(t *testing.T) {
	const mac = "02:42:ac:11:65:43"
	// Networks n and m are replaced under one container of the files and one of
	// none, which were made on n.
	want := rewired(rewired(wanted(container("a_1", "m", "n")), "n"), "m")
	have := present(createdOn(running("a_1", "m", "n"), "n"), createdOn(running("old_1", "m", "n"), "n"))
	for i := range have.Containers {
		have.Containers[i].MAC = mac
	}
	for name, c := range map[string]struct {
		attachAll, onConnect bool
		back                 string
		notes                int
	}{
		"the engine keeps it":          {false, false, "", 0},
		"the engine takes it":          {true, true, mac, 0},
		"only new containers have one": {true, false, "", 2},
	} {
		have.AttachAll, have.MACOnConnect = c.attachAll, c.onConnect
		p := planned(t, Goal{}, want, have)
		got := map[string]string{}
		for _, s := range p.Steps {
			if a, ok := s.Action.(Connect); ok {
				got[a.Name+" to "+a.Network.Name] = a.MAC
			}
		}
		back := map[string]string{"a_1 to m": "", "a_1 to n": c.back, "old_1 to m": "", "old_1 to n": c.back}
		if noted := strings.Count(strings.Join(p.Notes, "\n"), "mac_address"); !maps.Equal(back, got) || noted != c.notes {
			t.Errorf("%s: %v, want %v; %q", name, got, back, p.Notes)
		}
	}
}

func TestAContainerThatLeavesTheNetworkOfItsMACAddressIsNoted(t *testing.T) {
	leaves := createdOn(running("a_1", "m", "n"), "n")
	leaves.MAC = "02:42:ac:11:65:43"
	gone, again := createdOn(running("a_1", "n"), "m"), createdOn(running("a_1", "m", "n"), "m")
	gone.MAC, again.MAC = leaves.MAC, leaves.MAC
	for name, c := range map[string]struct {
		want Want
		have HaveContainer
		note bool
	}{
		"nothing needs that network":      {wanted(container("a_1", "m")), leaves, true},
		"others need it":                  {wanted(container("a_1", "m"), container("b_1", "n")), leaves, true},
		"it has left before":              {wanted(container("a_1", "n")), gone, false},
		"it leaves another":               {wanted(container("a_1", "m")), again, false},
		"a container without an address":  {wanted(container("a_1", "m")), createdOn(running("a_1", "m", "n"), "n"), false},
		"a container that leaves nothing": {wanted(container("a_1", "m", "n")), leaves, false},
	} {
		p := planned(t, Goal{}, c.want, present(c.have))
		if noted := strings.Contains(strings.Join(p.Notes, "\n"), "mac_address"); noted != c.note {
			t.Errorf("%s: notes %q\n%s", name, p.Notes, p)
		}
	}
}

func TestAStartKnowsWhatWasStoppedForItAndIsStillThere(t *testing.T) {
	want := rewired(wanted(changed(container("a_1", "n")), changed(container("b_1", "m")), changed(container("c_1"))), "m")
	have := present(unchanged(running("a_1", "n")), unchanged(running("b_1", "m")), stateOf(unchanged(running("c_1")), StateExited))
	stopped := map[string][]string{}
	for _, s := range planned(t, Goal{}, want, have).Steps {
		if a, ok := s.Action.(StartContainer); ok {
			stopped[a.Name] = a.Stopped
		}
	}
	if got := fmt.Sprint(stopped); got != "map[a_1:[a_1] b_1:[] c_1:[]]" {
		t.Error(got)
	}
}
