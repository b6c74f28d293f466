package command

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

var (
	//go:embed shellinit/docker.sh
	shFunction string

	//go:embed shellinit/docker.fish
	fishFunction string

	//go:embed shellinit/complete.bash
	bashCompletion string

	//go:embed shellinit/complete.zsh
	zshCompletion string

	//go:embed shellinit/complete.fish
	fishCompletion string
)

// shellInit is the text that teaches one shell "docker stack-lite".
type shellInit struct {
	shell    string
	function string
	complete string // what is typed behind it
}

// shellInits has a row for every shell that there is a function for. Bash and
// zsh agree on everything the function uses, though not on how to complete it.
func shellInits() []shellInit {
	return []shellInit{{"bash", shFunction, bashCompletion}, {"zsh", shFunction, zshCompletion}, {"fish", fishFunction, fishCompletion}}
}

// newShellInitCommand prints a shell function named docker that makes
// "docker stack-lite" another spelling of "docker stacklite". The Docker CLI
// itself accepts plugin names of letters and digits only, so only the shell
// can give the command its hyphen.
func newShellInitCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "shell-init bash|zsh|fish",
		Short: `Print a shell function that makes "docker stack-lite" work`,
		Long: `Print a shell function that makes "docker stack-lite" work.

The Docker CLI knows this plugin as "docker stacklite", because it allows no
hyphen in the name of a plugin. The function is called docker. It runs

  docker [GLOBAL FLAGS] stack-lite ...

as "docker [GLOBAL FLAGS] stacklite ...", and every other docker command
unchanged. Completion of docker commands, if set up, works with it, also that of
Debian's own packages; in zsh, load it after compinit.

The function exists only in interactive shells that load it. Scripts should use
"docker stacklite" or "docker-stack-lite", which do not need it.`,
		Example: `  # bash: at the end of ~/.bashrc
  eval "$(docker-stack-lite shell-init bash)"

  # zsh: at the end of ~/.zshrc, after compinit
  eval "$(docker-stack-lite shell-init zsh)"

  # fish: at the end of ~/.config/fish/config.fish
  docker-stack-lite shell-init fish | source`,
		Args:                  cobra.ExactArgs(1),
		ValidArgs:             shellNames(),
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, args []string) error {
			return printShellInit(c.view(), args[0])
		},
	}
}

// printShellInit writes the function for one shell. An unknown shell is a
// usage error, and nothing is written.
func printShellInit(o view.Options, shell string) error {
	for _, s := range shellInits() {
		if s.shell == shell {
			return view.Text(o, s.function+s.complete)
		}
	}
	return exit.Usage{
		Msg:    fmt.Sprintf("no shell function for %q", shell),
		Advice: []string{"known shells: " + strings.Join(shellNames(), ", ")},
	}
}

// shellNames lists the shells in the order the help shows them.
func shellNames() []string {
	var names []string
	for _, s := range shellInits() {
		names = append(names, s.shell)
	}
	return names
}
