package plugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/compose"
)

// chosen gives the services that args name, or nil for all.
func chosen(p *compose.Project, args []string) ([]string, error) {
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
		return nil, noSuchService(unknown, serviceNames(p))
	}
	return slices.Clone(args), nil
}

func noSuchService(unknown, known []string) error {
	return usageError{
		msg:   fmt.Sprintf("no such service: %s", strings.Join(unknown, ", ")),
		hints: []string{"there are: " + strings.Join(known, ", ")},
	}
}

func serviceNames(p *compose.Project) []string {
	names := make([]string, len(p.Services))
	for i, s := range p.Services {
		names[i] = s.Name
	}
	return names
}

// completeServices offers the services of the files.
func (a *app) completeServices(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	p, err := a.load(false)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, name := range serviceNames(p) {
		if !slices.Contains(args, name) {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
