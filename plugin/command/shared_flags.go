package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/balance"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/session"
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

// rollingFlag is how many containers of a service are replaced rolling at once; 0: as
// its label says.
type rollingFlag int

func (f *rollingFlag) add(cmd *cobra.Command) {
	cmd.Flags().Var(f, "rolling", "start each new container before the old one goes, N of a service at once")
	cmd.Flags().Lookup("rolling").NoOptDefVal = "1"
}

// String is the number.
func (f *rollingFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.Itoa(int(*f))
}

// Set reads a number from 1 on.
func (f *rollingFlag) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("write how many at once: 1 or more")
	}
	*f = rollingFlag(n)
	return nil
}

// Type is what the help calls the value.
func (*rollingFlag) Type() string { return "N" }

// imageFlags say how up and create get images.
type imageFlags struct {
	build     bool
	noBuild   bool
	quietPull bool
	pull      string
}

// pullPolicies are which images are pulled before containers are made.
func pullPolicies() []string { return []string{"missing", "always", "never"} }

func (f *imageFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.build, "build", false, "build images first, even if they exist")
	cmd.Flags().BoolVar(&f.noBuild, "no-build", false, "do not build images: a missing image is an error")
	cmd.Flags().StringVar(&f.pull, "pull", "missing", "which images to pull first: missing, always, or never, where a missing image is an error")
	cmd.Flags().BoolVar(&f.quietPull, "quiet-pull", false, "pull without showing progress")
	cmd.MarkFlagsMutuallyExclusive("build", "no-build")
}

// get pulls images of services before containers are made of them, or refuses to
// pull any; of all services where there are none given.
func (f *imageFlags) get(ctx context.Context, s *session.Session, services []string) error {
	switch f.pull {
	case "always":
		return s.Run(ctx, desired.Pulls(s.Project, services, func(string) bool { return false }))
	case "never":
		have, err := s.Observe(ctx, true)
		if err != nil {
			return err
		}
		return missingImages(desired.Pulls(s.Project, services, func(ref string) bool { return have.Images[ref] != "" }))
	}
	return asFilesSay(ctx, s, services)
}

// asFilesSay pulls the images of services for which files of the specification say that
// they are always pulled, and refuses to pull those that never are.
func asFilesSay(ctx context.Context, s *session.Session, services []string) error {
	always, never := desired.PullPolicies(s.Project, services)
	if len(always) > 0 {
		if err := s.Run(ctx, desired.Pulls(s.Project, always, func(string) bool { return false })); err != nil {
			return err
		}
	}
	if len(never) == 0 {
		return nil
	}
	have, err := s.Observe(ctx, true)
	if err != nil {
		return err
	}
	return missingImages(desired.Pulls(s.Project, never, func(ref string) bool { return have.Images[ref] != "" }))
}

// check refuses a word that is none for what to pull.
func (f *imageFlags) check() error {
	return oneOf("--pull", f.pull, pullPolicies())
}

// oneOf refuses a value that a flag can't have.
func oneOf(flag, value string, values []string) error {
	if slices.Contains(values, value) {
		return nil
	}
	u := exit.Usage{Msg: fmt.Sprintf("%s can be %s or %s, not %q", flag, strings.Join(values[:len(values)-1], ", "), values[len(values)-1], value)}
	if near := compose.Nearest(value, values); near != "" {
		u.Advice = []string{fmt.Sprintf("did you mean %s %s?", flag, near)}
	}
	return u
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

// balanceFlag has services keep their fixed ports with any number of replicas.
type balanceFlag struct {
	way string // to spread connections, or balance.Off; empty: the flag was not set
}

func (f *balanceFlag) add(flags *pflag.FlagSet) {
	const name = "balance"
	flags.StringVar(&f.way, name, "", "give scaled or named services a front, which has their fixed ports and spreads connections: "+strings.Join(balance.Ways(), " or ")+"; off takes it away")
	flags.Lookup(name).NoOptDefVal = balance.Ways()[0]
}

// apply has those of some services balanced that publish a fixed port.
func (f *balanceFlag) apply(s *session.Session, services []string) error {
	if f.way == "" {
		return nil
	}
	if err := oneOf("--balance", f.way, append(balance.Ways(), balance.Off)); err != nil {
		return err
	}
	if len(services) == 0 {
		return exit.Usage{Msg: "--balance is for services that are scaled or named", Advice: []string{
			"write it like --balance --scale web=3",
			fmt.Sprintf("or put a label beside the service in the file: %s: \"true\"", balance.Label),
		}}
	}
	asked := balance.Asked{}
	for _, name := range services {
		svc := session.InFiles(s, name)
		if svc != nil && (balance.Fixed(svc) || f.way == balance.Off) {
			asked[name] = f.way
		}
	}
	if len(asked) == 0 {
		return exit.Usage{Msg: "no front is needed: " + unfixed(s, services), Advice: []string{"leave --balance out"}}
	}
	return session.Balance(s, asked)
}

// unfixed says of services that they can have any number of replicas as they are.
func unfixed(s *session.Session, services []string) string {
	known := slices.DeleteFunc(slices.Clone(services), func(name string) bool { return session.InFiles(s, name) == (*compose.Service)(nil) })
	verb := "publishes"
	if len(known) > 1 {
		verb = "publish"
	}
	return strings.Join(known, ", ") + " " + verb + " no fixed port of the host"
}

// choice is a flag that says yes or no, or was not given.
type choice struct{ said **bool }

// String is yes or no; empty: nobody said.
func (c choice) String() string {
	if c.said == nil || *c.said == nil {
		return ""
	}
	return strconv.FormatBool(**c.said)
}

// Set reads true or false.
func (c choice) Set(text string) error {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("write true or false")
	}
	*c.said = &b
	return nil
}

// Type is what the help calls the value: none, for it can do without.
func (choice) Type() string { return "bool" }

// deployFlags say how services are to be in a swarm.
type deployFlags struct {
	encrypt     *bool
	publish     string
	pushTo      string
	parallelism int
	delay       time.Duration
	order       string
	failure     string
	monitor     time.Duration
}

func (f *deployFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(choice{&f.encrypt}, "encrypt", "in a swarm: encrypt what goes from node to node")
	flags.Lookup("encrypt").NoOptDefVal = "true"
	flags.StringVar(&f.publish, "publish-mode", "", "in a swarm: publish ports on all nodes (ingress) or on those of the tasks (host)")
	flags.StringVar(&f.pushTo, "push-to", "", "in a swarm: push images that are built to a registry, REGISTRY[/PREFIX], and run them from there")
	flags.IntVar(&f.parallelism, "update-parallelism", -1, "in a swarm: how many tasks of a service are replaced at once; 0: all")
	flags.DurationVar(&f.delay, "update-delay", -1, "in a swarm: how long to wait before the next ones")
	flags.StringVar(&f.order, "update-order", "", "in a swarm: start-first or stop-first")
	flags.StringVar(&f.failure, "update-failure", "", "in a swarm: what to do where new tasks fail: pause, continue or rollback")
	flags.DurationVar(&f.monitor, "update-monitor", -1, "in a swarm: for how long a new task is watched for that")
	for name, none := range map[string]string{"update-parallelism": "0", "update-delay": "0s", "update-monitor": "0s"} {
		flags.Lookup(name).DefValue = none // help shows no such default: it is as files or the swarm say
	}
	_ = cmd.RegisterFlagCompletionFunc("publish-mode", oneOfWords(publishModes()...))
	_ = cmd.RegisterFlagCompletionFunc("update-order", oneOfWords(updateOrders()...))
	_ = cmd.RegisterFlagCompletionFunc("update-failure", oneOfWords(updateFailures()...))
}

func publishModes() []string   { return []string{"ingress", "host"} }
func updateOrders() []string   { return []string{"start-first", "stop-first"} }
func updateFailures() []string { return []string{"pause", "continue", "rollback"} }

// check refuses words that nobody knows, and what is no registry.
func (f *deployFlags) check() error {
	for _, c := range []struct {
		flag, word string
		words      []string
	}{{"--publish-mode", f.publish, publishModes()}, {"--update-order", f.order, updateOrders()}, {"--update-failure", f.failure, updateFailures()}} {
		if c.word != "" {
			if err := oneOf(c.flag, c.word, c.words); err != nil {
				return err
			}
		}
	}
	if no := (*desired.NoRegistry)(nil); f.pushTo != "" {
		if _, err := desired.PushedRef(f.pushTo, "image"); errors.As(err, &no) {
			return exit.Usage{Msg: "--push-to: " + no.Error(), Advice: no.Hints()}
		}
	}
	return nil
}

// deploy is what the flags say.
func (f *deployFlags) deploy() session.Deploy {
	d := session.Deploy{Encrypt: f.encrypt, PublishMode: f.publish, PushTo: f.pushTo}
	u := compose.Update{Order: f.order, FailureAction: f.failure}
	if f.parallelism >= 0 {
		n := uint64(f.parallelism)
		u.Parallelism = &n
	}
	if f.delay >= 0 {
		u.Delay = &f.delay
	}
	if f.monitor >= 0 {
		u.Monitor = &f.monitor
	}
	if u != (compose.Update{}) {
		d.Update = &u
	}
	return d
}
