package command

import (
	"strings"
	"testing"
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
      --health-start-interval duration   Time between running the check during the start period
                                         (default 0s)
  -i, --interactive                      Keep STDIN open even if not attached
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
	flags := parseRunHelp(runHelp)
	for name, takes := range map[string]bool{
		"--add-host": true, "-a": true, "--attach": true, "-d": false, "--detach": false,
		"--health-start-interval": true, "--rm": false, "-t": false, "--net": true,
	} {
		if got, known := flags[name]; !known || got != takes {
			t.Errorf("%s: known %v, takes a value %v", name, known, got)
		}
	}
	if _, known := flags["--help"]; known {
		t.Error("a flag that the help does not show")
	}
}

func TestALineOfDockerRunIsTakenApart(t *testing.T) {
	for text, want := range map[string]struct {
		options, links, networks, rest string
		detach, remove, stdin, tty     bool
	}{
		"-it --name web --link mysql:mysql image /run.sh": {
			options: "-i -t --name=web", links: "mysql:mysql", rest: "image /run.sh", stdin: true, tty: true},
		"-dit --rm --link=db image sh -c --link": {
			options: "-d -i -t --rm", links: "db", rest: "image sh -c --link", detach: true, remove: true, stdin: true, tty: true},
		"-itp 80:80 --link a --link b:c -e -d -eX=1 -e=Y image": {
			options: "-i -t -p 80:80 -e -d -e X=1 -e Y", links: "a b:c", rest: "image", stdin: true, tty: true},
		"--detach=false --rm=true --net mine --network=bridge --link a -- image -d": {
			options: "--detach=false --rm=true", links: "a", networks: "mine", rest: "image -d", remove: true},
		"--link a --cidfile x -v /a:/b image": {options: "-v /a:/b", links: "a", rest: "image"},
	} {
		l, err := parseRunHelp(runHelp).parse(strings.Fields(text))
		if err == nil {
			err = l.check()
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for what, pair := range map[string][2]string{
			"options": {strings.Join(l.words(), " "), want.options}, "links": {strings.Join(l.links, " "), want.links},
			"networks": {strings.Join(l.networks, " "), want.networks}, "rest": {strings.Join(l.rest, " "), want.rest},
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
		"-iq --link a image":             "docker run has no flag -q",
		"image":                          "no --link",
		"--network host --link a image":  "a container with --network host has no links",
		"--net=container:x --link a img": "a container with --network container:x has no links",
	} {
		l, err := parseRunHelp(runHelp).parse(strings.Fields(text))
		if err == nil {
			err = l.check()
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestDockerCreateIsNotGivenWhatOnlyRunHas(t *testing.T) {
	l, err := parseRunHelp(runHelp).parse(strings.Fields("-d -e -d --sig-proxy=false --detach-keys ctrl-x --rm --link a image"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(l.words(startOnly()...), " "); got != "-e -d --rm" {
		t.Errorf("got %s", got)
	}
}
