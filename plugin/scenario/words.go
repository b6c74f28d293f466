package scenario

import (
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/versions"
	"github.com/rogpeppe/go-internal/testscript"
)

// How long claims take.
const (
	// timeoutInMemory and timeoutOnEngine are how long a state may take to
	// come about.
	timeoutInMemory = 2 * time.Second
	timeoutOnEngine = time.Minute
	// interval is between two looks at a state that is waited for.
	interval = 50 * time.Millisecond
	// moment is how long after the first look packets must still not arrive.
	moment = 100 * time.Millisecond

	// mostLeaks is how often a look may fall into a moment in which an Engine 20.10
	// makes a network.
	mostLeaks = 5
)

// A word is one of the language of scripts, which testdata/scenarios/README.md
// lists.
type word struct {
	usage       string
	least, most int // arguments; any number where most is negative
	kind        kind
	say         func(s *Scene, args []string) error
}

// A kind says how often a word looks, and so when it is wrong.
type kind int

const (
	// act does something, once.
	act kind = iota
	// positive claims that something is so. It is waited for.
	positive
	// negative claims that something is not so, or no longer. It is never waited
	// for: what was there for a second was there.
	negative
	// negativeOfPackets is negative and, on a real engine, looks again a moment
	// later: that no packet arrived once says little.
	negativeOfPackets
)

// words are all but those that run the program: see commands.
func words() map[string]word {
	return map[string]word{
		"remember":         {"SERVICE...", 1, -1, act, remember},
		"external":         {"CONTAINER [TRAIT...]", 1, -1, act, external},
		"external-network": {"NAME", 1, 1, act, externalNetwork},
		"commit":           {"SERVICE IMAGE [LABEL=VALUE...]", 2, -1, act, commit},
		"behind-the-back":  {"stop|start-in-vain|restart|remove|disconnect|remove-networks|rename SERVICE [NAME]", 2, 3, act, behindTheBack},

		"remake":           {"PROJECT LABEL=VALUE...", 2, -1, act, remake},
		"remember-volumes": {"", 0, 0, act, rememberVolumes},
		"writes":           {"SERVICE FILE WORD", 3, 3, act, writes},

		"running":          {"SERVICE N", 2, 2, positive, running},
		"stopped":          {"SERVICE N", 2, 2, positive, stopped},
		"networks":         {"N [PROJECT]", 1, 2, positive, networks},
		"attached":         {"SERVICE N", 2, 2, positive, attached},
		"reaches":          {"SERVICE SERVICE [NAME[:PORT]]", 2, 3, positive, reaches},
		"answers":          {"PORT SERVICE N", 3, 3, positive, answers},
		"resolves":         {"SERVICE NAME N", 3, 3, positive, resolves},
		"leads":            {"SERVICE NAME SERVICE", 3, 3, positive, leads},
		"environment":      {"SERVICE NAME [VALUE]", 2, 3, positive, environment},
		"replaced":         {"SERVICE...", 1, -1, positive, replaced},
		"keeps-connection": {"SERVICE", 1, 1, positive, keepsConnection},
		"data-kept":        {"SERVICE...", 1, -1, positive, dataKept},
		"holds":            {"SERVICE FILE WORD", 3, 3, positive, holds},
		"volumes":          {"N", 1, 1, positive, volumesNamed},
		"made-by":          {"stacklite|docker-compose SERVICE...", 2, -1, positive, madeBy},
		"named":            {"SERVICE NAME...", 2, -1, positive, named},
		"data-shared":      {"SERVICE SERVICE PATH", 3, 3, positive, dataShared},
		"frames-arrive":    {"SERVICE SERVICE [HUB]", 2, 3, positive, framesArrive},
		"port-taken":       {"SERVICE ATTACKER", 2, 2, positive, portTaken},

		"absent":             {"SERVICE...", 1, -1, negative, absent},
		"nothing-left":       {"[PROJECT]", 0, 1, negative, nothingLeft},
		"kept":               {"SERVICE...", 1, -1, negative, kept},
		"volumes-kept":       {"", 0, 0, negative, volumesKept},
		"cannot-write":       {"SERVICE FILE", 2, 2, negative, cannotWrite},
		"external-untouched": {"", 0, 0, negative, externalUntouched},
		"happened-before":    {"ACTION SERVICE ACTION SERVICE", 4, 4, negative, happenedBefore},
		"at-most-away":       {"N SERVICE", 2, 2, negative, atMostAway},
		"port-safe":          {"SERVICE ATTACKER", 2, 2, negative, portSafe},
		"isolated":           {"SERVICE SERVICE", 2, 2, negativeOfPackets, isolated},
		"no-frames":          {"SERVICE SERVICE [HUB]", 2, 3, negativeOfPackets, noFrames},
	}
}

// commands are the words as testscript wants them, with those that run the
// program. stacklite itself is a program, not a word.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){
		"calls":          calls,
		"changes":        changes,
		"docker-compose": dockerCompose,
		"events":         watch,
		"exits":          exits,
		"kill-after":     killAfter,
		"prints":         prints,
		"traced":         traced,
		"without-loss":   withoutLoss,
	}
	for name, w := range words() {
		all[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if neg || !w.takes(args) {
				ts.Fatalf("usage: %s %s", name, w.usage)
			}
			if err := Of(ts).speak(w, args); err != nil {
				ts.Fatalf("%v", err)
			}
		}
	}
	return all
}

func (w word) takes(args []string) bool {
	return len(args) >= w.least && (w.most < 0 || len(args) <= w.most)
}

// Say says a word of the language; the error is what is not so.
func (s *Scene) Say(name string, args ...string) error {
	w, ok := words()[name]
	if !ok || !w.takes(args) {
		return fmt.Errorf("no word %s takes %q", name, args)
	}
	return s.speak(w, args)
}

// speak says a word, as often as its kind wants.
func (s *Scene) speak(w word, args []string) error {
	ask := func() error { return w.say(s, args) }
	switch w.kind {
	case positive:
		return s.Await(ask)
	case negativeOfPackets:
		return s.stays(ask)
	}
	return ask()
}

// refuted is an error that no waiting may mend, of a word that is positive
// otherwise: there is something that should not be.
type refuted struct{ error }

// Await asks until the answer is no error, and gives the last error when
// timeout is over, or when it refutes the claim.
func (s *Scene) Await(ask func() error) error {
	timeout := timeoutOnEngine
	if s.Memory != nil {
		timeout = timeoutInMemory
	}
	deadline := time.Now().Add(timeout)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for ; ; <-tick.C {
		err := ask()
		var never refuted
		if err == nil || errors.As(err, &never) || time.Now().After(deadline) {
			return err
		}
	}
}

// stays asks now and, where there are packets, a moment later: both answers have
// to be no error.
//
// While an Engine 20.10 makes any network it writes the rules of isolation anew
// and lets packets through for some milliseconds, and other tests make networks. There
// a few answers, and no more, are asked for again: a door that is open stays so.
func (s *Scene) stays(ask func() error) error {
	if s.Memory != nil {
		return ask()
	}
	leaks := 0
	if versions.LessThan(s.Client.ClientVersion(), "1.42") {
		leaks = mostLeaks
	}
	for look := range 2 {
		if look > 0 {
			time.Sleep(moment)
		}
		err := ask()
		for ; err != nil && leaks > 0; leaks-- {
			time.Sleep(moment)
			err = ask()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
