package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
)

// portTaken: the second answers, on the ports that the first publishes, who asks
// the host, because it says by forged ARP that the address is its own.
func portTaken(s *Scene, args []string) error {
	return forEachClaim(s, args, func(c claim) error {
		answers, err := c.answers()
		if err == nil && answers["taken by "+c.attacker.hostname()] == 0 {
			err = fmt.Errorf("%s takes no port of %s: %v", c.attacker.name, c.victim.name, answers)
		}
		return err
	})
}

// portSafe: the first goes on answering, it alone and every time.
func portSafe(s *Scene, args []string) error {
	return forEachClaim(s, args, func(c claim) error {
		answers, err := c.answers()
		if err == nil && (len(answers) != 1 || answers[c.victim.hostname()] == 0) {
			err = fmt.Errorf("while %s claims the address of %s, these answer: %v", c.attacker.name, c.victim.name, answers)
		}
		return err
	})
}

// forEachClaim looks at each container of a service, which must publish a port,
// with each attacker.
func forEachClaim(s *Scene, args []string, look func(claim) error) error {
	victims, err := s.living(args[0])
	if err != nil {
		return err
	}
	attackers, err := s.living(args[1])
	if err != nil {
		return err
	}
	for _, victim := range victims {
		port, err := published(s, victim)
		if err != nil {
			return err
		}
		for _, attacker := range attackers {
			if err := look(claim{s, victim, attacker, port}); err != nil {
				return err
			}
		}
	}
	return nil
}

// A claim is an attacker's, that it has the addresses of a victim, which
// publishes a port of the host.
type claim struct {
	scene            *Scene
	victim, attacker replica
	port             string
}

// answers counts, by what they say, those that come from the published port
// while the attacker claims the address. In memory everybody on a network
// believes it.
func (c claim) answers() (map[string]int, error) {
	if c.scene.Memory == nil {
		return c.askMeanwhile()
	}
	meet, err := c.scene.meet(c.victim, c.attacker)
	if meet {
		return map[string]int{"taken by " + c.attacker.hostname(): 1}, err
	}
	return map[string]int{c.victim.hostname(): 1}, err
}

// hostname is what the probe of the container says.
func (r replica) hostname() string { return r.id[:12] }

// published is a port of the host that leads to a container.
func published(s *Scene, r replica) (string, error) {
	c, err := s.Client.ContainerInspect(context.Background(), r.id)
	if err != nil {
		return "", err
	}
	for _, bindings := range c.NetworkSettings.Ports {
		for _, b := range bindings {
			if !strings.Contains(b.HostIP, ":") { // IPv6 may have another
				return b.HostPort, nil
			}
		}
	}
	return "", fmt.Errorf("%s publishes no port", r.name)
}

// askMeanwhile asks for the page at the published port, on the host, for as long
// as the attacker claims the addresses.
func (c claim) askMeanwhile() (map[string]int, error) {
	ask, err := c.asker()
	if err != nil {
		return nil, err
	}
	own, err := c.scene.seats(c.attacker)
	if err != nil {
		return nil, err
	}
	there, err := c.scene.seats(c.victim)
	if err != nil {
		return nil, err
	}
	command := []string{"claim"}
	for _, seat := range own {
		if seat.Gateway != "" {
			command = append(command, "-to", seat.Gateway)
		}
	}
	var claims []*tool
	for _, seat := range there {
		t, err := c.scene.begin(c.attacker, append(slices.Clone(command), seat.IPAddress)...)
		if err != nil {
			return nil, err
		}
		claims = append(claims, t)
	}
	var lasting sync.WaitGroup
	errs := make([]error, len(claims))
	for i, t := range claims {
		lasting.Go(func() { _, errs[i] = t.wait() })
	}
	over := make(chan struct{})
	go func() { lasting.Wait(); close(over) }()
	answers := map[string]int{}
	for {
		said, err := ask()
		if err != nil {
			<-over
			return nil, errors.Join(append(errs, err)...)
		}
		answers[said]++
		select {
		case <-over:
			return answers, errors.Join(errs...)
		default:
		}
	}
}

// asker asks for the page at a published port, from the host's own network,
// which may be another machine's than that of the test. An engine may also be in
// a network of its own that containers of the host don't share; that one is asked
// from its default network, where the gateway is the host.
func (c claim) asker() (ask func() (string, error), err error) {
	var answers []string
	for _, mode := range []container.NetworkMode{network.NetworkHost, network.NetworkBridge} {
		from, err := standing(c.scene, mode)
		if err != nil {
			return nil, err
		}
		seats, err := c.scene.seats(from)
		if err != nil {
			return nil, err
		}
		address := "127.0.0.1"
		for _, seat := range seats {
			address = seat.Gateway
		}
		ask := func() (string, error) {
			_, printed, err := c.scene.probe(from, "get", "http://"+address+":"+c.port+"/")
			return strings.TrimSpace(printed), err
		}
		said, err := ask()
		if err != nil || said == c.victim.hostname() {
			return ask, err
		}
		answers = append(answers, said)
	}
	return nil, fmt.Errorf("nobody asks %s at the port %s of the host: %q", c.victim.name, c.port, answers)
}

// standing is a container of no project on a network, which waits for what it is
// to ask. It is made once.
func standing(s *Scene, on container.NetworkMode) (replica, error) {
	name := s.Project + "-on-" + string(on)
	found, err := s.living("/" + name)
	if err == nil {
		return found[0], nil
	}
	ctx := context.Background()
	made, err := s.Client.ContainerCreate(ctx, &container.Config{Image: ProbeImage, Cmd: []string{"/probe", "sleep"}},
		&container.HostConfig{NetworkMode: on}, nil, nil, name)
	if err != nil {
		return replica{}, err
	}
	if err := s.Client.ContainerStart(ctx, made.ID, container.StartOptions{}); err != nil {
		return replica{}, err
	}
	return s.inspect(ctx, made.ID)
}
