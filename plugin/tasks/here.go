package tasks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// onNode is a task as the container that it is on its node.
func onNode(t observed.Task, service, project string) observed.Container {
	return observed.Container{
		ID: t.Container, Name: containerName(t), Owner: project, Project: project, Service: service, Number: t.Slot, Image: t.Image, State: plan.StateRunning,
	}
}

// Here finds the container of a task of a service that runs on the engine at hand: with an
// index that of the replica with that number. Where there is none the error says what to
// type: docker gives the arguments of the docker command for a container.
func Here(ctx context.Context, s *session.Session, service string, index int, docker func(container string) []string) (observed.Container, error) {
	seen, _, err := look(ctx, s, []string{service})
	if err != nil {
		return observed.Container{}, err
	}
	local, err := s.Swarm.Local(ctx)
	if err != nil {
		return observed.Container{}, err
	}
	t, err := pick(seen, service, index, local)
	switch {
	case err != nil:
		return observed.Container{}, err
	case t.Node != local:
		return observed.Container{}, elsewhere(seen, t, session.Contexts(s), docker(containerName(t)))
	}
	return onNode(t, service, s.Name), nil
}

// AllHere finds the containers of the tasks of services that run on the engine at hand, and
// notes which others there are, with what to type for them as Here does. That there are
// only others is an error.
func AllHere(ctx context.Context, s *session.Session, args []string, docker func(container string) []string) ([]observed.Container, error) {
	seen, services, err := look(ctx, s, args)
	if err != nil {
		return nil, err
	}
	local, err := s.Swarm.Local(ctx)
	if err != nil {
		return nil, err
	}
	var here []observed.Container
	var others []observed.Task
	for _, r := range replicas(seen, services) {
		for _, t := range r.current() {
			switch {
			case !runs(seen, t):
			case t.Node == local:
				here = append(here, onNode(t, r.service.Service, s.Name))
			default:
				others = append(others, t)
			}
		}
	}
	if len(others) == 0 {
		return here, nil
	}
	contexts := session.Contexts(s)
	if len(here) == 0 {
		return nil, elsewhere(seen, others[0], contexts, docker(containerName(others[0])))
	}
	s.Note(left(seen, others, contexts, docker))
	return here, nil
}

// left says of tasks on other nodes that they are there, and what to type for the first.
func left(seen *observed.Swarm, others []observed.Task, contexts map[string]string, docker func(container string) []string) string {
	var words []string
	for _, t := range others {
		words = append(words, t.Name+" on "+t.NodeName)
	}
	slices.Sort(words)
	advice := elsewhere(seen, others[0], contexts, docker(containerName(others[0]))).Advice
	return "not shown, since only the engines there reach them: " + listed(words) + "; " + strings.Join(advice, "; ")
}

// Port gives the address at which a port of a service is published: 80, tcp.
func Port(ctx context.Context, s *session.Session, service string, index int, port uint16, protocol string) (string, error) {
	seen, _, err := look(ctx, s, []string{service})
	if err != nil {
		return "", err
	}
	if list := published(seen, service, index, port, protocol); len(list) > 0 {
		return list[0], nil
	}
	if len(running(seen, service, index)) == 0 {
		return "", nothingRuns(seen, service, index)
	}
	return "", exit.Failure{
		Msg: fmt.Sprintf("%s does not publish %d/%s", service, port, protocol), Advice: []string{"to see what it publishes: docker stacklite ps " + service},
	}
}
