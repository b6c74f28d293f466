package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
)

// runLine is a command line of docker run, taken apart as far as links need it.
type runLine struct {
	options  []flagUse // but for links, networks and --cidfile
	links    []string  // NAME[:ALIAS]
	networks []string
	name     string
	cidfile  string
	detach   bool
	attach   []string // stdin, stdout, stderr; none: the last two, and stdin where it is open
	remove   bool
	stdin    bool // it is kept open
	terminal bool
	deaf     bool     // signals are not passed on
	rest     []string // the image, its command and arguments
}

// dockerFlags are the flags of docker run: by name, "--link" or "-v", whether each
// takes a value.
type dockerFlags map[string]bool

// helpLine is a flag in the help of docker run:
//
//	-v, --volume list     Bind mount a volume
//	    --rm              Automatically remove the container
var helpLine = regexp.MustCompile(`^ +(?:(-\w), )? *(--[\w-]+)(?: (\S+))?(?:  +|$)`)

// parseRunHelp reads the flags from what docker run --help says, so that they are
// those of the docker that is there.
func parseRunHelp(help string) dockerFlags {
	// Not shown, and known to every docker.
	flags := dockerFlags{"--net": true, "--net-alias": true, "--dns-opt": true}
	for line := range strings.Lines(help) {
		m := helpLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		flags[m[2]] = m[3] != ""
		if m[1] != "" {
			flags[m[1]] = m[3] != ""
		}
	}
	return flags
}

// flagUse is one flag of a command line.
type flagUse struct {
	name  string   // long, or short where docker has no long one for it
	value string   // "true" where a flag without value is set
	words []string // as it stands in the command line
}

// parse takes a command line apart. Flags end at the image.
func (f dockerFlags) parse(args []string) (runLine, error) {
	var l runLine
	for len(args) > 0 {
		if args[0] == "--" {
			l.rest = args[1:]
			break
		}
		if !strings.HasPrefix(args[0], "-") || args[0] == "-" {
			l.rest = args
			break
		}
		uses, left, err := f.word(args)
		if err != nil {
			return l, err
		}
		for _, u := range uses {
			l.take(u)
		}
		args = left
	}
	if len(l.rest) == 0 {
		return l, exit.Usage{Msg: "no image to run", Advice: []string{"try: link run --help"}}
	}
	return l, nil
}

// word reads the flags in the first word of args, and its value where that is
// the next.
func (f dockerFlags) word(args []string) (uses []flagUse, left []string, err error) {
	word, left := args[0], args[1:]
	if strings.HasPrefix(word, "--") {
		name, value, given := strings.Cut(word, "=")
		u, left, err := f.use(name, value, given, left)
		return []flagUse{u}, left, err
	}
	for i := 1; i < len(word); i++ { // -itp 80:80
		name, rest := "-"+word[i:i+1], word[i+1:]
		takes, known := f[name]
		if !known || !takes && !strings.HasPrefix(rest, "=") {
			u, _, err := f.use(name, "", false, nil)
			if err != nil {
				return nil, nil, err
			}
			uses = append(uses, u)
			continue
		}
		u, left, err := f.use(name, strings.TrimPrefix(rest, "="), rest != "", left)
		return append(uses, u), left, err
	}
	return uses, left, nil
}

// use is one flag with its value, which may be the next word.
func (f dockerFlags) use(name, value string, given bool, left []string) (flagUse, []string, error) {
	takes, known := f[name]
	switch {
	case !known:
		return flagUse{}, nil, exit.Usage{Msg: "docker run has no flag " + name, Advice: []string{"try: docker run --help"}}
	case !takes && !given:
		return flagUse{name, "true", []string{name}}, left, nil
	case !given && len(left) == 0:
		return flagUse{}, nil, exit.Usage{Msg: "the flag " + name + " needs a value", Advice: []string{"try: docker run --help"}}
	case !given:
		value, left = left[0], left[1:]
	}
	if strings.HasPrefix(name, "--") {
		return flagUse{name, value, []string{name + "=" + value}}, left, nil
	}
	if !takes {
		return flagUse{name, value, []string{name + "=" + value}}, left, nil
	}
	return flagUse{name, value, []string{name, value}}, left, nil
}

// take notes what links need to know of a flag.
func (l *runLine) take(u flagUse) {
	set := u.value == "true" || u.value == "1" || u.value == "t" || u.value == "T" || u.value == "TRUE" || u.value == "True"
	switch u.name {
	case "--link":
		l.links = append(l.links, u.value)
		return
	case "--network", "--net":
		l.networks = append(l.networks, u.value)
		return
	case "--cidfile":
		l.cidfile = u.value
		return
	case "--name":
		l.name = u.value
	case "--rm":
		l.remove = set
	case "-i", "--interactive":
		l.stdin = set
	case "-d", "--detach":
		l.detach = set
	case "-a", "--attach":
		l.attach = append(l.attach, strings.ToLower(u.value))
	case "-t", "--tty":
		l.terminal = set
	case "--sig-proxy":
		l.deaf = !set
	}
	l.options = append(l.options, u)
}

// check refuses what leaves no room for links, and drops the default bridge,
// which everybody is on.
func (l *runLine) check() error {
	if len(l.links) == 0 {
		return exit.Usage{Msg: "no --link", Advice: []string{"without links this is: docker run"}}
	}
	if i := slices.IndexFunc(l.networks, func(n string) bool {
		return n == "host" || n == "none" || strings.HasPrefix(n, "container:")
	}); i >= 0 {
		return exit.Usage{Msg: fmt.Sprintf("a container with --network %s has no links", l.networks[i]),
			Advice: []string{"leave --network out: each link is a network"}}
	}
	l.networks = slices.DeleteFunc(l.networks, func(n string) bool { return n == "bridge" || n == "default" })
	return nil
}

// startOnly are the flags of docker run that docker create does not have.
func startOnly() []string { return []string{"-d", "--detach", "--detach-keys", "--sig-proxy"} }

// words are the options as they stand in the command line, but for those of
// some names.
func (l *runLine) words(without ...string) []string {
	var out []string
	for _, o := range l.options {
		if !slices.Contains(without, o.name) {
			out = append(out, o.words...)
		}
	}
	return out
}
