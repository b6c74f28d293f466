package command

import (
	"context"
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
)

// service is the service with what the command line says in its place.
func (f runFlags) service(env map[string]string, p *compose.Project, name string, command []string) (*compose.Service, error) {
	s := *p.Service(name)
	s.Restart, s.ContainerName = compose.Restart{}, ""
	if len(command) > 0 {
		s.Command = command
	}
	if f.entrypointGiven {
		words, err := compose.SplitCommand("--entrypoint", f.entrypoint)
		if err != nil {
			return nil, err
		}
		s.Entrypoint = words
		if len(command) == 0 {
			s.Command = nil
		}
	}
	if f.user != "" {
		s.User = f.user
	}
	if f.dir != "" {
		s.WorkingDir = f.dir
	}
	s.Environment = slices.Clone(s.Environment)
	for _, e := range f.env {
		s.Environment = setVar(s.Environment, variable(env, e))
	}
	if !f.servicePorts {
		s.Ports = nil
	}
	for _, text := range f.ports {
		port, err := compose.ParsePort("--publish", text)
		if err != nil {
			return nil, err
		}
		s.Ports = append(s.Ports, port)
	}
	dir, err := session.WorkingDir()
	if err != nil {
		return nil, err
	}
	s.Volumes = slices.Clone(s.Volumes)
	for _, text := range f.volumes {
		v, err := compose.ParseVolume("--volume", text, dir, env)
		if err != nil {
			return nil, err
		}
		s.Volumes = slices.DeleteFunc(s.Volumes, func(old compose.Volume) bool { return old.Target == v.Target })
		s.Volumes = append(s.Volumes, v)
	}
	return &s, nil
}

// runTask runs a command in a swarm. The service is the one of the files with what the
// command line says in its place.
func (f runFlags) runTask(ctx context.Context, c *cli, s *session.Session, of *compose.Service, command []string) error {
	switch {
	case f.servicePorts || len(f.ports) > 0:
		return exit.Failure{Msg: "run publishes no ports in a swarm", Advice: []string{"leave out --publish and --service-ports"}}
	case f.build:
		return exit.Failure{Msg: "run builds no images in a swarm", Advice: []string{"to build, and have the nodes get it: docker stacklite up -d --build " + of.Name}}
	}
	run := tasks.Run{
		Once: tasks.Once{
			Service: of.Name, Name: f.name, Suffix: randomHex(), Command: command, User: f.user, Dir: f.dir, Labels: f.labels, Aliases: f.useAliases,
		},
		Detach: f.detach, Terminal: !f.detach && !f.noTerminal && c.terminal().Interactive(),
	}
	if f.entrypointGiven {
		run.Entered, run.Entrypoint = true, of.Entrypoint
	}
	for _, e := range f.env {
		run.Env = setVar(run.Env, variable(c.env.Vars, e))
	}
	run.Volumes = of.Volumes[max(0, len(of.Volumes)-len(f.volumes)):]
	if !f.noDeps {
		for _, need := range s.Topology.Needs([]string{of.Name}) {
			if need != of.Name {
				run.Needs = append(run.Needs, need)
			}
		}
	}
	if f.detach && f.remove {
		s.Note("nobody is there to remove the task when it has ended; to remove it: docker stacklite down, or docker service rm")
	}
	return run.Do(ctx, s)
}
