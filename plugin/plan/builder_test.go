package plan

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func start(b *builder, name string, after ...wait) {
	b.add(startKey(name), Task{Start, kindContainer, name}, "made", StartContainer{Name: name}, after...)
}

func TestAWaitForAStepThatHasToBeInThePlanAndIsNotIsAnError(t *testing.T) {
	b := &builder{}
	start(b, "web", need(startKey("db")), ifPlanned(networkKey("n")), need(connectKey("web", "n")))
	start(b, "db", need(startKey("web")))
	b.wait(startKey("proxy"), need(startKey("web")))
	p := b.plan()
	const want = `internal error, nothing was changed: "start container proxy" is to wait and is not planned
"start container web" waits for "connect container web n", which is not planned`
	if p.unmet == nil || p.unmet.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", p.unmet, want)
	}
	err := p.Run(context.Background(), 1, func(context.Context, Action, func(Progress)) error {
		t.Error("a step was carried out")
		return nil
	}, func(e Event) { t.Errorf("event %+v", e) })
	if err == nil || err.Error() != want {
		t.Errorf("run: %v", err)
	}
}

func TestAWaitForAStepThatMayBeLeftOutIsNoError(t *testing.T) {
	b := &builder{}
	start(b, "web", ifPlanned(startKey("db")), ifPlanned(networkKey("n")), need(startKey("web")))
	start(b, "db")
	if got, want := sound(t, b.plan()).String(), "  1 start container db: made\n  2 start container web: made [1]\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A container that is to be attached to a network which is not wanted would be
// started without it.
func TestMakeRefusesAPlanInWhichAStepIsMissing(t *testing.T) {
	want := wanted(container("a_1", "n", "m"))
	want.Networks = want.Networks[:1]
	p, err := Make(Goal{}, want, present())
	if p != nil || err == nil || !strings.Contains(err.Error(), `"start container a_1" waits for "connect container a_1 m", which is not planned`) {
		t.Errorf("plan %v, error %v", p, err)
	}
}

func TestKeysOfDifferentStepsDiffer(t *testing.T) {
	of := func(subject, network string) []stepKey {
		return []stepKey{
			imageKey(subject), removeImageKey(subject), networkKey(subject), removeNetworkKey(subject),
			createKey(subject), renameKey(subject), startKey(subject), stopKey(subject), restartKey(subject),
			killKey(subject), pauseKey(subject), unpauseKey(subject), removeKey(subject),
			connectKey(subject, network), disconnectKey(subject, network),
		}
	}
	last := len(of("", "")) - 2 // where those begin that are about a network too
	seen := map[stepKey]bool{}
	for _, k := range slices.Concat(of("a", "n"), of("b", "n"), of("a", "m")[last:]) {
		if seen[k] {
			t.Errorf("two steps have the key %q", k)
		}
		seen[k] = true
	}
}
