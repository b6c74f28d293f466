package scenario

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// The words about attacks are claims about containers with the capabilities
// that the engine gives to all, NET_RAW among them, against which rules for IP
// packets do not help. On an engine in memory a frame arrives at everybody on
// the same network.

// onOneNetwork are kinds of frames that all arrive where two are on one network:
// a bridge looks at no VLAN, and the host passes on what is for another address
// of the network that it came from.
var onOneNetwork = []string{
	"frame", "frame with tag 0", "frame with tag 1", "frame with tag 7",
	"broadcast", "broadcast with tag 0", "broadcast with tag 1", "broadcast with tag 7",
	"host",
}

// throughHub is the kind that a container passes on between its networks.
const throughHub = "hub"

// framesArrive: the frames of the attack arrive, each kind, in both directions,
// so their absence elsewhere says something. With a hub: those that it passes on.
func framesArrive(s *Scene, args []string) error {
	heard, err := hearFrames(s, args)
	if err != nil {
		return err
	}
	want := onOneNetwork
	if len(args) == 3 {
		want = []string{throughHub}
	}
	for direction, kinds := range heard {
		for _, kind := range want {
			if !slices.Contains(kinds, kind) {
				return fmt.Errorf("no %s arrives from %s: %q", kind, direction, kinds)
			}
		}
	}
	return nil
}

// noFrames: none of them arrives, in neither direction.
func noFrames(s *Scene, args []string) error {
	heard, err := hearFrames(s, args)
	if err != nil {
		return err
	}
	for direction, kinds := range heard {
		if len(kinds) > 0 {
			return fmt.Errorf("frames arrive from %s: %q", direction, kinds)
		}
	}
	return nil
}

// hearFrames lets every container of two services send frames of all kinds to
// every one of the other, and asks a hub, where there is one, to pass them on.
// It gives what arrived: kinds, by who may have sent them to whom.
func hearFrames(s *Scene, args []string) (map[string][]string, error) {
	e := exchange{scene: s}
	for i, side := range []*[]replica{&e.a, &e.b, &e.hubs}[:len(args)] {
		list, err := s.living(args[i])
		if err != nil {
			return nil, err
		}
		*side = list
	}
	if s.Memory != nil {
		return e.inMemory()
	}
	return e.onEngine(args[0], args[1])
}

// An exchange is of frames between the containers of two services.
type exchange struct {
	scene      *Scene
	a, b, hubs []replica
}

func (e exchange) onEngine(nameA, nameB string) (map[string][]string, error) {
	// A mark for each direction: who sends to everybody is heard by its own
	// side too.
	there, back := rand.Text(), rand.Text()
	var ears []ear
	var err error
	begin := func(side []replica, mark, sender string) {
		for _, r := range side {
			t, beginErr := e.scene.begin(r, "hear", mark)
			if err = errors.Join(err, beginErr); t != nil {
				ears = append(ears, ear{t, sender + " at " + r.name})
			}
		}
	}
	begin(e.b, there, nameA)
	begin(e.a, back, nameB)
	if err == nil {
		var group errgroup.Group
		for _, r := range e.a {
			group.Go(func() error { return e.send(r, e.b, there) })
		}
		for _, r := range e.b {
			group.Go(func() error { return e.send(r, e.a, back) })
		}
		err = group.Wait()
	}
	heard := map[string][]string{}
	for _, at := range ears {
		printed, endErr := at.end()
		err = errors.Join(err, endErr)
		heard[at.direction] = e.kinds(printed)
	}
	return heard, err
}

// An ear hears the frames of one direction.
type ear struct {
	*tool
	direction string
}

// send lets one container send to all of a service.
func (e exchange) send(from replica, to []replica, mark string) error {
	own, err := e.scene.seats(from)
	if err != nil {
		return err
	}
	command := []string{"frames"}
	for _, seat := range own {
		if seat.Gateway != "" {
			command = append(command, "-via", seat.Gateway)
		}
	}
	for _, hub := range e.hubs {
		there, err := e.scene.seats(hub)
		if err != nil {
			return err
		}
		met := false
		for id, seat := range there {
			if own[id] != nil {
				command, met = append(command, "-via", seat.IPAddress), true
			}
		}
		if !met {
			return sharesNoNetwork(from, hub)
		}
	}
	command = append(command, mark)
	for _, target := range to {
		there, err := e.scene.seats(target)
		if err != nil {
			return err
		}
		for _, seat := range there {
			command = append(command, seat.IPAddress+"="+seat.MacAddress)
		}
	}
	code, printed, err := e.scene.probe(from, command...)
	if err != nil || code != 0 {
		return fmt.Errorf("%s: status %d, %s (%v)", from.name, code, printed, err)
	}
	return nil
}

// kinds makes of what the probe heard whether it came by way of a hub or of
// the host.
func (e exchange) kinds(printed string) []string {
	var list []string
	for line := range strings.Lines(printed) {
		kind := strings.TrimSpace(line)
		if way, by := strings.CutPrefix(kind, "via "); by {
			addr, _, _ := strings.Cut(way, " ")
			kind = "host"
			if slices.ContainsFunc(e.hubs, func(h replica) bool { return slices.Contains(h.addrs, addr) }) {
				kind = throughHub
			}
		}
		list = append(list, kind)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// inMemory: frames arrive on the same network, and where a container on the
// networks of both passes them on.
func (e exchange) inMemory() (map[string][]string, error) {
	heard := map[string][]string{}
	for _, from := range e.a {
		for _, to := range e.b {
			var arrive []string
			meet, err := e.scene.meet(from, to)
			if err != nil {
				return nil, err
			}
			if meet {
				arrive = append(arrive, onOneNetwork...)
			}
			passed, err := e.throughHubs(from, to)
			if err != nil {
				return nil, err
			}
			heard[from.name+" at "+to.name] = append(arrive, passed...)
		}
	}
	return heard, nil
}

func (e exchange) throughHubs(from, to replica) (arrive []string, err error) {
	for _, hub := range e.hubs {
		for _, end := range []replica{from, to} {
			meet, err := e.scene.meet(end, hub)
			if err != nil {
				return nil, err
			}
			if !meet {
				return nil, sharesNoNetwork(end, hub)
			}
		}
		passes, err := passesOn(e.scene, hub)
		if err != nil {
			return nil, err
		}
		if passes {
			arrive = append(arrive, throughHub)
		}
	}
	return arrive, nil
}

func sharesNoNetwork(end, hub replica) error {
	return fmt.Errorf("%s shares no network with %s, which is to pass frames on", end.name, hub.name)
}

// passesOn reports whether a container routes for others, as all do unless
// they are told not to.
func passesOn(s *Scene, r replica) (bool, error) {
	c, err := s.Client.ContainerInspect(context.Background(), r.id)
	if err != nil {
		return false, err
	}
	return c.HostConfig.Sysctls["net.ipv4.ip_forward"] != "0", nil
}
