package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/rogpeppe/go-internal/testscript"
)

// answers: who asks a port of the host, each time over a new connection, is answered
// by exactly N containers of a service.
func answers(s *Scene, args []string) error {
	port, service := args[0], args[1]
	replicas, err := s.living(service)
	if err != nil {
		return err
	}
	behind, err := answering(s, port, replicas)
	if err != nil {
		return err
	}
	return exactly(args[2], behind, "%d containers of %s answer at port %s, want %s", behind, service, port, args[2])
}

// answering counts which of some replicas answer at a port of the host.
func answering(s *Scene, port string, replicas []replica) (int, error) {
	if s.Memory != nil {
		return behind(s, port, replicas)
	}
	found := map[string]bool{}
	for range 10 * len(replicas) {
		said, err := page(port)
		if err != nil {
			return 0, err
		}
		if !slices.ContainsFunc(replicas, func(r replica) bool { return r.hostname() == said }) {
			return 0, refuted{fmt.Errorf("port %s is answered by %q", port, said)}
		}
		found[said] = true
	}
	return len(found), nil
}

// behind counts, in memory, the replicas that the container with a port leads to: that
// one itself, or those on its networks.
func behind(s *Scene, port string, replicas []replica) (int, error) {
	list, err := s.Client.ContainerList(context.Background(), container.ListOptions{})
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		if !slices.ContainsFunc(c.Ports, func(p container.Port) bool { return strconv.Itoa(int(p.PublicPort)) == port }) {
			continue
		}
		if slices.ContainsFunc(replicas, func(r replica) bool { return r.id == c.ID }) {
			return 1, nil
		}
		front, err := s.inspect(context.Background(), c.ID)
		if err != nil {
			return 0, err
		}
		n := 0
		for _, r := range replicas {
			if meet, err := s.meet(front, r); err != nil {
				return 0, err
			} else if meet {
				n++
			}
		}
		return n, nil
	}
	return 0, fmt.Errorf("nobody has port %s", port)
}

// page asks for the page at a port of this machine, over a connection of its own.
func page(port string) (string, error) {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://127.0.0.1:" + port + "/")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status)
	}
	return strings.TrimSpace(string(body)), err
}

// withoutLoss runs stacklite while a port of the host is asked all the time, each time
// over a new connection. Every question has to be answered. In memory nothing is asked.
func withoutLoss(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: without-loss PORT stacklite ARG...")
	}
	if Of(ts).Memory != nil {
		ts.Check(runCommand(ts, args[1:]))
		return
	}
	const askers = 4
	var (
		asking sync.WaitGroup
		asked  [askers]int
		lost   [askers][]error
	)
	over := make(chan struct{})
	for i := range askers {
		asking.Go(func() {
			for {
				select {
				case <-over:
					return
				case <-time.After(5 * time.Millisecond):
				}
				asked[i]++
				if _, err := page(args[0]); err != nil {
					lost[i] = append(lost[i], err)
				}
			}
		})
	}
	err := runCommand(ts, args[1:])
	close(over)
	asking.Wait()
	ts.Check(err)
	total, errs := 0, []error{}
	for i := range askers {
		total, errs = total+asked[i], append(errs, lost[i]...)
	}
	ts.Logf("%d questions, %d not answered", total, len(errs))
	if len(errs) > 0 || total == 0 {
		ts.Fatalf("of %d questions %d were not answered: %v", total, len(errs), errors.Join(errs[:min(5, len(errs))]...))
	}
}
