// Package dockerrun is docker run with links that are networks: the command line
// taken apart as far as links need it, and the docker command as a child that
// does the rest.
package dockerrun

import (
	"os/exec"

	"github.com/spf13/pflag"
)

// Docker makes a docker command with arguments, against the engine of the session.
type Docker func(args ...string) *exec.Cmd

// ErrHelp says that the arguments ask for help.
var ErrHelp = pflag.ErrHelp
