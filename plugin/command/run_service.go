package command

import (
	"slices"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/session"
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
