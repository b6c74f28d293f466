package recordings_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// removals are the verbs that may remove something, and what the help of each says of
// it. A verb that is not here removes nothing.
var removals = map[string]struct {
	containers, networks bool
	volumes, images      []string // the flags with which it removes these; none: it never does
	help                 []string
}{
	"up": {containers: true, networks: true, volumes: []string{"--renew-anon-volumes", "-V"},
		help: []string{"gets new\ncontainers", "remove containers of services"}},
	"create": {containers: true, networks: true, volumes: []string{"--renew-anon-volumes", "-V"}, help: []string{"replaced"}},
	"scale":  {containers: true, networks: true, help: []string{"the highest numbers are removed first"}},
	"run":    {containers: true, networks: true, help: []string{"Without --rm the container is kept"}},
	"rm": {containers: true, volumes: []string{"--volumes", "-v"},
		help: []string{"Remove stopped containers", "Networks and volumes are kept", "anonymous volumes"}},
	"down": {containers: true, networks: true, volumes: []string{"--volumes", "-v"}, images: []string{"--rmi"},
		help: []string{"remove its containers\nand networks|remove its containers and networks", "Volumes and images are kept", "a named\nvolume is never removed", "--rmi also removes images"}},
	"link add": {networks: true, help: []string{"Link a container to others while they run"}},
	"link rm":  {networks: true, help: []string{"The network is removed with its last link"}},
	"link run": {networks: true, help: []string{"docker itself does the rest"}},
}

var (
	requestLine = regexp.MustCompile(`^(POST|PUT|DELETE) (/\S+)$`)
	ofContainer = regexp.MustCompile(`/containers/(?:CONTAINER\()?([^/)]+)`)
	published   = regexp.MustCompile(`"HostPort": ?"(\d+)"`)
)

// TestNothingIsDoneThatWasNotAskedFor judges every request of all recordings that
// changes something: what is removed, by which command and with which flags, whose
// it is, and which ports are opened.
func TestNothingIsDoneThatWasNotAskedFor(t *testing.T) {
	files, err := filepath.Glob("testdata/recordings/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recordings", err)
	}
	judged := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(text)
		given := string(archive.Comment)
		for _, f := range archive.Files {
			if !strings.HasPrefix(f.Name, recordingPrefix) {
				given += string(f.Data)
			}
		}
		for _, f := range archive.Files {
			if strings.HasPrefix(f.Name, recordingPrefix) {
				j := judge{t: t, where: filepath.Base(file) + ", " + f.Name, line: " " + f.Name + " ", given: given, seen: judged}
				j.verb = verbOf(f.Name)
				j.step(string(f.Data))
			}
		}
	}
	for _, what := range []string{"container", "network", "volume", "image", "port"} {
		if judged[what] == 0 {
			t.Errorf("no recording is about a %s: nothing was judged", what)
		}
	}
}

// verbOf is the verb of a recorded command.
func verbOf(name string) string {
	known := []string{"config", "plan", "graph", "can", "up", "scale", "run", "create", "build", "pull", "push", "ps", "logs", "exec", "top", "port",
		"images", "events", "wait", "check", "ls", "stop", "start", "restart", "pause", "unpause", "kill", "rm", "down", "link"}
	words := strings.Fields(name)
	for i, w := range words {
		if slices.Contains(known, w) && i > 1 && words[i-1] != "-p" {
			if w == "link" && i+1 < len(words) {
				w += " " + words[i+1]
			}
			return w
		}
	}
	return ""
}

// judge judges the requests of one command.
type judge struct {
	t           *testing.T
	where, verb string
	line, given string
	seen        map[string]int
}

func (j judge) asked(flags []string) bool {
	return slices.ContainsFunc(flags, func(flag string) bool {
		return strings.Contains(j.line, " "+flag+" ") || strings.Contains(j.line, " "+flag+"=")
	})
}

func (j judge) step(recorded string) {
	lines := strings.Split(recorded, "\n")
	for i, line := range lines {
		if strings.Contains(line, `"PublishAllPorts":true`) {
			j.t.Errorf("%s publishes all ports of an image", j.where)
		}
		for _, m := range published.FindAllStringSubmatch(line, -1) {
			if j.seen["port"]++; !strings.Contains(j.given, m[1]) && !inRange(j.given, m[1]) {
				j.t.Errorf("%s publishes the port %s of the host, which no file says", j.where, m[1])
			}
		}
		m := requestLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		parameters := lines[i+1:]
		for n, p := range parameters {
			if !parameter.MatchString(p) {
				parameters = parameters[:n]
				break
			}
		}
		j.request(m[1], m[2], parameters)
	}
}

// inRange reports whether a text has a range of ports that one is in.
func inRange(text, port string) bool {
	for _, m := range regexp.MustCompile(`(\d+)-(\d+)`).FindAllStringSubmatch(text, -1) {
		if len(m[1]) == len(port) && m[1] <= port && port <= m[2] {
			return true
		}
	}
	return false
}

func (j judge) request(method, path string, parameters []string) {
	may := removals[j.verb]
	wrong := func(what string) { j.t.Errorf("%s: %s %s %v: %s", j.where, method, path, parameters, what) }
	if path == "/volumes/prune" || path == "/containers/prune" || path == "/networks/prune" || path == "/images/prune" || path == "/build/prune" {
		wrong("nothing is ever pruned")
	}
	if m := ofContainer.FindStringSubmatch(path); m != nil && m[1] != "create" && !strings.HasPrefix(j.verb, "link") {
		name, _, _ := strings.Cut(strings.Split(m[1], "#")[0], ".new")
		named := strings.Contains(j.given, "container_name: "+name) || strings.Contains(j.given, "--name "+name)
		if !named && !strings.HasPrefix(name, recordedProject+"_") && !strings.Contains(j.line, " -p ") {
			wrong("it is another's")
		}
	}
	if method != "DELETE" {
		return
	}
	kind := strings.TrimSuffix(strings.Split(path, "/")[1], "s")
	j.seen[kind]++
	if slices.ContainsFunc(parameters, func(p string) bool { return strings.HasPrefix(p, "  force = ") }) {
		wrong("nothing is removed by force")
	}
	v := slices.Contains(parameters, "  v = 1")
	switch kind {
	case "container":
		if !may.containers {
			wrong("this verb removes no container")
		}
		if v && !j.asked(may.volumes) && j.verb != "run" {
			wrong("its anonymous volumes were not to go")
		}
	case "network":
		if !may.networks && j.verb != "start" && j.verb != "restart" {
			wrong("this verb removes no network")
		}
	case "volume":
		if !j.asked(may.volumes) {
			wrong("no volume was to go")
		}
	case "image":
		if !j.asked(may.images) {
			wrong("no image was to go")
		}
	default:
		wrong("nobody has judged this yet")
	}
}

// TestHelpSaysWhatAVerbRemoves ties the rules above to what users read.
func TestHelpSaysWhatAVerbRemoves(t *testing.T) {
	for verb, of := range removals {
		out, err := exec.Command("stacklite", append(strings.Fields(verb), "--help")...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", verb, err, out)
		}
		help := strings.Join(strings.Fields(string(out)), " ")
		for _, phrase := range of.help {
			said := slices.ContainsFunc(strings.Split(phrase, "|"), func(p string) bool {
				return strings.Contains(help, strings.Join(strings.Fields(p), " "))
			})
			if !said {
				t.Errorf("%s --help does not say %q", verb, phrase)
			}
		}
		for _, flag := range append(slices.Clone(of.volumes), of.images...) {
			if len(flag) > 2 && flag != "--volumes" && !strings.Contains(help, flag) {
				t.Errorf("%s --help does not know %s", verb, flag)
			}
		}
	}
}
