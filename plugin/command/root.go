package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Name is what the Docker CLI knows the plugin by. It allows no hyphen.
const Name = "stacklite"

// StandaloneName is what the program is called without the docker command.
const StandaloneName = "docker-stack-lite"

// New makes the whole command line for an environment; as the command line of an
// old tool, unless that is nil. After it has run, errors are to be shown as the
// second result says.
func New(env *session.Environment, old *classic.Tool) (*cobra.Command, func() view.Options) {
	env.Out, env.Err, env.Amid = view.NewOutput(env.Out), view.NewShared(env.Err), new(view.Amid)
	c := &cli{env: env, classic: old}
	return newRoot(c), c.view
}

// groupProgram has the verbs that are about no container.
const groupProgram = "program"

// verbGroup are verbs that the help shows together.
type verbGroup struct {
	id, title string
	verbs     []*cobra.Command
}

// verbGroups are all verbs. A new one is a file and a line here.
func verbGroups(c *cli) []verbGroup {
	return []verbGroup{
		{"before", "See what a file means:", []*cobra.Command{
			newConfigCommand(c),
			newPlanCommand(c),
			newGraphCommand(c),
			newCanCommand(c),
			newSuggestCommand(c),
			newConvertCommand(c),
		}},
		{"make", "Make the stack, and change it:", []*cobra.Command{
			newUpCommand(c),
			newScaleCommand(c),
			newRunCommand(c),
			newCreateCommand(c),
			newBuildCommand(c),
			newPullCommand(c),
			newPushCommand(c),
		}},
		{"look", "Look at it and into it:", []*cobra.Command{
			newPsCommand(c),
			newLogsCommand(c),
			newExecCommand(c),
			newTopCommand(c),
			newPortCommand(c),
			newImagesCommand(c),
			newEventsCommand(c),
			newWaitCommand(c),
			newCheckCommand(c),
			newLsCommand(c),
		}},
		{"stop", "Stop, start and remove it:", []*cobra.Command{
			newStopCommand(c),
			newStartCommand(c),
			newRestartCommand(c),
			newPauseCommand(c),
			newUnpauseCommand(c),
			newKillCommand(c),
			newRmCommand(c),
			newDownCommand(c),
		}},
		{"link", "Without a file:", []*cobra.Command{
			newLinkCommand(c),
		}},
		{groupProgram, "About this program:", []*cobra.Command{
			newHelpCommand(c),
			newVersionCommand(c),
			newCompletionCommand(c),
			newShellInitCommand(c),
		}},
	}
}

// newRoot makes the command line.
func newRoot(c *cli) *cobra.Command {
	root := &cobra.Command{
		Use:     Name,
		Aliases: []string{"stack-lite"},
		Short:   "Run Fig and docker-compose 1.x files; only linked services reach each other",
		Long: `Run Fig and docker-compose 1.x files, unchanged, on today's engines.

Links become networks of their own: a service reaches the services that it is
linked to, by name, and no others.

What docker-compose 1.x has made from the same directory belongs to the stack:
all commands act on these containers too. With --adopt also on those that Fig or
docker run made, without labels, under the names of the stack's.`,
		Example: `  docker stacklite up -d
  docker stacklite ps
  docker stacklite scale web=5
  docker stacklite logs -f web
  docker stacklite down`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.version {
				return runVersion(c, false)
			}
			return cmd.Help()
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd.HasSubCommands() { // what is no verb can't have the flags of one
			if unknown := noSuchCommand(cmd, cmd.Flags().Args()); unknown != nil {
				return unknown
			}
		}
		return BadCommandLine(cmd, err)
	})
	c.addGeneralFlags(root)
	root.Flags().BoolVarP(&c.version, "version", "v", false, "show the version")
	for _, g := range verbGroups(c) {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, cmd := range g.verbs {
			cmd.GroupID = g.id
			root.AddCommand(cmd)
		}
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { _ = view.Text(c.view(), helpOf(cmd)) })
	root.SetUsageFunc(func(cmd *cobra.Command) error { return view.Text(c.view(), helpOf(cmd)) })
	interruptible(c, root)
	for _, cmd := range root.Commands() {
		cmd.Args = usageArgs(c.checked(cmd.Args))
		c.completeOwnFlags(cmd)
	}
	addShort(root, "file", "f", false)
	addShort(root, "project-name", "p", false)
	return root
}

func (c *cli) addGeneralFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.SortFlags = false
	f.StringArrayVar(&c.general.Files, "file", nil, "file to read; can be repeated, later files override earlier ones (default fig.yml, compose.yaml or docker-compose.yml)")
	f.StringVar(&c.general.Project, "project-name", "", "project name (default name of the directory)")
	f.StringVar(&c.general.ProjectDir, "project-directory", "", "directory that relative paths start from (default directory of the first file)")
	f.StringVar(&c.general.EnvFile, "env-file", "", "file with values for variables in the files (default .env)")
	f.BoolVar(&c.general.Adopt, "adopt", false, "also act on containers without labels that have the names of the stack's (PROJECT_SERVICE_1), and on those of docker-compose 1.x whose directory was moved")
	f.StringVar(&c.general.Progress, "progress", "auto", "how progress is shown: auto, tty, plain, json or quiet")
	f.StringVar(&c.general.Color, "ansi", "auto", "when to use colours: auto, never or always")
	f.StringVar(&c.general.Isolation, "isolation", "", `which services reach each other: "link", those that are linked, or "project", all (default link; for files with "services:" at the top project, or what "x-stack-lite:" says)`)
	f.StringVar(&c.general.LinkEnv, "link-env", "", "link variables that containers get: none, ports, or full, which adds the target's environment (default STACKLITE_LINK_ENV, else ports)")
	f.StringVar(&c.general.Discovery, "discovery", "", "what discovery proxies find without a link: on, the project and what other projects allow; project; off; or names of other projects to allow (default STACKLITE_DISCOVERY, else on)")
	f.StringVar(&c.general.Pool, "pool", "", "address range for subnets (default STACKLITE_POOL, else chosen by the engine, or 10.222.0.0/16 if it cannot)")
	f.StringVar(&c.general.Builder, "builder", "", "how images are built: auto, buildx, buildkit or classic (default STACKLITE_BUILDER, else what DOCKER_BUILDKIT or COMPOSE_DOCKER_CLI_BUILD asks for, else auto)")
	if c.classic == nil {
		f.Var(choice{&c.general.Swarm}, "swarm", "the stack is in the swarm that the engine manages, not on the engine alone (default STACKLITE_SWARM, else as the files say, else where it is)")
		f.Lookup("swarm").NoOptDefVal = "true"
	}
	f.BoolVar(&c.general.DryRun, "dry-run", false, "print what would be done, without doing it")
	f.IntVar(&c.general.Parallel, "parallel", 0, "maximum number of operations at once (default COMPOSE_PARALLEL_LIMIT, else 16)")
	_ = root.MarkPersistentFlagFilename("file", "yml", "yaml")
	_ = root.MarkPersistentFlagFilename("env-file")
	_ = root.MarkPersistentFlagDirname("project-directory")
	f.BoolVar(&c.verbose, "verbose", false, "also say which files are read, how images are built, and each step")
	if c.classic == nil { // that tool had another --profile
		f.StringArrayVar(&c.profiles, "profile", nil, "profile of the files to activate; or, with a dot or a slash, file to write a trace into: what each step waited for and took (Chrome trace event format)")
		_ = root.MarkPersistentFlagFilename("profile")
	} else { // flags of the old tools; the Docker CLI has its own
		f.StringVar(&c.level, "log-level", "", "")
		_ = f.MarkHidden("log-level")
		_ = f.MarkHidden("verbose")
	}
	c.completeFlags(root)
}

// addShort gives a global flag its letter: before the verb always, behind it
// unless the verb has that letter for itself, as logs has -f and run has -p.
// The letter can't be the global flag's own: then no verb could have it.
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

// noSuchCommand refuses what is no verb; cobra would print the help and
// succeed.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	u := exit.Usage{Msg: fmt.Sprintf("no such command: %s", args[0]), Kind: exit.KindUnknownVerb, Words: []string{args[0]}}
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() {
			u.Words = append(u.Words, fmt.Sprintf("%-18s %s", verb.Name(), verb.Short))
		}
	}
	if line := inItsPlace(cmd, args); line != "" {
		u.Advice = append(u.Advice, line)
	}
	u.Advice = append(u.Advice, "try: "+cmd.CommandPath()+" --help")
	return u
}

// checked looks at the global flags before a command looks at its arguments.
func (c *cli) checked(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := view.CheckColor(c.general.Color); err != nil {
			u := BadCommandLine(cmd, err)
			u.Kind, u.Words = exit.KindColor, []string{c.general.Color}
			return u
		}
		if c.version && cmd.HasParent() && cmd != rootOf(cmd) {
			return BadCommandLine(cmd, errors.New("--version stands alone, without a command"))
		}
		if _, err := classic.Level(c.level, c.verbose); err != nil {
			return err
		}
		if err := oneOf("--isolation", cmp.Or(c.general.Isolation, "link"), []string{"link", "project"}); err != nil {
			return err
		}
		c.typed = typedWords(cmd, args)
		if _, err := view.NewProgress(c.general.Progress, view.Options{Err: io.Discard}); err != nil {
			return err
		}
		if check == nil {
			return nil
		}
		return check(cmd, args)
	}
}

// typedWords are a verb with its own flags and arguments, as they can be typed
// again. The general flags that say which project is meant are not among them.
func typedWords(cmd *cobra.Command, args []string) []string {
	words := strings.Fields(strings.TrimPrefix(cmd.CommandPath(), rootOf(cmd).CommandPath()))
	again := []string{"file", "project-name", "project-directory", "env-file", "adopt"}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch values, list := f.Value.(pflag.SliceValue); {
		case slices.Contains(again, f.Name):
		case list:
			for _, v := range values.GetSlice() {
				words = append(words, "--"+f.Name+"="+v)
			}
		case f.Value.Type() == "bool" && f.Value.String() == "true":
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+f.Value.String())
		}
	})
	return shellWords(append(words, args...))
}

// usageArgs makes a command's complaint about its arguments, and about flags
// that exclude each other, a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cmd.ValidateFlagGroups(); err != nil {
			u := BadCommandLine(cmd, err)
			u.Kind, u.Words = exit.KindExclusive, exclusive(cmd)
			return u
		}
		if check == nil {
			return nil
		}
		var usage exit.Usage
		err := check(cmd, args)
		if err != nil && !errors.As(err, &usage) {
			u := BadCommandLine(cmd, err)
			u.Msg = wrongArguments(cmd, args, u.Msg)
			err = u
		}
		return err
	}
}

// wrongArguments says what a command takes, in place of how many; otherwise where
// its usage line does not tell.
func wrongArguments(cmd *cobra.Command, args []string, otherwise string) string {
	words := strings.Fields(cmd.Use)[1:]
	if len(words) > 0 && words[0] == "[OPTIONS]" {
		words = words[1:]
	}
	needed := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.HasPrefix(w, "[") })
	switch {
	case len(words) == 0:
		return cmd.Name() + " takes no arguments, such as " + args[0]
	case len(args) < len(needed):
		return cmd.Name() + " needs " + strings.Join(words, " ")
	case len(args) > len(words):
		return cmd.Name() + " takes " + strings.Join(words, " ") + ", not also " + args[len(words)]
	}
	return otherwise
}

// BadCommandLine is the command line of a verb, or of the program itself, that can't be read.
func BadCommandLine(cmd *cobra.Command, err error) exit.Usage {
	u := exit.Usage{Msg: err.Error(), Advice: []string{"try: " + cmd.CommandPath() + " --help"}, Kind: exit.KindCommandLine}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		if hint := flagHint(cmd, unknown.GetSpecifiedName()); hint != "" {
			u.Advice = slices.Insert(u.Advice, 0, hint)
		}
	}
	if cmd != cmd.Root() && cmd.Name() != Name {
		u.Words = []string{cmd.Name()}
	}
	return u
}

// exclusive are the flags that were given though they exclude another.
func exclusive(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if _, is := f.Annotations["cobra_annotation_mutually_exclusive"]; is {
			names = append(names, f.Name)
		}
	})
	return names
}
