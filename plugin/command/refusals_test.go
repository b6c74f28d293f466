package command

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/exit"
)

// refusing is an engine in memory that answers calls whose path matches with an
// error.
func refusing(t *testing.T, call, says string) memory {
	t.Helper()
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}})
	path := regexp.MustCompile(call)
	e.Fail(func(c enginetest.Call) enginetest.Fault {
		if path.MatchString(c.String()) {
			return enginetest.Answer(500, says)
		}
		return enginetest.None
	})
	return memory{e.Host()}
}

func TestWhatTheEngineRefusesIsToldWithItsPlaceAndAWayOut(t *testing.T) {
	for name, c := range map[string]struct {
		file, call, says, want string
	}{
		"a port that a program has": {
			"web:\n  image: probe\n  ports:\n    - \"9000:90\"\n    - \"8080:80\"\n", "/start$",
			"driver failed programming external connectivity on endpoint demo_web_1 (12): Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
			`fig.yml:5:7: web.ports: port 8080 of the host is in use by a program of this machine
hint: to see which: sudo ss -tulnp 'sport = :8080'
hint: or publish another port of the host: "8081:80"
`},
		"a port, the one after which the file has too": {
			"web:\n  image: probe\n  ports: [\"8080:80\"]\ndb:\n  image: probe\n  ports: [\"127.0.0.1:8081-8085:1-5\"]\n", "/demo_web_1/start$|/start$",
			"driver failed programming external connectivity on endpoint demo_web_1 (12): Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
			`fig.yml:3:11: web.ports: port 8080 of the host is in use by a program of this machine
hint: to see which: sudo ss -tulnp 'sport = :8080'
hint: or publish another port of the host: "8086:80"
`},
		"the last port": {
			"web:\n  image: probe\n  ports: [\"65535:80\"]\n", "/start$",
			"driver failed programming external connectivity on endpoint demo_web_1 (12): Error starting userland proxy: listen tcp4 0.0.0.0:65535: bind: address already in use",
			`fig.yml:3:11: web.ports: port 65535 of the host is in use by a program of this machine
hint: to see which: sudo ss -tulnp 'sport = :65535'
hint: or publish another port of the host: "65534:80"
`},
		"a program that is not there": {
			"web:\n  image: probe\n  command: nosuch --fast\n", "/start$",
			`OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown`,
			`fig.yml:3:3: web.command: there is no program "nosuch" in the image
hint: check its name and path; a line of shell has to be written: sh -c 'LINE'
`},
		"a program of the image": {
			"web:\n  image: probe\n", "/start$",
			`OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown`,
			`fig.yml:2:3: web.image: there is no program "nosuch" in the image
hint: check its name and path; a line of shell has to be written: sh -c 'LINE'
`},
		"the same for two containers": {
			"web:\n  image: probe\n  container_name: ww\n  user: nobody\nweb2:\n  image: probe\n  user: nobody\n", "/start$",
			`unable to find user nobody: no matching entries in passwd file`,
			`fig.yml:4:3: web.user: the image has no user "nobody"
hint: write a number, which needs no entry there, or make the user in the Dockerfile
fig.yml:7:3: web2.user: the image has no user "nobody"
`},
		"a volume": {
			"web:\n  image: probe\n  volumes: [\"/a:/a\", \"/b:/b\"]\n", "/containers/create",
			`error while creating mount source path '/b': mkdir /b: read-only file system`,
			`fig.yml:3:22: web.volumes: /b of the host is not there, and the engine could not make it
hint: to make it: mkdir -p /b
`},
		"what is of no key": {
			"web:\n  image: probe\n", "/containers/create", `mkdir /var/lib/docker/x: no space left on device`,
			`fig.yml:1:1: web: the disk of the engine is full
hint: to see what takes it: docker system df
hint: to remove images that no container uses: docker image prune -a
`},
		"what no row knows": {
			"web:\n  image: probe\n", "/networks/create", `something new`, "stack-lite: create network demo_web: something new\n"},
		"no addresses": {
			"web:\n  image: probe\n", "/networks/create", `all predefined address pools have been fully subnetted`,
			`stack-lite: create network demo_web: the engine has no addresses left for another network
hint: remove networks that are not needed: docker network ls, docker network rm NAME
hint: or use another range: --pool 10.100.0.0/16, or STACKLITE_POOL=10.100.0.0/16
`},
		"images, by the reason": {
			"web:\n  image: there/a\nweb2:\n  image: there/b\nweb3:\n  image: there/a\n", "/images/create",
			`Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.53:53: no such host`,
			`fig.yml:2:3: web, web2, web3: can't pull there/a, there/b: the registry docker.io can't be reached (no such host)
hint: check the name, and the network of the engine: docker pull there/`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "fig.yml", c.file)
			_, errs, code := refusing(t, c.call, c.says).run(t, "--progress", "quiet", "up", "-d")
			if code != 1 || !strings.HasPrefix(errs, c.want) || strings.Contains(errs, "daemon") {
				t.Errorf("exit code %d\n%swant:\n%s", code, errs, c.want)
			}
		})
	}
}

func TestAContainerThatTheEngineNamesByItsIDIsToldByItsName(t *testing.T) {
	t.Chdir(t.TempDir())
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}})
	m := memory{e.Host()}
	m.do(t, []byte("web: {image: probe}\n"), "up", "-d")
	e.Fail(func(c enginetest.Call) enginetest.Fault {
		if strings.HasSuffix(c.Path, "/top") {
			return enginetest.Answer(409, "Container "+strings.Split(c.Path, "/")[2]+" is not running")
		}
		return enginetest.None
	})
	_, errs, code := m.run(t, "top")
	want := "stack-lite: demo_web_1 does not run\nhint: to see why: docker stacklite logs --tail 20 web\nhint: to start it: docker stacklite up -d web\n"
	if code != 1 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestAPortThatAContainerHasIsToldWithTheContainer(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte("other:\n  image: probe\n  ports: [\"8080:80\", \"8081:81\"]\n"), "-p", "shop", "up", "-d")
	write(t, "fig.yml", "web:\n  image: probe\n  ports: [\"127.0.0.1:8080:80\"]\n")
	_, errs, code := m.run(t, "--progress", "quiet", "up", "-d")
	want := `fig.yml:3:11: web.ports: port 8080 of the host is in use by the container shop_other_1 of the project shop
hint: to stop that: docker stop shop_other_1
hint: or publish another port of the host: "127.0.0.1:8082:80"
`
	if code != 1 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestTheHoldersOfARangeAreToldWhereNoPortOfItIsLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte("a:\n  image: probe\n  ports: [\"8001:80\"]\n"), "-p", "shop", "up", "-d")
	const file = "web:\n  image: probe\n  ports: [\"8000-8002:80\"]\n"
	m.do(t, []byte(file), "-p", "demo", "up", "-d")
	_, errs, code := m.run(t, "-p", "demo", "--progress", "quiet", "scale", "web=3")
	want := `fig.yml:3:11: web.ports: none of the ports 8000-8002 of the host is left for demo_web_3: in use 8001 by the container shop_a_1 of the project shop, 1 by web itself
hint: publish a larger range, or "80" to let the engine choose any port that is free
`
	if code != 1 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestTwoServicesOfAFileOnOnePortAreTold(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "fig.yml", "blue:\n  image: probe\n  ports: [\"8080:80\"]\ngreen:\n  image: probe\n  ports: [\"127.0.0.1:8079-8081:80-82/tcp\"]\n")
	const text = "fig.yml:6:11: green.ports[0]: host port 8080 is published by blue too, at fig.yml:3:11: they can't run at the same time\n"
	if _, errs, code := m.run(t, "config", "-q"); code != 0 || errs != "note: "+text {
		t.Errorf("config: exit code %d\n%s", code, errs)
	}
	want := text + `hint: publish another port of the host: "127.0.0.1:8081-8083:80-82"
hint: or bring up only one of them: docker stacklite up -d green
`
	for _, args := range [][]string{{"up", "-d"}, {"plan"}, {"scale", "green=1", "blue=1"}} {
		if _, errs, code := m.run(t, args...); code != 2 || errs != want {
			t.Errorf("%v: exit code %d\n%s", args, code, errs)
		}
	}
}

func TestWhyNothingCanBeRunInAContainerIsTold(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte("web: {image: probe}\ndone: {image: probe, command: /probe say hello}\nmade: {image: probe}\n"), "up", "-d", "web", "done")
	m.run(t, "create", "made")
	m.run(t, "wait", "done")
	for command, want := range map[string]string{
		"exec -T web nosuch": `stack-lite: web: there is no program "nosuch" in the image
hint: check its name and path; a line of shell has to be written: sh -c 'LINE'
`,
		"exec -T done ls": `stack-lite: demo_done_1 does not run: it exited with code 0
hint: to see its last output: docker stacklite logs --tail 20 done
hint: to start it: docker stacklite up -d done
`,
		"exec -T made ls": `stack-lite: demo_made_1 has not been started
hint: to start it: docker stacklite up -d made
`,
	} {
		if out, errs, code := m.run(t, strings.Fields(command)...); code == 0 || out != "" || errs != want {
			t.Errorf("%s: exit code %d\n%s%s", command, code, out, errs)
		}
	}
}

func TestAnEngineThatBreaksOffIsToldByItsAddress(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web: {image: probe}\ndb: {image: probe}\n")
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}})
	e.Fail(func(c enginetest.Call) enginetest.Fault {
		if strings.HasSuffix(c.Path, "/start") {
			return enginetest.CutBefore
		}
		return enginetest.None
	})
	_, errs, code := memory{e.Host()}.run(t, "--progress", "quiet", "up", "-d")
	want := "stack-lite: the docker engine at " + e.Host() + " broke the connection off: it was stopped or restarted\n" +
		"hint: when it runs again, type the same again; to see whether it does: docker info\n"
	if code != 1 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestAnInterruptedUpSaysWhatItHasStarted(t *testing.T) {
	for _, flag := range []string{"-d", "--no-start"} {
		t.Chdir(t.TempDir())
		write(t, "fig.yml", "web: {image: probe, links: [db]}\ndb: {image: probe}\n")
		e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}})
		ctx, interrupt := context.WithCancel(t.Context())
		e.Fail(func(c enginetest.Call) enginetest.Fault {
			if flag == "-d" && strings.HasSuffix(c.Path, "/start") || flag != "-d" && strings.HasSuffix(c.Path, "/create") {
				interrupt()
			}
			return enginetest.None
		})
		var errs bytes.Buffer
		root, options := New(memory{e.Host()}.environment(io.Discard, &errs), nil)
		root.SilenceErrors, root.SilenceUsage = true, true
		root.SetArgs([]string{"--progress", "quiet", "--parallel", "1", "up", flag})
		code := exit.Code(root.ExecuteContext(ctx), options())
		want := "stack-lite: interrupted; started and running: db\nhint: run the same command again to finish what was begun\nhint: or stop them: docker stacklite stop db\n"
		if flag != "-d" {
			want = "stack-lite: interrupted\nhint: run the same command again to finish what was begun\n"
		}
		if code != 130 || errs.String() != want {
			t.Errorf("%s: exit code %d\n%s", flag, code, &errs)
		}
	}
}

func TestAStepThatIsInterruptedIsNotToldAsARequest(t *testing.T) {
	for _, progress := range []string{"plain", "json"} { // the engine is waited for, each time
		t.Chdir(t.TempDir())
		write(t, "fig.yml", "web: {image: probe}\n")
		e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}})
		ctx, interrupt := context.WithCancel(t.Context())
		e.Fail(func(c enginetest.Call) enginetest.Fault {
			if c.Path != "/containers/create" {
				return enginetest.None
			}
			interrupt()
			return enginetest.Hang
		})
		var errs bytes.Buffer
		root, options := New(memory{e.Host()}.environment(io.Discard, &errs), nil)
		root.SilenceErrors, root.SilenceUsage = true, true
		root.SetArgs([]string{"--progress", progress, "up", "-d"})
		code := exit.Code(root.ExecuteContext(ctx), options())
		if text := errs.String(); code != 130 || !strings.Contains(text, "interrupted") || strings.Contains(text, "canceled") || strings.Contains(text, "http") {
			t.Errorf("%s: exit code %d\n%s", progress, code, text)
		}
	}
}

func TestAContainerThatAnotherNeedsIsTheOneThatDoesNotRun(t *testing.T) {
	t.Chdir(t.TempDir())
	e := enginetest.New(t, enginetest.Options{Images: []enginetest.Image{enginetest.Probe("probe")}})
	m := memory{e.Host()}
	m.do(t, []byte("donor: {image: probe}\n"), "-p", "shop", "up", "-d")
	e.Fail(func(c enginetest.Call) enginetest.Fault {
		if strings.HasSuffix(c.Path, "/start") {
			return enginetest.Answer(500, "container shop_donor_1 is not running")
		}
		return enginetest.None
	})
	write(t, "fig.yml", "web:\n  image: probe\n  ipc: container:shop_donor_1\n")
	_, errs, code := m.run(t, "--progress", "quiet", "up", "-d")
	if want := "fig.yml:3:3: web.ipc: shop_donor_1 does not run\nhint: to start it: docker start shop_donor_1\n"; code != 1 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
