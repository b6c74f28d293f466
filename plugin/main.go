// Package plugin is the command line of Stack Lite: docker stacklite.
//
// One file a verb: flags become a goal, and converge.go takes it from the files
// to the engine on one screen. docker.go is the shell that the Docker CLI gives
// its plugins; nothing else knows that CLI.
package plugin

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// version is set by the linker in what make builds.
var version string

// Main runs the program on the arguments of the process and exits. Where check
// has put it beside a container it is a prober, and no plugin.
func Main() {
	if len(os.Args) > 1 && os.Args[1] == probe.Command {
		if err := probe.Run(context.Background(), os.Args[2:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	if version == "" {
		version = builtVersion(debug.ReadBuildInfo())
	}
	os.Exit(runDocker(os.Args))
}

// Root is the command line without an engine, for the man pages and completions
// that are made from it.
func Root() *cobra.Command {
	return newRoot(newApp(strings.NewReader(""), io.Discard, io.Discard))
}
