package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/plugin/view"
)

// helpWidth is how wide a help may be, in columns.
const helpWidth = 80

// flagsTopic is what help calls the general options by.
const flagsTopic = "flags"

func newHelpCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | flags]",
		Short: "Show help for a command",
		Long: `Show what a command does and which options it has, like --help. "help flags"
shows the options that all commands have.`,
		Example: "  docker stacklite help up\n  docker stacklite help flags",
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.Equal(args, []string{flagsTopic}) {
				return view.Text(c.view(), generalHelp(cmd.Parent()))
			}
			found, rest, err := cmd.Parent().Find(args)
			if err != nil || len(rest) > 0 {
				return noSuchCommand(cmd.Parent(), args)
			}
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, c := range cmd.Parent().Commands() {
					if c.IsAvailableCommand() {
						names = append(names, c.Name())
					}
				}
				names = append(names, flagsTopic)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// helpOf is what a command does and takes: its own options, those that say which
// project is meant where it is about one, and where the others are.
func helpOf(cmd *cobra.Command) string {
	var b strings.Builder
	section := func(title, text string) {
		if text = strings.TrimRight(text, " \n"); text != "" {
			b.WriteString("\n" + title + text + "\n")
		}
	}
	b.WriteString(usageLines(cmd))
	section("", firstOf(cmd.Long, cmd.Short))
	section("Examples:\n", cmd.Example)
	section("Options:\n", ownFlags(cmd).FlagUsagesWrapped(helpWidth))
	for _, g := range cmd.Groups() {
		section(g.Title+"\n", verbs(cmd, g.ID))
	}
	section("Commands:\n", verbs(cmd, ""))
	if cmd.HasAvailableSubCommands() {
		section("", fmt.Sprintf("For a command: %s COMMAND --help", cmd.CommandPath()))
	}
	if acts(cmd) {
		section("", "General options, before or after the command: "+rootOf(cmd).CommandPath()+" help "+flagsTopic)
	}
	return b.String()
}

// generalHelp is about the options that all commands have.
func generalHelp(root *cobra.Command) string {
	general := pflag.NewFlagSet("general", pflag.ContinueOnError)
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if short := root.Flags().Lookup(f.Name); short != nil {
			f = short
		}
		general.AddFlag(f)
	})
	return "General options, before or after the command:\n" + general.FlagUsagesWrapped(helpWidth) + generalExamples(general)
}

// generalExamples show options whose use is not seen from what they do.
func generalExamples(general *pflag.FlagSet) string {
	if general.Lookup("profile") == nil {
		return ""
	}
	return `
Examples:
  # see what an up waits for: open the file at https://ui.perfetto.dev
  docker stacklite --profile trace.json up -d
`
}

// usageLines are how a command is written, a line for each of its forms.
func usageLines(cmd *cobra.Command) string {
	head := "Usage:  "
	if cmd.HasAvailableSubCommands() {
		return head + cmd.CommandPath() + " [OPTIONS] COMMAND\n"
	}
	line, other, _ := strings.Cut(cmd.UseLine(), " | ")
	if strings.Contains(line, "[") != strings.Contains(line, "]") { // the bar was within brackets
		line, other = cmd.UseLine(), ""
	}
	text := wrapped(head, line)
	if other != "" {
		text += wrapped("        ", cmd.CommandPath()+" "+other)
	}
	return text
}

// wrapped breaks a line between words where it gets too wide.
func wrapped(head, line string) string {
	text, width := head, len(head)
	for i, word := range strings.Fields(line) {
		switch {
		case i == 0:
		case width+1+len(word) > helpWidth:
			text += "\n            "
			width = 12
		default:
			text += " "
			width++
		}
		text += word
		width += len(word)
	}
	return text + "\n"
}

// verbs lists the commands of a group, or those of none.
func verbs(cmd *cobra.Command, group string) string {
	var b strings.Builder
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() && verb.GroupID == group {
			fmt.Fprintf(&b, "  %-12s%s\n", verb.Name(), verb.Short)
		}
	}
	return b.String()
}

// ownFlags are those of a command itself and, where it acts on a project, those
// that say on which, with their letters where these mean the same behind the verb.
func ownFlags(cmd *cobra.Command) *pflag.FlagSet {
	own := pflag.NewFlagSet(cmd.Name(), pflag.ContinueOnError)
	own.SortFlags = false
	general := rootOf(cmd).PersistentFlags()
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if general.Lookup(f.Name) == nil && f.Name != "help" {
			own.AddFlag(f)
		}
	})
	if !aboutProject(cmd) {
		return own
	}
	for _, name := range []string{"file", "project-name"} {
		shown := *general.Lookup(name)
		if f := cmd.Flags().Lookup(name); f != nil {
			shown.Shorthand = f.Shorthand
		}
		own.AddFlag(&shown)
	}
	return own
}

// rootOf is the command that has the general options.
func rootOf(cmd *cobra.Command) *cobra.Command {
	for cmd.HasParent() && cmd.Name() != Name {
		cmd = cmd.Parent()
	}
	return cmd
}

// acts reports whether the general options make a difference to a command.
func acts(cmd *cobra.Command) bool {
	return cmd.GroupID != groupProgram && !cmd.DisableFlagParsing
}

// aboutProject reports whether a command is about a project, which flags name.
func aboutProject(cmd *cobra.Command) bool {
	for c := cmd; c.HasParent(); c = c.Parent() {
		if c.GroupID == groupProgram || c.Name() == "link" || c.Name() == "ls" {
			return false
		}
	}
	return true
}

func firstOf(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// WithoutHelp leaves --help out of arguments with a word that is no verb: cobra
// would show the help of what is above it, and succeed.
func WithoutHelp(root *cobra.Command, args []string) []string {
	found, rest, _ := root.Find(args)
	if !found.HasSubCommands() || firstWord(found, rest) == "" {
		return args
	}
	return slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--help" || a == "-h" })
}

// firstWord is the first of the arguments that is neither a flag nor the value of
// one.
func firstWord(cmd *cobra.Command, args []string) string {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		name, long := strings.CutPrefix(arg, "--")
		switch {
		case arg == "--" || !strings.HasPrefix(arg, "-") || arg == "-":
			return arg
		case strings.Contains(arg, "="):
			continue
		}
		f := cmd.Flag(name)
		if !long {
			f = cmd.Flags().ShorthandLookup(arg[len(arg)-1:])
		}
		if f != nil && f.NoOptDefVal == "" {
			i++
		}
	}
	return ""
}
