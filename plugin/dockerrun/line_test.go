package dockerrun

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// runHelp is how docker run --help shows flags: with and without a short form,
// with and without a value, and one whose name fills its column.
const runHelp = `
Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]

Options:
      --add-host list                    Add a custom host-to-IP mapping (host:ip)
  -a, --attach list                      Attach to STDIN, STDOUT or STDERR
      --cidfile string                   Write the container ID to the file
  -d, --detach                           Run container in background
      --detach-keys string               Override the key sequence
  -e, --env list                         Set environment variables
      --help                             Print usage
      --health-start-interval duration   Time between running the check during the start period
                                         (default 0s)
  -i, --interactive                      Keep STDIN open even if not attached
  -l, --label list                       Set meta data on a container
      --link list                        Add link to another container
      --name string                      Assign a name to the container
      --network network                  Connect a container to a network
  -p, --publish list                     Publish a container's port(s) to the host
      --rm                               Automatically remove the container
      --sig-proxy                        Proxy received signals to the process (default true)
  -t, --tty                              Allocate a pseudo-TTY
  -v, --volume list                      Bind mount a volume
`

func TestTheFlagsOfDockerRunAreReadFromItsHelp(t *testing.T) {
	flags := runFlags(runHelp)
	for name, takes := range map[string]bool{
		"add-host": true, "attach": true, "detach": false, "health-start-interval": true, "rm": false,
		"tty": false, "net": true, "net-alias": true, "dns-opt": true,
	} {
		if f := flags.Lookup(name); f == nil || (f.NoOptDefVal == "") != takes {
			t.Errorf("--%s: %+v", name, f)
		}
	}
	for letter, name := range map[string]string{"a": "attach", "d": "detach", "t": "tty", "v": "volume"} {
		if f := flags.ShorthandLookup(letter); f == nil || f.Name != name {
			t.Errorf("-%s: %+v", letter, f)
		}
	}
	if err := flags.ParseAll([]string{"-it", "--help", "image"}, func(*pflag.Flag, string) error { return nil }); !errors.Is(err, pflag.ErrHelp) {
		t.Errorf("--help: %v", err)
	}
	if flags.Lookup("quiet") != nil {
		t.Error("there is a flag that the help does not show")
	}
}

func TestALineOfDockerRunIsTakenApart(t *testing.T) {
	for text, want := range map[string]struct {
		options, links, networks, rest string
		leftOut                        string
		detach, remove, stdin, tty     bool
	}{
		"-it --name web --link mysql:mysql image /run.sh": {
			options: "--interactive=true --tty=true --name=web", links: "mysql:mysql", rest: "image /run.sh", stdin: true, tty: true},
		"-dit --rm --link=db image sh -c --link": {
			options: "--detach=true --interactive=true --tty=true --rm=true", links: "db:db", rest: "image sh -c --link", detach: true, remove: true, stdin: true, tty: true},
		"-itp 80:80 --link a --link b:c -e -d -eX=1 -e=Y image": {
			options: "--interactive=true --tty=true --publish=80:80 --env=-d --env=X=1 --env=Y", links: "a:a b:c", rest: "image", stdin: true, tty: true},
		"--detach=false --rm=true --net mine --network=bridge --link a -- image -d": {
			options: "--detach=false --rm=true", links: "a:a", networks: "mine", rest: "image -d", remove: true},
		"--link a --cidfile x -v /a:/b image": {options: "--volume=/a:/b", links: "a:a", rest: "image"},
		"-l a=b --label=io.stack-lite.print=1 -l io.stack-lite.discover=true --label com.docker.compose.project=p --link a image": {
			options: "--label=a=b --label=io.stack-lite.discover=true --label=com.docker.compose.project=p", links: "a:a", rest: "image", leftOut: "io.stack-lite.print"},
	} {
		l, err := parseLine(runFlags(runHelp), strings.Fields(text))
		if err == nil {
			err = errors.Join(l.checkLinks(), l.checkNetworks(networks()))
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for what, pair := range map[string][2]string{
			"options": {strings.Join(l.runWords(), " "), want.options}, "links": {strings.Join(l.links, " "), want.links},
			"networks": {strings.Join(l.networks, " "), want.networks}, "rest": {strings.Join(l.rest, " "), want.rest},
			"labels left out": {strings.Join(l.leftOut, " "), want.leftOut},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s are %q, want %q", text, what, pair[0], pair[1])
			}
		}
		if l.detach != want.detach || l.remove != want.remove || l.stdin != want.stdin || l.terminal != want.tty {
			t.Errorf("%s: %+v", text, l)
		}
	}
}

func TestALineThatDockerRunWouldRefuseOrLinksCannotServeIsAMistake(t *testing.T) {
	for text, want := range map[string]string{
		"--link a":                       "no image to run",
		"--link":                         "the flag --link needs a value",
		"--nosuch --link a image":        "docker run has no flag --nosuch",
		"--nosuch=1 --link a image":      "docker run has no flag --nosuch",
		"-iq --link a image":             "docker run has no flag -q",
		"--link a -ie":                   "the flag -e needs a value",
		"---x --link a image":            "bad flag syntax: ---x",
		"image":                          "no --link",
		"--network host --link a image":  "a container with --network host has no links",
		"--net=container:x --link a img": "a container with --network container:x has no links",
		"--link a:b:c image":             "--link: bad format for links: a:b:c",
		"--link= image":                  "--link: empty string specified for links",
	} {
		l, err := parseLine(runFlags(runHelp), strings.Fields(text))
		if err == nil {
			err = errors.Join(l.checkLinks(), l.checkNetworks(networks()))
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// networks are those of an engine without any but its own, and one called mine.
func networks() *observed.Snapshot {
	return &observed.Snapshot{Networks: []observed.Network{
		{ID: "b0b1b2", Name: "bridge"}, {ID: "c0c1c2", Name: "host"}, {ID: "d0d1d2", Name: "none"}, {ID: "e0e1e2", Name: "mine"},
		{ID: "e0f1f2", Name: "c0"},
	}}
}

func TestNoSpellingOfANetworkPutsALinkedContainerOnOneThatIsOpenToAll(t *testing.T) {
	const noLinks = "a container with --network %s has no links"
	const notOn = "--network %s: a container with links is not on the default bridge"
	for network, want := range map[string]struct{ kept, refused string }{
		"bridge": {}, "default": {}, "": {}, "b0b1b2": {}, "b0b": {}, "name=bridge": {}, "NAME=Bridge": {}, "name=default": {}, "name=b0b1": {},
		"name=bridge,alias=x": {refused: notOn}, "alias=x,name=default": {refused: notOn}, "name=b0b1b2,ip=10.0.0.9": {refused: notOn},
		"name=bridge,gw-priority=1": {refused: notOn}, `"name=bridge",driver-opt=a=b`: {refused: notOn},
		"name=bridge,mac-address=02:42:ac:11:00:02": {refused: notOn}, "name=bridge,link-local-ip=169.254.0.9": {refused: notOn},
		"host": {refused: noLinks}, "none": {refused: noLinks}, "container:x": {refused: noLinks}, "c0c1c2": {refused: noLinks}, "c0c": {refused: noLinks},
		"name=host": {refused: noLinks}, "name=none,alias=x": {refused: noLinks}, "name=container:x": {refused: noLinks}, "d0": {refused: noLinks},
		"mine": {kept: "mine"}, "e0e": {kept: "e0e"}, "name=mine,alias=x": {kept: "name=mine,alias=x"}, "c0": {kept: "c0"},
		"e0": {kept: "e0"}, "unknown": {kept: "unknown"},
		"name=mine,nosuch=x": {refused: "--network %s: invalid field key nosuch"}, "alias=x": {refused: "--network %s: network name/id is not specified"},
	} {
		for _, flag := range []string{"--network=", "--net=", "--network ", "--net "} {
			name, value, separate := strings.Cut(flag+network, " ")
			args := []string{name}
			if separate {
				args = append(args, value)
			}
			l, err := parseLine(runFlags(runHelp), append(args, "--network=mine", "--link=a", "image"))
			if err == nil {
				err = errors.Join(l.checkLinks(), l.checkNetworks(networks()))
			}
			if want.refused != "" {
				if err == nil || err.Error() != strings.ReplaceAll(want.refused, "%s", network) {
					t.Errorf("%s%s: %v", flag, network, err)
				}
				continue
			}
			kept := strings.TrimSpace(want.kept + " mine")
			if got := strings.Join(l.networks, " "); err != nil || got != kept {
				t.Errorf("%s%s: %q are kept, want %q (%v)", flag, network, got, kept, err)
			}
		}
	}
}

func TestALineSaysWhetherItMayFetchAnImageThatIsThere(t *testing.T) {
	help := runHelp + "      --platform string  Set platform\n      --pull string      Pull image before running\n"
	for text, want := range map[string]bool{
		"image": false, "--pull missing image": false, "--pull=never image": false, "image --pull=always": false,
		"--pull=always image": true, "--platform linux/arm64 --pull=missing image": true,
	} {
		if l, err := parseLine(runFlags(help), strings.Fields(text)); err != nil || l.pulls != want {
			t.Errorf("%s: %v (%v)", text, l.pulls, err)
		}
	}
}

func TestDockerCreateIsNotGivenWhatOnlyRunHas(t *testing.T) {
	l, err := parseLine(runFlags(runHelp), strings.Fields("-d -e -d --sig-proxy=false --detach-keys ctrl-x --rm --link a image"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(l.createWords(), " "); got != "--env=-d --rm=true" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(l.runWords(), " "); got != "--detach=true --env=-d --sig-proxy=false --detach-keys=ctrl-x --rm=true" {
		t.Errorf("docker run gets %s", got)
	}
	if !l.deaf {
		t.Error("--sig-proxy=false is not noted")
	}
}
