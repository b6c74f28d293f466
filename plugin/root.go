package plugin

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// newRoot makes the whole command line. A new verb is a file and a line here.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:     pluginName,
		Aliases: []string{"stack-lite"},
		Short:   "Run Fig and docker-compose 1.x files; only linked services reach each other",
		Long: `Run Fig and docker-compose 1.x files, unchanged, on today's engines.

Every link of the file becomes a network of its own, so that a service reaches
those that it is linked to, by name, and nobody else.`,
		Example: `  docker stacklite up -d
  docker stacklite ps
  docker stacklite scale web=5
  docker stacklite logs -f web
  docker stacklite down`,
		Args:              noSuchCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{msg: err.Error(), hints: []string{"try: " + cmd.CommandPath() + " --help"}}
	})
	a.addGlobals(root)
	root.AddCommand(
		newBuildCommand(a),
		newCanCommand(a),
		newCheckCommand(a),
		newCompletionCommand(standaloneName),
		newConfigCommand(a),
		newCreateCommand(a),
		newDownCommand(a),
		newEventsCommand(a),
		newExecCommand(a),
		newGraphCommand(a),
		newHelpCommand(),
		newImagesCommand(a),
		newKillCommand(a),
		newLinkCommand(a),
		newLogsCommand(a),
		newLsCommand(a),
		newPauseCommand(a),
		newPlanCommand(a),
		newPortCommand(a),
		newPsCommand(a),
		newPullCommand(a),
		newPushCommand(a),
		newRestartCommand(a),
		newRmCommand(a),
		newRunCommand(a),
		newScaleCommand(a),
		newShellInitCommand(),
		newStartCommand(a),
		newStopCommand(a),
		newTopCommand(a),
		newUnpauseCommand(a),
		newUpCommand(a),
		newVersionCommand(a),
		newWaitCommand(a),
	)
	for _, cmd := range root.Commands() {
		cmd.Args = usageArgs(a.checked(cmd.Args))
		a.completeOwnFlags(cmd)
	}
	addShort(root, "file", "f", false)
	addShort(root, "project-name", "p", false)
	return root
}

func (a *app) addGlobals(root *cobra.Command) {
	f := root.PersistentFlags()
	f.SortFlags = false
	f.StringArrayVar(&a.flags.files, "file", nil, "a file to read; may be repeated, later ones override (default fig.yml, docker-compose.yml)")
	f.StringVar(&a.flags.project, "project-name", "", "the project's name (default the directory's)")
	f.StringVar(&a.flags.projectDir, "project-directory", "", "what relative paths are relative to (default the first file's directory)")
	f.StringVar(&a.flags.envFile, "env-file", "", "variables for the files (default .env)")
	f.StringVar(&a.flags.progress, "progress", "auto", "how progress is shown: auto, tty, plain, json or quiet")
	f.StringVar(&a.flags.ansi, "ansi", "auto", "when colours are used: auto, never or always")
	f.StringVar(&a.flags.isolation, "isolation", "link", `who reaches whom: "link", those that are linked, or "project", everybody`)
	f.StringVar(&a.flags.links.env, "link-env", "", "which link variables containers get: none, ports, or full, with the target's environment (default STACKLITE_LINK_ENV, else ports)")
	f.StringVar(&a.flags.links.discovery, "discovery", "", "what discovery proxies find without a link: on, the whole engine; project; off; or names of other projects (default STACKLITE_DISCOVERY, else on)")
	f.StringVar(&a.flags.pool, "pool", "", "the range that subnets are taken from (default STACKLITE_POOL, else what the engine chooses, or 10.222.0.0/16 where it can not)")
	f.StringVar(&a.flags.builder, "builder", "", "how images are built: auto, buildx, buildkit or classic (default STACKLITE_BUILDER, else auto)")
	f.BoolVar(&a.flags.dryRun, "dry-run", false, "say what would be done, and stop")
	f.IntVar(&a.flags.parallel, "parallel", 16, "how many things to do at once")
	_ = root.MarkPersistentFlagFilename("file", "yml", "yaml")
	_ = root.MarkPersistentFlagFilename("env-file")
	_ = root.MarkPersistentFlagDirname("project-directory")
	a.completeFlags(root)
}

// addShort gives a global flag its letter: before the verb always, behind it
// unless the verb has that letter for itself, as logs has -f and run has -p.
// The letter can't be the global flag's own, for then no verb could have it.
func addShort(cmd *cobra.Command, name, letter string, hidden bool) {
	flag := cmd.Root().PersistentFlags().Lookup(name)
	if cmd.Flags().ShorthandLookup(letter) == nil {
		complete, _ := cmd.Root().GetFlagCompletionFunc(name)
		short := *flag
		short.Shorthand, short.Hidden = letter, hidden
		cmd.Flags().AddFlag(&short)
		if complete != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, complete)
		}
	}
	for _, child := range cmd.Commands() {
		addShort(child, name, letter, true)
	}
}

// noSuchCommand refuses what is no verb; cobra would print the help and call
// that success.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	u := usageError{msg: fmt.Sprintf("no such command: %s", args[0])}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		u.hints = append(u.hints, "did you mean "+strings.Join(near, " or ")+"?")
	}
	u.hints = append(u.hints, "try: "+cmd.CommandPath()+" --help")
	return u
}

// checked looks at the global flags before a command looks at its arguments.
func (a *app) checked(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := view.CheckColor(a.flags.ansi); err != nil {
			return err
		}
		if _, err := view.NewProgress(a.flags.progress, view.Options{Err: io.Discard}); err != nil {
			return err
		}
		if check == nil {
			return nil
		}
		return check(cmd, args)
	}
}

// usageArgs makes a command's complaint about its arguments, and about flags
// that rule each other out, a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := cmd.ValidateFlagGroups()
		if err == nil && check != nil {
			err = check(cmd, args)
		}
		if err != nil {
			return usageError{msg: err.Error(), hints: []string{"try: " + cmd.CommandPath() + " --help"}}
		}
		return nil
	}
}
