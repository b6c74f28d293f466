// Package plugin is the shell that the Docker CLI gives its plugins: contexts,
// TLS, credentials, global flags and the exit code. No other package knows that
// CLI; what docker stacklite does is in package command.
package plugin

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/command"
	"github.com/stack-lite/stack-lite/plugin/front"
	"github.com/stack-lite/stack-lite/plugin/front/server"
	"github.com/stack-lite/stack-lite/plugin/probe"
	"github.com/stack-lite/stack-lite/plugin/probe/prober"
	"github.com/stack-lite/stack-lite/plugin/probe/watcher"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// Main runs the program on the arguments of the process and exits. Where check has
// put it beside a container it is a prober, where suggest has a watcher, before the
// replicas of a service it is a front, and none of these is a plugin.
func Main() {
	if len(os.Args) > 1 {
		inside := map[string]func(context.Context, []string, io.Writer) error{
			probe.Command: prober.Run, probe.WatchCommand: watcher.Run, front.Command: server.Run,
		}
		if run := inside[os.Args[1]]; run != nil {
			if err := run(context.Background(), os.Args[2:], os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			os.Exit(0)
		}
	}
	if version == "" {
		version = builtVersion(debug.ReadBuildInfo())
	}
	os.Exit(runDocker(os.Args))
}

// Root is the command line without an engine, for the man pages and completions
// that are made from it. Results go to out.
func Root(out io.Writer) *cobra.Command {
	root, _ := command.New(&session.Environment{In: strings.NewReader(""), Out: out, Err: io.Discard, Version: version}, nil)
	return root
}
