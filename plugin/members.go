package plugin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionPatience is how long a completion waits for an engine.
const completionPatience = 2 * time.Second

// completeMembers offers, up to so many arguments, the services of the files
// and the containers of the engine, those of the stack by their short names.
func (a *app) completeMembers(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names, _ := a.completeServices(cmd, args, word)
		project := ""
		if p, err := a.load(false); err == nil {
			project = p.Name + "_"
		}
		for _, name := range a.containerNames(cmd.Context()) {
			short := strings.TrimPrefix(name, project)
			if !slices.Contains(args, short) && !slices.Contains(names, short) {
				names = append(names, short)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeContainers offers the containers of the engine.
func (a *app) completeContainers(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	names := slices.DeleteFunc(a.containerNames(cmd.Context()), func(name string) bool { return slices.Contains(args, name) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// containerNames asks the engine, and takes silence for none.
func (a *app) containerNames(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, completionPatience)
	defer cancel()
	e, err := a.engine(ctx)
	if err != nil {
		return nil
	}
	scene, err := e.Snapshot(ctx)
	if err != nil {
		return nil
	}
	var names []string
	for _, c := range scene.Containers {
		names = append(names, c.Name)
	}
	return names
}
