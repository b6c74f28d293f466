package session

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
)

// ServiceNames names the services of a project, in file order.
func ServiceNames(p *compose.Project) []string {
	names := make([]string, len(p.Services))
	for i, s := range p.Services {
		names[i] = s.Name
	}
	return names
}

// FileServices names the services of the files; nil where they can't be read.
func (s *Session) FileServices() []string {
	if s.Project == nil {
		return nil
	}
	return ServiceNames(s.Project)
}

// Chosen gives the services that args name, or nil for all. The error is an
// exit.Usage.
func Chosen(p *compose.Project, args []string) ([]string, error) {
	if len(args) == 0 {
		return nil, nil
	}
	var unknown []string
	for _, name := range args {
		if p.Service(name) == nil {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return nil, NoSuchService(unknown, ServiceNames(p))
	}
	return slices.Clone(args), nil
}

// NoSuchService is the error for names that no service has.
func NoSuchService(unknown, known []string) error {
	u := exit.Usage{Msg: fmt.Sprintf("no such service: %s", strings.Join(unknown, ", ")), Kind: exit.KindUnknownService, Words: unknown}
	if len(known) > 0 {
		u.Advice = []string{"there are: " + strings.Join(known, ", ")}
	}
	return u
}
