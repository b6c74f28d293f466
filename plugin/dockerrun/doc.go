// Package dockerrun is docker run with links that are networks: the command line
// taken apart as far as links need it, and the docker command as a child that
// does the rest. It also knows docker's global flags, which a child needs as this
// process got them.
package dockerrun

import "github.com/spf13/pflag"

// ErrHelp says that the arguments ask for help.
var ErrHelp = pflag.ErrHelp
