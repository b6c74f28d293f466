package command

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// completionTimeout is how long a completion waits for an engine.
const completionTimeout = 2 * time.Second

// completeFlags offers values for the flags that all commands have.
func (c *cli) completeFlags(root *cobra.Command) {
	for name, complete := range map[string]cobra.CompletionFunc{
		"project-name": c.completeProjects,
		"discovery":    completeDiscovery(c.completeProjects),
		"progress":     oneOfWords("auto", "tty", "plain", "json", "quiet"),
		"ansi":         oneOfWords("auto", "never", "always"),
		"isolation":    oneOfWords("link", "project"),
		"link-env":     oneOfWords("none", "ports", "full"),
		"builder":      oneOfWords("auto", "buildx", "buildkit", "classic"),
	} {
		_ = root.RegisterFlagCompletionFunc(name, complete)
	}
}

// oneOfWords offers the values that a flag can have.
func oneOfWords(list ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// completeOwnFlags offers values for flags of single commands, whichever have
// them.
func (c *cli) completeOwnFlags(cmd *cobra.Command) {
	for name, complete := range map[string]cobra.CompletionFunc{
		"index": c.completeIndexes, "exit-code-from": c.completeServices, "attach": c.completeServices, "no-attach": c.completeServices,
		"hash": c.completeServices, "scale": completeScale(c.completeServices),
		"format":   oneOfWords(formats(cmd)...),
		"pull":     oneOfWords(pullPolicies()...),
		"policy":   oneOfWords(pullPolicies()...),
		"rmi":      oneOfWords("local", "all"),
		"protocol": oneOfWords("tcp", "udp", "sctp"),
		"level":    oneOfWords(suggest.Levels()...),
		"tail":     oneOfWords("all"),
		"signal":   oneOfWords("SIGHUP", "SIGINT", "SIGKILL", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGWINCH"),
		"filter": oneOfWords("source=build", "source=image", "status=created", "status=dead", "status=exited", "status=paused",
			"status=restarting", "status=running", "status=stopped"),
	} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Value.Type() != "bool" {
			_ = cmd.RegisterFlagCompletionFunc(name, complete)
		}
	}
	for _, child := range cmd.Commands() {
		c.completeOwnFlags(child)
	}
}

// formats are those that a command prints.
func formats(cmd *cobra.Command) []string {
	switch cmd.Name() {
	case "can":
		return []string{"text", "json"}
	case "check":
		return []string{"matrix", "table", "json"}
	case "config":
		return []string{"yaml", "json"}
	case "graph":
		return graphFormats()
	case "plan":
		return []string{"tasks", "steps", "json"}
	}
	return []string{"table", "json"}
}

// completeScale offers the services of the files, each for its number.
func completeScale(services cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		names, _ := services(cmd, nil, word)
		for i, name := range names {
			names[i] = name + "="
		}
		return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// completeDiscovery offers the words for how far discovery goes, and projects.
func completeDiscovery(projects cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		names, directive := projects(cmd, args, word)
		return append([]string{"on", "project", "off"}, names...), directive
	}
}

// completeServices offers the services of the files.
func (c *cli) completeServices(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	p, _, err := session.Load(c.env, c.options(), false)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := slices.DeleteFunc(session.ServiceNames(p), func(name string) bool { return slices.Contains(args, name) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeFirstService offers the services of the files for the first argument;
// what follows is a command, which is not ours to complete.
func (c *cli) completeFirstService(then cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, then
		}
		return c.completeServices(cmd, args, word)
	}
}

// completeMembers offers, up to so many arguments, the services of the files
// and the containers of the engine, those of the project by their short names.
func (c *cli) completeMembers(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names, _ := c.completeServices(cmd, args, word)
		project := ""
		if p, _, err := session.Load(c.env, c.options(), false); err == nil {
			project = p.Name + "_"
		}
		for _, name := range c.containerNames(cmd.Context()) {
			short := strings.TrimPrefix(name, project)
			if !slices.Contains(args, short) && !slices.Contains(names, short) {
				names = append(names, short)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeContainers offers the containers of the engine.
func (c *cli) completeContainers(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	names := slices.DeleteFunc(c.containerNames(cmd.Context()), func(name string) bool { return slices.Contains(args, name) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// containerNames asks the engine. One that does not answer has none to offer.
func (c *cli) containerNames(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, completionTimeout)
	defer cancel()
	s, err := session.Connect(c.env, c.options())
	if err != nil {
		return nil
	}
	snapshot, err := s.Engine.Observe(ctx, s.Claim, nil)
	if err != nil {
		return nil
	}
	var names []string
	for _, container := range snapshot.Containers {
		names = append(names, container.Name)
	}
	return offered(names)
}

// offered leaves out what nobody could type: the shell would print it as it is.
func offered(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return printable.Line(name) != name })
}

// completeProjects offers the projects of the engine.
func (c *cli) completeProjects(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if s, err := session.Connect(c.env, c.options()); err == nil {
		list, _ := s.Engine.Containers(cmd.Context(), observed.Claim{}) // an engine that does not answer has none to offer
		for _, p := range observed.Projects(list) {
			names = append(names, p.Name)
		}
	}
	return offered(slices.Compact(names)), cobra.ShellCompDirectiveNoFileComp
}

// completeIndexes offers the numbers of the replicas of the service that is
// named already, or of all.
func (c *cli) completeIndexes(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var numbers []string
	if s, err := session.Find(c.env, c.options()); err == nil {
		list, _ := s.Engine.Containers(cmd.Context(), s.Claim)
		for _, container := range list {
			named := len(args) == 0 || args[0] == container.Service
			if n := strconv.Itoa(container.Number); named && !container.OneOff && !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers, cobra.ShellCompDirectiveNoFileComp
}
