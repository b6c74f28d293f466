package dockerrun

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/opts"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// line is a command line of docker run, taken apart as far as links need it.
type line struct {
	flags    []flagUse // but for links, networks and --cidfile
	links    []string  // NAME[:ALIAS], or what docker inspect shows of a link
	leftOut  []string  // labels that only this tool may write
	networks []string  // each as it was written: see opts.NetworkOpt
	name     string
	cidfile  string
	detach   bool
	attach   []string // stdin, stdout, stderr; none: the last two, and stdin where it is open
	remove   bool
	stdin    bool // it is kept open
	terminal bool
	deaf     bool     // signals are not passed on
	pulls    bool     // the image may be fetched even where there is one
	rest     []string // the image, its command and arguments
}

// flagUse is one use of a flag, by its long name; "true" is the value of one
// without.
type flagUse struct{ name, value string }

// helpLine is a flag in the help of docker run:
//
//	-v, --volume list     Bind mount a volume
//	    --rm              Automatically remove the container
var helpLine = regexp.MustCompile(`^ +(?:-(\w), )? *--([\w-]+)(?: (\S+))?(?:  +|$)`)

// runFlags reads the flags from what docker run --help says, so that they
// are those of the docker that is there. --help is the verb's own.
func runFlags(help string) *pflag.FlagSet {
	flags := pflag.NewFlagSet("docker run", pflag.ContinueOnError)
	flags.SetInterspersed(false) // what follows the image is its command
	flags.Usage = func() {}
	for line := range strings.Lines(help) {
		m := helpLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil || m[2] == "help" || flags.Lookup(m[2]) != nil {
			continue
		}
		flags.StringP(m[2], m[1], "", "")
		if m[3] == "" {
			flags.Lookup(m[2]).NoOptDefVal = "true"
		}
	}
	for _, hidden := range []string{"net", "net-alias", "dns-opt"} { // known to every docker
		if flags.Lookup(hidden) == nil {
			flags.String(hidden, "", "")
		}
	}
	return flags
}

// parseLine takes a command line apart.
func parseLine(flags *pflag.FlagSet, args []string) (line, error) {
	var l line
	err := flags.ParseAll(args, func(flag *pflag.Flag, value string) error {
		l.take(flagUse{flag.Name, value})
		return nil
	})
	if err != nil {
		return l, lineError(err)
	}
	if l.rest = flags.Args(); len(l.rest) == 0 {
		return l, exit.Usage{Msg: "no image to run", Advice: []string{"try: docker stacklite link run --help"}}
	}
	return l, nil
}

// lineError says what docker run would refuse.
func lineError(err error) error {
	dashed := func(name, shorts string) string {
		if shorts != "" {
			return "-" + name
		}
		return "--" + name
	}
	var (
		unknown *pflag.NotExistError
		bare    *pflag.ValueRequiredError
	)
	u := exit.Usage{Msg: err.Error(), Advice: []string{"try: docker run --help"}}
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown):
		u.Msg = "docker run has no flag " + dashed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames())
	case errors.As(err, &bare):
		u.Msg = "the flag " + dashed(bare.GetSpecifiedName(), bare.GetSpecifiedShortnames()) + " needs a value"
	}
	return u
}

// take notes what links need to know of a flag.
func (l *line) take(u flagUse) {
	set, _ := strconv.ParseBool(u.value) // docker refuses what is neither
	switch u.name {
	case "link":
		l.links = append(l.links, u.value)
		return
	case "network", "net":
		l.networks = append(l.networks, u.value)
		return
	case "cidfile":
		l.cidfile = u.value
		return
	case "name":
		l.name = u.value
	case "label":
		if name, _, _ := strings.Cut(u.value, "="); labels.Own(name) {
			l.leftOut = append(l.leftOut, name)
			return
		}
	case "rm":
		l.remove = set
	case "interactive":
		l.stdin = set
	case "detach":
		l.detach = set
	case "attach":
		l.attach = append(l.attach, strings.ToLower(u.value))
	case "tty":
		l.terminal = set
	case "platform":
		l.pulls = true
	case "pull":
		l.pulls = l.pulls || u.value == "always"
	case "sig-proxy":
		l.deaf = !set
	}
	l.flags = append(l.flags, u)
}

// checkLinks refuses a line without links, and links that docker run refuses, and
// makes NAME:ALIAS of the others.
func (l *line) checkLinks() error {
	if len(l.links) == 0 {
		return exit.Usage{Msg: "no --link", Advice: []string{"without links this is: docker run"}}
	}
	for i, link := range l.links {
		name, alias, err := opts.ParseLink(link)
		if err != nil {
			return exit.Usage{Msg: "--link: " + err.Error(), Advice: []string{"try: --link TARGET:ALIAS"}}
		}
		l.links[i] = name + ":" + alias
	}
	return nil
}

// checkNetworks refuses networks that can't be combined with links, and drops
// the default bridge, on which every container reaches every other. A network
// may be called by its id.
func (l *line) checkNetworks(s *observed.Snapshot) error {
	var kept []string
	for _, text := range l.networks {
		var parsed opts.NetworkOpt
		if err := parsed.Set(text); err != nil {
			return exit.Usage{Msg: "--network " + text + ": " + err.Error(), Advice: []string{"try: docker run --help"}}
		}
		asked := parsed.Value()[0]
		name := asked.Target
		if n := s.NetworkCalled(name); n != nil {
			name = n.Name
		}
		switch {
		case name == "host", name == "none", strings.HasPrefix(name, "container:"):
			return exit.Usage{Msg: fmt.Sprintf("a container with --network %s has no links", text),
				Advice: []string{"leave --network out: each link is a network"}}
		case name != "bridge" && name != "default" && name != "":
			kept = append(kept, text)
		case !plainNetwork(asked):
			return exit.Usage{Msg: fmt.Sprintf("--network %s: a container with links is not on the default bridge", text),
				Advice: []string{"leave that --network out: each link is a network"}}
		}
	}
	l.networks = kept
	return nil
}

// plainNetwork reports whether nothing but the network is asked for.
func plainNetwork(n opts.NetworkAttachmentOpts) bool {
	return len(n.Aliases)+len(n.DriverOpts)+len(n.Links)+len(n.LinkLocalIPs) == 0 &&
		n.IPv4Address == "" && n.IPv6Address == "" && n.MacAddress == "" && n.GwPriority == 0
}

// runWords are the flags for docker run.
func (l *line) runWords() []string { return words(l.flags) }

// createWords are the flags for docker create, which has no others.
func (l *line) createWords() []string {
	return words(slices.DeleteFunc(slices.Clone(l.flags), func(u flagUse) bool {
		return slices.Contains([]string{"detach", "detach-keys", "sig-proxy"}, u.name)
	}))
}

func words(flags []flagUse) []string {
	var out []string
	for _, u := range flags {
		out = append(out, "--"+u.name+"="+u.value)
	}
	return out
}
