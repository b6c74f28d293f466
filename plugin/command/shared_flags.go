package command

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// timeoutFlag is how long a container is given to stop.
type timeoutFlag struct {
	seconds *int // nil: the flag was not set
}

func (f *timeoutFlag) add(flags *pflag.FlagSet) {
	flags.VarP(f, "timeout", "t", "seconds to wait for a container to stop before killing it")
}

// String is the value, or what holds for most containers.
func (f *timeoutFlag) String() string {
	if f.seconds == nil {
		return "10"
	}
	return strconv.Itoa(*f.seconds)
}

// Set reads a number.
func (f *timeoutFlag) Set(text string) error {
	n, err := strconv.ParseInt(text, 0, strconv.IntSize)
	if err != nil {
		return err
	}
	seconds := int(n)
	f.seconds = &seconds
	return nil
}

// Type is what the help calls the value.
func (*timeoutFlag) Type() string { return "int" }

// imageFlags say how up and create get images.
type imageFlags struct {
	build     bool
	noBuild   bool
	quietPull bool
}

func (f *imageFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.build, "build", false, "build images first, even if they exist")
	cmd.Flags().BoolVar(&f.noBuild, "no-build", false, "do not build images: a missing image is an error")
	cmd.Flags().BoolVar(&f.quietPull, "quiet-pull", false, "pull without showing progress")
	cmd.MarkFlagsMutuallyExclusive("build", "no-build")
}

// addLogStyle adds the flags that say how lines of logs look.
func addLogStyle(flags *pflag.FlagSet, o *view.LogOptions) {
	flags.BoolVar(&o.NoColor, "no-color", false, "do not use colours")
	flags.BoolVar(&o.NoPrefix, "no-log-prefix", false, "do not show the container's name before each line")
}

// variable reads NAME=VALUE, or NAME for the value that it has here.
func variable(env map[string]string, text string) compose.Var {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		if value, ok = env[name]; !ok {
			return compose.Var{Name: name}
		}
	}
	return compose.Var{Name: name, Value: &value}
}

func setVar(list []compose.Var, v compose.Var) []compose.Var {
	list = slices.DeleteFunc(list, func(old compose.Var) bool { return old.Name == v.Name })
	return append(list, v)
}
