package scenario_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// hostile is what an image may say under the names of labels that only Stack
// Lite writes: what would matter most if it were believed.
func hostile(project string) []string {
	values := map[string]string{
		labels.Project: project, labels.Service: "db", labels.Number: "7", labels.OneOff: "True", labels.WorkingDir: "/elsewhere",
		labels.Files: "/elsewhere/fig.yml", labels.Fingerprint: "1 image=00000000", labels.Container: project + "_db_7", labels.After: "db,gone",
		labels.Settings: "linked", labels.For: project + "_web_1", labels.Wiring: `{"web":"web","db":"db"}`, labels.Externals: "/bystander",
		labels.Discovery: "proxy discoverable", labels.LinkEnv: "1 db=00000000", labels.Exposes: "9/udp",
		labels.Link: "2199-01-01T00:00:00Z", labels.Prober: "0123456789ab",
	}
	var words []string
	for _, name := range labels.All() {
		value := values[name]
		if value == "" {
			value = "hostile"
		}
		words = append(words, name+"="+value)
	}
	return words
}

// stackOfOneImage has a proxy, so that discovery looks for others, and containers
// of all kinds of one image.
const stackOfOneImage = `proxy:
  image: IMAGE
  volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  ports: ["80"]
web:
  image: IMAGE
  links: [db]
db:
  image: IMAGE
job:
  image: IMAGE
  command: /probe sleep
  links: [db]
`

func TestLabelsOfAnImageThatOnlyStackLiteWritesHaveNoEffect(t *testing.T) {
	scenario.UseProber(t, "../engine/enginetest/probe")
	for _, version := range scenario.Versions() {
		t.Run(version, func(t *testing.T) {
			clean := told(t, version, func(string) []string { return nil })
			if diff := cmp.Diff(clean, told(t, version, hostile)); diff != "" {
				t.Errorf("clean image -, hostile one +\n%s", diff)
			}
			for _, said := range []string{"web_1", "_job_", "nothing to do", "yes", "as they should be"} {
				if !strings.Contains(strings.Join(clean, "\n"), said) {
					t.Errorf("nothing says %q: is this a test?\n%s", said, strings.Join(clean, "\n"))
				}
			}
		})
	}
}

// told is what the program tells of a stack whose image has labels, and of a
// container that was made of the same image without the program.
func told(t *testing.T, version string, labelled func(project string) []string) []string {
	s := scenario.NewStage(t, version, "")
	image := s.Project + "-image"
	s.Write(strings.ReplaceAll(stackOfOneImage, "IMAGE", image))
	s.Say("external", "seed")
	s.Say("commit", append([]string{"/seed", image}, labelled(s.Project)...)...)
	s.Say("external", "bystander", "image="+image)
	changing := regexp.MustCompile(s.Project + "|" + s.Dir + `|\b[0-9a-f]{64}\b|(\b|run_)[0-9a-f]{12}\b|10\.222\.[0-9.]+|\d+ (milli)?seconds?|Less than a second` +
		// That the bystander carries labels is told; nothing else comes of it.
		`|note: container bystander carries the labels of db's container.*\n|(?s)"notes": \[[^]]*\]`)
	columns := regexp.MustCompile(` +`) // whose width depends on what changes
	var lines []string
	for _, words := range []string{
		"graph --format json", "plan", "up -d", "plan --format json", "graph --live --format json", "config", "run -d job /probe sleep",
		"ps --all", "ps --all --format json", "images", "ls --all", "can --format json web db", "can web bystander", "check --format json", "check",
		"link add web_1 bystander", "link ls --format json", "link rm web_1 bystander", "stop -t 0 db", "ps", "up -d", "scale web=2", "plan",
		"logs --tail 1 db", "down --dry-run", "down", "ps --all", "ls --all",
	} {
		args := strings.Fields(strings.ReplaceAll(words, "web_1", s.Project+"_web_1"))
		out, err := s.Command(args...).Output()
		if err != nil && words != "can web bystander" { // which says no
			t.Fatalf("%s: %v\n%s", words, err, out)
		}
		lines = append(lines, "> "+words, columns.ReplaceAllString(changing.ReplaceAllString(string(out), ""), " "))
	}
	left, err := s.Client.ContainerList(t.Context(), container.ListOptions{All: true})
	s.Must(err)
	for _, c := range left {
		lines = append(lines, changing.ReplaceAllString(c.Names[0]+" "+c.State, ""))
	}
	s.Say("external-untouched")
	return lines
}

func TestWhoeverLooksNamesACopyOnce(t *testing.T) {
	s := scenario.NewStage(t, scenario.Versions()[0], scenario.Chain)
	s.Must(s.Stacklite("up", "-d"))
	s.Say("commit", "web", s.Project+"-copy")
	s.Say("external", "other", "image="+s.Project+"-copy")
	const note = "container other carries the labels of web's container, but Stack Lite did not make it: it is left alone"
	for _, words := range []string{
		"plan", "up -d", "up -d db", "create", "scale web=1", "ps", "ps -q db", "images", "top", "logs --tail 1", "port web 80", "exec -T web /probe env PATH",
		"graph --live", "can web db", "run --rm -T web /probe say hello", "stop -t 0", "start", "pause", "unpause", "restart -t 0", "kill", "rm --force", "down",
	} {
		out, _ := s.Command(strings.Fields(words)...).CombinedOutput() // some have nothing to look at, and say so
		if n := strings.Count(string(out), note); n != 1 {
			t.Errorf("%s says it %d times\n%s", words, n, out)
		}
	}
	s.Say("external-untouched")
}
