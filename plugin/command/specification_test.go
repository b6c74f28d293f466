package command

import (
	"strings"
	"testing"
)

// The commands run on files of today over the engine in memory; each case
// looks for what its command is to say.
func TestFilesOfTodayAreToldOf(t *testing.T) {
	const shop = `
services:
  web: {image: probe, links: [db]}
  db: {image: probe}
  cache: {image: probe}
  debug: {image: probe, profiles: [tools]}
`
	const linked = "x-stack-lite: {isolation: link}\nservices: {a: {image: probe, links: [b]}, b: {image: probe}}\n"
	const crossed = `
services:
  web: {image: probe, environment: {U: "http://api:80"}, networks: [a]}
  api: {image: probe, environment: {U: "db:5432"}, networks: [a]}
  db: {image: probe, networks: [a]}
  far: {image: probe, environment: {U: "http://web:80"}, networks: [b]}
  debug: {image: probe, profiles: [dbg], networks: [api.db]}
networks: {a: {internal: true}, b: , api.db: }
`
	const bound = `
services:
  web: {image: probe, ports: ["8083:80"], links: [db]}
  db: {image: probe, networks: [back]}
networks:
  default: {driver_opts: {com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}}
  back:
`
	for name, c := range map[string]struct {
		file, command string
		code          int
		says, saysNot string
	}{
		"which pairs links cut off":       {shop, "plan --isolation link", 0, "will no longer: web – cache, db – cache", "web – db"},
		"nothing is cut off without":      {shop, "plan", 0, "create container demo-web-1", "no longer"},
		"nor by what only up does":        {shop, "up -d --isolation link", 0, "demo-web-1", "no longer"},
		"a profile that is not active":    {shop, "config --services", 0, "web", "debug"},
		"one that is":                     {shop, "--profile tools config --services", 0, "debug", ""},
		"the profiles":                    {shop, "config --profiles", 0, "tools\n", "web"},
		"the volumes by their names":      {shop + "volumes: {data: {}}\n", "config --volumes", 0, "data\n", "demo_data"},
		"variables as they are":           {"services: {web: {image: 'probe:${TAG}'}}\n", "config --no-interpolate", 0, "probe:${TAG}", ""},
		"a network that is not there":     {"services:\n  web: {image: probe, networks: [out]}\nnetworks:\n  out: {external: true, name: far}\n", "up -d", 2, "compose.yaml:4:3: networks.out: there is no network far on the engine", ""},
		"a volume that is not there":      {"services:\n  web: {image: probe, volumes: ['d:/d']}\nvolumes:\n  d: {external: true}\n", "up -d", 2, "compose.yaml:4:3: volumes.d: there is no volume d on the engine", ""},
		"a secret that a swarm keeps":     {"services:\n  web: {image: probe, secrets: [s]}\nsecrets:\n  s: {external: true}\n", "up -d", 2, `compose.yaml:2:33: services.web.secrets.s: "s" is external: only a swarm keeps such`, ""},
		"an external link to nobody":      {"services:\n  web:\n    image: probe\n    external_links: [gone]\n", "up -d", 0, `compose.yaml:4:22: web.external_links: the engine has no container "gone"; the link leads nowhere`, ""},
		"an image that is never pulled":   {"services: {web: {image: far, pull_policy: never}}\n", "up -d", 1, "far", "pull image"},
		"an image that always is":         {"services: {web: {image: probe, pull_policy: always}}\n", "up -d", 1, "Pulling probe", ""},
		"declared networks meet":          {"services: {a: {image: probe, networks: [x]}, b: {image: probe, networks: [x]}}\nnetworks: {x: }\n", "can a b", 0, "on network demo_x as b", ""},
		"and others do not":               {"services: {a: {image: probe, networks: [x]}, b: {image: probe, networks: [y]}}\nnetworks: {x: , y: }\n", "can a b", 1, "they share no network", "linked"},
		"external networks meet":          {"services: {a: {image: probe, networks: [x]}, b: {image: probe, networks: [x]}}\nnetworks: {x: {external: true}}\n", "can a b", 0, "on network x as b", ""},
		"isolation of the file":           {"x-stack-lite: {isolation: link}\nservices: {a: {image: probe}, b: {image: probe}}\n", "can a b", 1, "neither has links", ""},
		"the command line goes before it": {"x-stack-lite: {isolation: link}\nservices: {a: {image: probe}, b: {image: probe}}\n", "--isolation project can a b", 0, "yes", ""},
		"with networks for links":         {linked, "convert", 0, "  a.b: {}\n", "isolation"},
		"flat all the same":               {linked, "convert --flatten", 0, "isolation: link\n", "a.b"},
		"with links on the command line":  {"services: {a: {image: probe, links: [b]}, b: {image: probe}}\n", "--isolation link convert", 0, "  a.b: {}\n", ""},
		"for docker stack deploy":         {linked, "convert --to stack", 0, "  a-b:\n    driver: overlay\n", "isolation"},
		"all on one network there":        {linked, "--isolation project convert --to stack", 0, "  default:\n    driver: overlay\n", "a-b"},
		"notes of names there":            {"x-stack-lite: {isolation: link}\nservices: {a: {image: probe, links: [b, 'c:b']}, b: {image: probe}, c: {image: probe}}\n", "convert --to stack", 0, `compose.yaml:2:41: a.links: "b" can't be a name of "c" in a swarm`, ""},
		"no boundary is lost there":       {"services: {a: {image: probe}, b: {image: probe, network_mode: 'service:a'}}\n", "convert --to stack", 2, `compose.yaml:1:49: b.network_mode: a task can't use the network of "a"`, "version"},
		"no other tool is known":          {linked, "convert --to swarm", 2, "--to can be compose or stack, not \"swarm\"", "services"},
		"no flat stack":                   {linked, "convert --to stack --flatten", 2, "--flatten and --to stack exclude each other", "version"},
		"without what is read already":    {"services: {a: {image: probe, env_file: more.env, networks: [x]}}\nnetworks: {x: , y: }\n", "config", 0, "A: b\n", "env_file"},
		"and what nobody uses":            {"services: {a: {image: probe, networks: [x]}}\nnetworks: {x: , y: }\n", "config", 0, "  x:\n", "  y:"},
		"flat, with keys for a build":     {"services: {a: {build: {context: ., ssh: ['key=/k']}}}\n", "convert", 0, "- key=/k\n", ""},
		"not of profiles unsaid":          {shop, "convert", 0, "not active: debug (tools). To have them: --profile NAME", "debug:"},
		"waiting for none that is left":   {"services: {a: {image: probe, depends_on: {b: {condition: service_started, required: false}}}, b: {image: probe, profiles: [x]}}\n", "convert", 0, "image: probe", "depends_on"},
		"names of networks are kept":      {crossed, "suggest --tighten --write tight.yml --dry-run", 0, "  api.db.links: {internal: true}\n", "  api.db: {"},
		"tight opens nothing":             {crossed, "suggest --tighten", 0, "far and web share no network by the files, and stay apart: environment", ""},
		"tight tells who is not seen":     {crossed, "suggest --tighten", 0, "may reach fewer others then: debug (dbg)", ""},
		"tight again with its profiles":   {crossed, "--profile dbg suggest --tighten --write tight.yml", 0, "--profile dbg suggest --live --tighten", ""},
		"ports stay on their address":     {bound, "--isolation link convert", 0, "host_ip: 127.0.0.1", ""},
		"files beside that are not read":  {shop, "plan", 0, "compose.yaml: read instead of docker-compose.yaml beside it", ""},
		"links without a network":         {"services:\n  web: {image: probe, network_mode: 'service:db', links: [db]}\n  db: {image: probe}\n", "up -d", 2, "a service with network_mode: service:db cannot have links of its own", "net: container"},
		"links to who has none":           {"services:\n  web: {image: probe, links: [db]}\n  db: {image: probe, network_mode: host}\n", "up -d", 2, `it has network_mode: host`, "remove \"net:"},
		"flat, by convert":                {"include: [more.yaml]\nservices: {a: {image: probe}}\n", "convert", 0, "  more:\n", "include"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "compose.yaml", c.file)
			write(t, "docker-compose.yaml", c.file)
			write(t, "more.env", "A=b\n")
			write(t, "Dockerfile", "FROM scratch\n")
			write(t, "more.yaml", "services: {more: {image: probe}}\n")
			out, errs, code := newMemory(t).run(t, strings.Fields(c.command)...)
			all := out + errs
			if code != c.code || !strings.Contains(all, c.says) || c.saysNot != "" && strings.Contains(all, c.saysNot) {
				t.Errorf("exit code %d\n%s", code, all)
			}
		})
	}
}

// TestWhoComesLaterToASharedNetworkLeavesItAsItIs adds a service that has no name there but
// its own; one with more is recorded on the network, which is made anew for that.
func TestWhoComesLaterToASharedNetworkLeavesItAsItIs(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	const two = "networks: {front: }\nservices:\n  a: {image: probe}\n  b: {image: probe, networks: [front]}\n"
	for _, c := range []struct{ add, says, saysNot string }{
		{"", "create network demo_default", ""},
		{"  c: {image: probe, networks: [default, front]}\n", "create container demo-c-1", "network"},
		{"  c: {image: probe, networks: {default: , front: {aliases: [x]}}}\n", "create network demo_front", "demo_default"},
		{"  c: {image: probe, networks: [default, front]}\n", "create network demo_front", "demo_default"},
	} {
		write(t, "compose.yaml", two+c.add)
		out, errs, code := m.run(t, "plan")
		if code != 0 || !strings.Contains(out, c.says) || c.saysNot != "" && strings.Contains(out, c.saysNot) {
			t.Errorf("%s: exit code %d\n%s%s", c.add, code, out, errs)
		}
		if _, errs, code := m.run(t, "up", "-d"); code != 0 {
			t.Fatal(errs)
		}
		if _, errs, code := m.run(t, "up", "-d"); code != 0 || !strings.Contains(errs, "nothing to do") {
			t.Errorf("%s: exit code %d\n%s", c.add, code, errs)
		}
	}
}
