package realengine_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"
	gocmp "github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// talkingStack is a stack in which a probe stands for each program and talks as that one
// does.
type talkingStack struct {
	name string
	file string // the id of a real file, or the text of one
	by   string // who makes it: stacklite, docker-compose (1.29.2) or compose (5)
	// blind is that suggest does not read the files.
	blind bool
	up    []string
	// talks is who talks to whom, all of it: FROM[#REPLICA] HOW TO:PORT [TIMES] [as NAME].
	// HOW is tcp, which closes at once, udp, hold, which began before and goes on, and refused, where
	// nobody is at the port; address-tcp and address-refused ask for no name.
	talks string
	notes []string // that suggest has to give
}

// ownStack has what others have one by one: a link's alias, that of a network, the name of
// a container, replicas, who uses the network of another, and what each may do.
const ownStack = `services:
  proxy:
    image: x
    networks: [front]
  web:
    image: x
    container_name: the-web
    networks:
      front: {aliases: [shop.internal]}
      back: {}
    links: ["db:database"]
  metrics:
    image: x
    network_mode: service:web
  worker:
    image: x
    networks: [back]
  db:
    image: x
    networks: [back]
  queue:
    image: x
    networks: [back]
  idle:
    image: x
    networks: [front, back]
networks:
  front: {}
  back: {internal: true}
`

func talkingStacks() []talkingStack {
	return []talkingStack{
		{name: "own", file: ownStack, by: "stacklite", up: []string{"--scale", "worker=2", "--scale", "db=2"}, talks: `
			proxy       tcp              web:8080      3  as shop.internal
			proxy       tcp              web:8080      1  as NAME-the-web
			web         hold             queue:5672
			web         tcp              db:5432       2  as database
			worker#1    tcp              db:5432       1
			worker#2    address-tcp      db:5432       1
			worker#2    udp              queue:8125    2
			queue       refused          idle:9        2
			db          address-refused  idle:9        1
			metrics     tcp              db:5432       1
			`, notes: []string{"metrics, web share one network: what they do is counted for web"}},
		// mesos: masters and who registers with them connect to the address that each told.
		{name: "mesos", file: "049.yml", by: "docker-compose", blind: true, talks: `
			master      tcp              zookeeper:2181  2
			marathon    tcp              zookeeper:2181  3
			slave       tcp              zookeeper:2181  2
			slave       tcp              master:5050     1
			master      address-tcp      slave:5051      2
			marathon    address-tcp      master:5050     1
			master      address-tcp      marathon:8080   1
			jenkins     hold             marathon:8080
			`},
		// marketplace: the server of spartacus is not up.
		{name: "marketplace", file: "127.yml", by: "stacklite", up: []string{"--isolation", "project"}, talks: `
			nginx       tcp              webpay:2600     2
			nginx       refused          spartacus:2603  2
			nginx       tcp              solitude:2602   1
			nginx       tcp              zamboni:2600    3
			nginx       tcp              zippy:2605      1
			solitude    hold             mysql:3306
			solitude    tcp              auth:2604       2  as solitude-auth
			auth        tcp              zippy:2605      2
			webpay      tcp              zippy:2605      1
			webpay      tcp              solitude:2602   2
			webpay      tcp              redis:6379      4
			zamboni     hold             mysql:3306
			zamboni     udp              memcached:11211 3
			zamboni     tcp              elasticsearch:9200 2
			zamboni     tcp              solitude:2602   1
			zamboni     tcp              redis:6379      1
			zippy       tcp              redis:6379      2
			`},
		// influxdata: points come as datagrams, and influxdb passes them on to its subscriber.
		{name: "influxdata", file: "061", by: "compose", talks: `
			telegraf    udp              influxdb:8089   4
			telegraf    tcp              influxdb:8086   1
			kapacitor   tcp              influxdb:8086   2
			influxdb    udp              kapacitor:9100  3
			chronograf  hold             influxdb:8086
			chronograf  tcp              kapacitor:9092  1
			`},
		// oauth2-proxy: keycloak is found by a name of a network, httpbin by that of its container.
		{name: "oauth2-proxy", file: "089", by: "stacklite", talks: `
			oauth2-proxy tcp             keycloak:9080   3  as keycloak.localtest.me
			oauth2-proxy tcp             httpbin:80      1  as NAME-httpbin
			`},
		// elk: setup is in the network of elasticsearch, and one logstash is seldom at work.
		{name: "elk", file: "026", by: "stacklite", up: []string{"--scale", "logstash=2"}, talks: `
			setup       tcp              elasticsearch:9200 2
			logstash#1  tcp              elasticsearch:9200 3
			logstash#2  tcp              elasticsearch:9200 1
			kibana      hold             elasticsearch:9200
			`, notes: []string{"elasticsearch, setup share one network: what they do is counted for elasticsearch"}},
	}
}

// talk is one line of talks.
type talk struct {
	from, how, to, as string
	replica           string
	port, times       int
}

func talksOf(t *testing.T, text, project string) []talk {
	t.Helper()
	var list []talk
	for line := range strings.Lines(strings.TrimSpace(strings.ReplaceAll(text, "NAME", project))) {
		f := strings.Fields(line)
		var one talk
		var port string
		one.from, one.replica, _ = strings.Cut(f[0], "#")
		one.how = f[1]
		one.to, port, _ = strings.Cut(f[2], ":")
		one.as = one.to
		one.port, _ = strconv.Atoi(port)
		if len(f) > 3 {
			one.times, _ = strconv.Atoi(f[3])
		}
		if len(f) == 6 && f[4] == "as" {
			one.as = f[5]
		}
		if one.port == 0 || one.times == 0 && one.how != "hold" {
			t.Fatalf("it is no talk: %q", line)
		}
		list = append(list, one)
	}
	return list
}

// standIns is a file with a probe for each program, which serves the ports that it is
// asked at. Of the services it keeps what says who finds whom; the names of containers begin
// with the project's, for there may be others of that name.
func standIns(t *testing.T, text, project string, talks []talk) string {
	t.Helper()
	var file map[string]any
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	services := file
	if of, ok := file["services"].(map[string]any); ok {
		services = of
	}
	for name, value := range services {
		old, _ := value.(map[string]any)
		kept := map[string]any{"image": scenario.ProbeImage}
		if called, ok := old["container_name"].(string); ok {
			kept["container_name"] = project + "-" + called
		}
		for _, key := range []string{"links", "networks", "network_mode", "net", "hostname"} {
			if v, ok := old[key]; ok {
				kept[key] = v
			}
		}
		switch d := old["depends_on"].(type) {
		case []any:
			kept["depends_on"] = d
		case map[string]any:
			kept["depends_on"] = slices.Sorted(maps.Keys(d)) // stand-ins have no health, and do not end
		}
		ports := map[string]bool{"80": true}
		for _, one := range talks {
			if one.to == name && (one.how == "tcp" || one.how == "address-tcp" || one.how == "hold") {
				ports[strconv.Itoa(one.port)] = true
			}
		}
		if kept["network_mode"] == nil { // who shares a network shares its ports
			kept["command"] = append([]string{"/probe", "serve"}, slices.Sorted(maps.Keys(ports))...)
		} else {
			kept["command"] = []string{"/probe", "sleep"}
		}
		services[name] = kept
	}
	delete(file, "volumes")
	out, err := yaml.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Of what the programs of real stacks say to each other suggest misses no pair, and makes
// none up: not where a pair talks once, is refused, sends datagrams or asks by address,
// whoever made the stack. What else it counts is right, too.
func TestSuggestSeesRealStacksTalkOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	scenario.UseProber(t, "github.com/stack-lite/stack-lite/cmd/docker-stacklite")
	t.Run("stacks", func(t *testing.T) { // waits for all: the prober is there until the test ends
		for _, stack := range talkingStacks() {
			t.Run(stack.name, func(t *testing.T) {
				t.Parallel()
				seesStackTalk(t, cli, stack)
			})
		}
	})
}

func seesStackTalk(t *testing.T, cli *client.Client, stack talkingStack) {
	text := stack.file
	if !strings.Contains(text, "\n") {
		text = realFile(t, stack.file)
	}
	s := scenario.New(t, cli.DaemonHost(), nil).Stage(t, "")
	talks := talksOf(t, stack.talks, s.Project)
	s.Must(os.Remove(filepath.Join(s.Dir, "fig.yml")))
	name := "compose.yaml"
	if !strings.Contains(text, "services:") {
		name = "docker-compose.yml"
	}
	s.Must(os.WriteFile(filepath.Join(s.Dir, name), []byte(standIns(t, text, s.Project, talks)), 0o644))
	makeStack(t, s, stack, name)
	there := containersOf(t, cli, s.Project)
	at := func(one talk) string {
		t.Helper()
		id := there[one.from+"#"+cmp.Or(one.replica, "1")]
		if id == "" {
			t.Fatalf("%s does not run: %v", one.from, there)
		}
		return id
	}
	for _, one := range talks {
		switch one.how {
		case "udp":
			beginIn(t, cli, there[one.to+"#1"], "answer", strconv.Itoa(one.port))
		case "hold":
			beginIn(t, cli, at(one), "hold", fmt.Sprintf("%s:%d", one.as, one.port))
		}
	}

	args := []string{"--for", "10m"}
	if stack.blind {
		args = append(args, "-p", s.Project)
		s.Must(os.Remove(filepath.Join(s.Dir, name)))
	}
	w := watchStack(t, s, args...)
	done := make(chan error)
	begun := 0
	for i, one := range talks {
		if one.how == "hold" {
			continue
		}
		begun++
		network, address := strings.TrimPrefix(one.how, "address-"), one.as
		if network == "refused" {
			network = "tcp"
		}
		if strings.HasPrefix(one.how, "address-") {
			address = addressFor(t, cli, at(one), there[one.to+"#1"])
		}
		command := []string{"/probe", "chat", "-n", strconv.Itoa(one.times), "-every", fmt.Sprintf("%dms", 20*(i+1)), network + ":" + net.JoinHostPort(address, strconv.Itoa(one.port))}
		go func() { done <- runIn(cli, at(one), command) }()
	}
	for range begun {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	found := trafficOf(w.stop())
	if diff := gocmp.Diff(expected(talks, stack), found); diff != "" {
		t.Errorf("-true +seen:\n%s\n%q", diff, w.err)
	}
	for _, note := range stack.notes {
		if !strings.Contains(strings.Join(w.err, "\n"), note) {
			t.Errorf("no note %q: %q", note, w.err)
		}
	}
	if left := watchersOf(t, cli, s.Project); len(left) > 0 {
		t.Errorf("watchers are left: %v", left)
	}
}

// realFile is the text of a real file by its id; the test is skipped without.
func realFile(t *testing.T, id string) string {
	t.Helper()
	var path string
	if strings.HasSuffix(id, ".yml") {
		path = realfiles.LayOut(t, "../../..")[id]
	} else {
		for _, f := range realfiles.Today(t, "../../..") {
			if f.ID == id {
				path = f.Files[0]
			}
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(id, err)
	}
	return string(text)
}

// makeStack brings a stack up with the program that makes it, and takes it down at the end.
func makeStack(t *testing.T, s *scenario.Stage, stack talkingStack, file string) {
	t.Helper()
	switch stack.by {
	case "stacklite":
		var global []string
		own := stack.up
		if len(own) > 0 && own[0] == "--isolation" {
			global, own = slices.Clone(own[:2]), own[2:]
		}
		global = append(global, "-f", file)
		text, err := os.ReadFile(filepath.Join(s.Dir, file))
		s.Must(err)
		t.Cleanup(func() {
			_ = os.WriteFile(filepath.Join(s.Dir, file), text, 0o644)
			_ = s.Stacklite(append(slices.Clone(global), "down", "-t", "0")...)
		})
		s.Must(s.Stacklite(append(append(slices.Clone(global), "up", "-d"), own...)...))
	case "docker-compose":
		program, err := exec.LookPath("docker-compose")
		if err != nil {
			t.Skip("docker-compose 1.29.2 is not installed")
		}
		runCompose(t, s, program, file, stack.up)
	default:
		program := os.Getenv("STACKLITE_COMPOSE")
		if program == "" {
			t.Skip("no docker compose 5: name one in STACKLITE_COMPOSE; scripts/compose_v5.sh makes it")
		}
		runCompose(t, s, program, file, stack.up)
	}
}

func runCompose(t *testing.T, s *scenario.Stage, program, file string, up []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir, file))
	s.Must(err)
	run := func(args ...string) error {
		cmd := exec.Command(program, append([]string{"-p", s.Project, "-f", file}, args...)...)
		cmd.Dir = s.Dir
		cmd.Env = append(os.Environ(), "HOME="+s.Dir, "DOCKER_CONFIG="+s.Dir, "DOCKER_HOST="+s.Host)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", args, err, out)
		}
		return nil
	}
	t.Cleanup(func() {
		_ = os.WriteFile(filepath.Join(s.Dir, file), text, 0o644)
		_ = run("down", "-t", "0")
	})
	s.Must(run(append([]string{"up", "-d"}, up...)...))
}

// containersOf are the containers of a project that run, by SERVICE#NUMBER.
func containersOf(t *testing.T, cli *client.Client, project string) map[string]string {
	t.Helper()
	list, err := cli.ContainerList(t.Context(), container.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]string{}
	for _, c := range list {
		if c.Labels[scenario.LabelProject] == project {
			there[c.Labels[scenario.LabelService]+"#"+c.Labels[scenario.LabelNumber]] = c.ID
		}
	}
	return there
}

// addressFor is the address of a container on a network of another.
func addressFor(t *testing.T, cli *client.Client, from, to string) string {
	t.Helper()
	a, err := cli.ContainerInspect(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := cli.ContainerInspect(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range b.NetworkSettings.Networks {
		if a.NetworkSettings.Networks[name] != nil {
			return e.IPAddress
		}
	}
	t.Fatalf("%s and %s are on no network together", a.Name, b.Name)
	return ""
}

// beginIn begins a command of the probe in a container that goes on, and returns when it
// has said that it does.
func beginIn(t *testing.T, cli *client.Client, id string, command ...string) {
	t.Helper()
	x, err := cli.ContainerExecCreate(t.Context(), id, container.ExecOptions{Cmd: append([]string{"/probe"}, command...), AttachStdout: true, AttachStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := cli.ContainerExecAttach(t.Context(), x.ID, container.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	said := make([]byte, 256)
	n, err := conn.Reader.Read(said)
	if text := string(said[:n]); err != nil || !strings.Contains(text, "answer") {
		t.Fatalf("%v: %v %q", command, err, text)
	}
	go func() { _, _ = io.Copy(io.Discard, conn.Reader) }()
}

// runIn runs a command in a container to its end.
func runIn(cli *client.Client, id string, command []string) error {
	ctx := context.Background()
	x, err := cli.ContainerExecCreate(ctx, id, container.ExecOptions{Cmd: command, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return err
	}
	conn, err := cli.ContainerExecAttach(ctx, x.ID, container.ExecAttachOptions{})
	if err != nil {
		return err
	}
	defer conn.Close()
	var said bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &said, conn.Reader); err != nil {
		return err
	}
	ended, err := cli.ContainerExecInspect(ctx, x.ID)
	if err == nil && ended.ExitCode != 0 {
		err = fmt.Errorf("%v: exit code %d: %s", command, ended.ExitCode, said.String())
	}
	return err
}

// seenPair is what suggest has to say of one pair.
type seenPair struct {
	Level string
	Asked map[string][4]int // tried, answered, refused, open; by protocol/port
}

// expected is what is true of talks. Who uses the network of another is counted for that
// one, and is no pair with it.
func expected(talks []talk, stack talkingStack) map[string]seenPair {
	owner := map[string]string{"metrics": "web", "setup": "elasticsearch"}
	pairs := map[string]seenPair{}
	for _, one := range talks {
		from := cmp.Or(owner[one.from], one.from)
		if from == one.to {
			continue
		}
		key, port := from+">"+one.to, "tcp/"+strconv.Itoa(one.port)
		p := pairs[key]
		if p.Asked == nil {
			p.Asked = map[string][4]int{}
		}
		level, n := "sure", [4]int{one.times, one.times}
		switch one.how {
		case "udp":
			port = "udp/" + strconv.Itoa(one.port)
		case "hold":
			n = [4]int{3: 1}
		case "refused":
			level, n = "likely", [4]int{one.times, 0, one.times}
		case "address-refused":
			level, n = "maybe", [4]int{one.times, 0, one.times}
		}
		sum := p.Asked[port]
		for i := range sum {
			sum[i] += n[i]
		}
		p.Asked[port] = sum
		if p.Level == "" || level == "sure" || level == "likely" && p.Level == "maybe" {
			p.Level = level
		}
		pairs[key] = p
	}
	return pairs
}

// trafficOf takes lines of watching.stop apart, of those with traffic.
func trafficOf(lines []string) map[string]seenPair {
	pairs := map[string]seenPair{}
	for _, line := range lines {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		p := seenPair{Level: f[2], Asked: map[string][4]int{}}
		for i := 3; i+1 < len(f); i += 2 {
			var n [4]int
			_, _ = fmt.Sscanf(f[i+1], "%d-%d-%d-%d", &n[0], &n[1], &n[2], &n[3])
			p.Asked[f[i]] = n
		}
		pairs[f[0]] = p
	}
	return pairs
}

// Networks by hand let more talk than do. What is written from what was seen takes
// services off them while they run: no container is replaced, who talked still does, and
// others do not reach each other any more, by name or by address, here and with docker
// compose. Who had no way out to the world has none.
func TestSuggestTightensWhatRunsOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	scenario.UseProber(t, "github.com/stack-lite/stack-lite/cmd/docker-stacklite")
	s := scenario.New(t, cli.DaemonHost(), nil).Stage(t, "")
	s.Must(os.Remove(filepath.Join(s.Dir, "fig.yml")))
	s.Must(os.WriteFile(filepath.Join(s.Dir, "compose.yaml"), []byte(`services:
  proxy: {image: stacklite-probe:test, networks: [front]}
  web:
    image: stacklite-probe:test
    networks:
      front: {aliases: [shop.internal]}
      back: {}
  db: {image: stacklite-probe:test, networks: [back]}
  cache: {image: stacklite-probe:test, networks: [back]}
networks:
  front: {}
  back: {internal: true}
`), 0o644))
	t.Cleanup(func() { _ = s.Stacklite("down", "-t", "0") })
	s.Must(s.Stacklite("up", "-d"))
	s.Say("reaches", "db", "cache")
	before := containersOf(t, cli, s.Project)
	w := watchStack(t, s, "--tighten", "--write", "tight.yml")
	for from, to := range map[string]string{"proxy": "shop.internal:80", "web": "db:80"} {
		s.Must(runIn(cli, before[from+"#1"], []string{"/probe", "chat", "-n", "1", "tcp:" + to}))
	}
	w.stop()
	if said := strings.Join(w.err, "\n"); !strings.Contains(said, "let 4 pairs of services talk, 2 of them needed: with tight.yml 2 can") {
		t.Errorf("%s", said)
	}
	both := []string{"-f", "compose.yaml", "-f", "tight.yml"}
	s.Must(s.Stacklite(append(both, "up", "-d")...))
	if diff := gocmp.Diff(before, containersOf(t, cli, s.Project)); diff != "" {
		t.Errorf("containers were replaced:\n%s", diff)
	}
	tightIs := func() {
		t.Helper()
		s.Say("reaches", "proxy", "web", "shop.internal")
		s.Say("reaches", "web", "db")
		for _, apart := range [][]string{{"db", "cache"}, {"web", "cache"}, {"proxy", "db"}, {"proxy", "cache"}} {
			s.Say("isolated", apart...)
		}
	}
	tightIs()
	s.Must(s.Stacklite(append(both, "check")...))
	for service, out := range map[string]bool{"proxy": true, "web": true, "db": false, "cache": false} {
		if got := hasWayOut(t, cli, before[service+"#1"]); got != out {
			t.Errorf("%s has a way out: %v", service, got)
		}
	}
	s.Must(s.Stacklite(append(both, "down", "-t", "0")...))
	if program := os.Getenv("STACKLITE_COMPOSE"); program != "" {
		cmd := exec.Command(program, append(append([]string{"-p", s.Project}, both...), "up", "-d")...)
		cmd.Dir, cmd.Env = s.Dir, append(os.Environ(), "HOME="+s.Dir, "DOCKER_CONFIG="+s.Dir, "DOCKER_HOST="+s.Host)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		tightIs()
	}
}

// hasWayOut reports whether a container is on a network that is not internal.
func hasWayOut(t *testing.T, cli *client.Client, id string) bool {
	t.Helper()
	c, err := cli.ContainerInspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.NetworkSettings.Networks {
		n, err := cli.NetworkInspect(t.Context(), e.NetworkID, network.InspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !n.Internal {
			return true
		}
	}
	return false
}
