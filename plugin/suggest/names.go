package suggest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// names are the names by which one service may call others.
type names struct {
	project *compose.Project
	self    *compose.Service
	others  map[string]target // by name
}

// target is what a name leads to; nil: to nobody of the project.
type target struct {
	service *compose.Service
	alias   bool // it is not the name of the service
}

// namesFor gathers them: the names of services and of their replicas, the aliases of the
// service's own links, and what else others are called. Names of its own, and those of
// hosts outside of the project, lead to nobody.
func namesFor(p *compose.Project, self *compose.Service) names {
	n := names{project: p, self: self, others: map[string]target{}}
	add := func(name string, t target) {
		if _, taken := n.others[name]; name != "" && !taken {
			n.others[name] = t
		}
	}
	for _, l := range self.Links {
		if t := p.Service(l.Target); t != nil && t != self {
			add(l.Alias, target{t, l.Alias != l.Target})
		}
	}
	for _, l := range self.ExternalLinks {
		add(l.Alias, target{})
	}
	for _, h := range self.ExtraHosts {
		add(h.Name, target{})
	}
	for _, own := range []string{self.Name, self.Hostname, self.ContainerName, "localhost"} {
		add(own, target{})
	}
	var others []*compose.Service
	for _, s := range p.Services {
		switch {
		case s == self, s.Fronts != "":
		case shares(s, self), shares(self, s): // one network: they need no link
			add(s.Name, target{})
		default:
			others = append(others, s)
		}
	}
	for _, s := range others {
		add(s.Name, target{service: s})
	}
	for _, s := range others {
		add(s.ContainerName, target{s, true})
	}
	for _, s := range others {
		add(s.Hostname, target{s, true})
		for _, alias := range networkAliases(s) {
			add(alias, target{s, true})
		}
	}
	return n
}

// networkAliases are the names that a service has on the networks that it names.
func networkAliases(s *compose.Service) []string {
	var list []string
	if s.Spec != nil {
		for _, n := range s.Spec.Networks {
			list = append(list, n.Aliases...)
		}
	}
	return list
}

// shares reports whether a service uses the network of another.
func shares(s, of *compose.Service) bool {
	return s.Net.Mode == compose.NetService && s.Net.Name == of.Name
}

// replica is the name of one: SERVICE_1, or SERVICE-1.
var replica = regexp.MustCompile(`^(.+)[_-][1-9][0-9]*$`)

// find gives what a name leads to.
func (n names) find(name string) (target, bool) {
	t, known := n.others[name]
	if m := replica.FindStringSubmatch(name); !known && m != nil {
		service := strings.TrimPrefix(strings.TrimPrefix(m[1], n.project.Name+"_"), n.project.Name+"-")
		t, known = n.others[service]
		t.alias = false
	}
	return t, known && t.service != nil
}

// mentions finds whom a piece names.
func (n names) mentions(p piece) []Mention {
	var found []Mention
	seen := map[string]Level{}
	add := func(t target, name string, level Level, what string) {
		if level == Never || seen[t.service.Name].AtLeast(level) {
			return
		}
		seen[t.service.Name] = level
		m := Mention{From: n.self.Name, To: t.service.Name, Evidence: p.evidence(level, what)}
		if t.alias {
			m.As = name
		}
		found = append(found, m)
	}
	for _, w := range wordsOf(p.text) {
		if t, ok := n.find(w.name); ok {
			what, level := w.name, p.level(w, t.service)
			if w.form == host && w.port > 0 {
				what = fmt.Sprintf("%s:%d", w.name, w.port)
			}
			if port := n.portBeside(p, w); level == Likely && port > 0 {
				what, level = fmt.Sprintf("%s:%d", w.name, port), atPort(t.service, port)
			}
			add(t, w.name, level, what)
		}
	}
	for _, m := range linkVariable.FindAllStringSubmatch(p.text, -1) {
		port := portNumber(m[2])
		for _, name := range slices.Sorted(maps.Keys(n.others)) {
			t := n.others[name]
			if t.service != nil && variableName(name) == m[1] {
				add(t, name, atPort(t.service, port), fmt.Sprintf("%s_PORT_%s_%s", m[1], m[2], m[3]))
			}
		}
	}
	return found
}

// linkVariable is a variable that old links made: DB_PORT_5432_TCP_ADDR.
var linkVariable = regexp.MustCompile(`\b([A-Z][A-Z0-9_]*?)_PORT_([0-9]{1,5})_(TCP|UDP)`)

// variableName is how variables of old links begin.
func variableName(name string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
}

// level says how sure it is that a word which may lead to a service does.
func (p piece) level(w word, to *compose.Service) Level {
	key := w.key
	if key == "" {
		key = p.key
	}
	last := lastPart(key)
	switch {
	case isOwn(key):
		return Never
	case w.form == host:
		return atPort(to, w.port)
	case p.kind == Mounted && w.form == bare: // prose, or code
		return Never
	case (w.form != bare || !p.within) && isHostKey(key): // a list may have spaces between its items
		return Likely
	case (w.form == assigned || w.form == whole && !p.within) && variableName(key) == variableName(w.name) && !slices.Contains(common, w.name):
		return Likely
	case p.kind == Mounted, isThing(last), slices.Contains(common, w.name):
		return Never
	}
	return Maybe
}

// atPort is how sure a name with a port is.
func atPort(to *compose.Service, port int) Level {
	if port > 0 && slices.ContainsFunc(portsOf(to), func(r [2]int) bool { return r[0] <= port && port <= r[1] }) {
		return Sure
	}
	return Likely
}

// dependencies are mentions too: a service that is waited for is likely to be asked. A
// link implies one, which says nothing more; and what has to have ended before is not
// there any more to be asked. Those that share no network by the files do not talk as
// they are, whatever waits for what.
func (n names) dependencies(s *compose.Service) []Mention {
	if s.Spec == nil {
		return nil
	}
	var found []Mention
	for _, d := range s.Spec.DependsOn {
		linked := slices.ContainsFunc(s.Links, func(l compose.Link) bool { return l.Target == d.Service })
		if t := n.others[d.Service]; t.service != nil && t.service.Name == d.Service && !linked && d.Condition != compose.Completed {
			p, level := piece{kind: DependsOn, pos: d.Pos}, Likely
			if apart(s, t.service) {
				level = Maybe
			}
			found = append(found, Mention{From: s.Name, To: d.Service, Evidence: p.evidence(level, d.Service)})
		}
	}
	return found
}

// apart reports whether two services are on networks, and on none together.
func apart(a, b *compose.Service) bool {
	on, other := seatsOf(a), seatsOf(b)
	return len(on) > 0 && len(other) > 0 && !slices.ContainsFunc(on, func(n compose.ServiceNetwork) bool {
		return slices.ContainsFunc(other, func(o compose.ServiceNetwork) bool { return o.Name == n.Name })
	})
}

// keyParts takes the name of a variable, a flag or a setting apart.
func keyParts(key string) []string {
	return strings.FieldsFunc(strings.ToUpper(key), func(r rune) bool { return strings.ContainsRune("_-.:/", r) })
}

func lastPart(key string) string {
	parts := keyParts(key)
	if len(parts) == 0 {
		return ""
	}
	return parts[len(parts)-1]
}

// hosts are the last parts of names whose values are hosts.
var hosts = []string{
	"HOST", "HOSTS", "HOSTNAME", "HOSTNAMES", "URL", "URLS", "URI", "URIS", "ADDR", "ADDRS", "ADDRESS", "ADDRESSES", "SERVER", "SERVERS",
	"ENDPOINT", "ENDPOINTS", "DSN", "BROKER", "BROKERS", "UPSTREAM", "UPSTREAMS", "BACKEND", "BACKENDS", "NODES", "PEERS", "SEEDS", "MASTER",
	"CONNECT", "TARGET", "TARGETS", "PROXY", "TO", "IP",
}

// things are the last parts of names whose values are something else.
var things = []string{
	"NAME", "DATABASE", "DB", "DBNAME", "USER", "USERNAME", "PASS", "PASSWORD", "PASSWD", "PWD", "SECRET", "TOKEN", "KEY", "ROLE", "ROLES",
	"ENV", "ENVIRONMENT", "MODE", "TAG", "VERSION", "TYPE", "PROJECT", "BUCKET", "SCHEMA", "VHOST", "PREFIX", "SUFFIX", "GROUP", "ID", "DIR",
	"PATH", "LEVEL", "LANG", "DRIVER", "ENGINE", "ADAPTER", "BRANCH", "TOPIC", "TOPICS", "QUEUE", "QUEUES", "INDEX", "TABLE", "COLLECTION",
	"USERS", "PLUGIN", "PLUGINS", "QUERY", "NAMESPACE", "CLUSTER", "DIALECT", "FORMAT", "TITLE", "REALM", "CLASS", "PROFILE", "PROFILES", "STACK", "COMPONENT", "TEAM", "LOG", "APP",
	"E", "U", "A", "C",
}

// common are words that are the names of services, and much else.
var common = []string{
	"web", "app", "test", "tests", "api", "dev", "prod", "production", "development", "staging", "main", "master", "server", "client", "data",
	"service", "base", "build", "default", "local", "node", "python", "ruby", "php", "java", "go", "run", "start", "worker", "db", "all", "site",
	"www", "admin", "backend", "frontend", "cache", "queue", "log", "logs", "static", "task", "tasks", "job", "jobs", "sh", "bash", "core",
}

// isHostKey reports whether the value of a name is a host.
func isHostKey(key string) bool {
	if key == "-h" || key == "-H" {
		return true
	}
	parts := keyParts(key)
	if len(parts) == 0 {
		return false
	}
	last := parts[len(parts)-1]
	if last == "NAME" && len(parts) > 1 && parts[len(parts)-2] == "HOST" {
		return true
	}
	return slices.Contains(hosts, last) || slices.ContainsFunc([]string{"HOST", "HOSTNAME", "URL", "URI", "ADDR"}, func(end string) bool {
		return strings.HasSuffix(last, end) && last != "VHOST" // PGHOST
	})
}

// isThing reports whether the value of a name that ends so is something else than a host,
// such as that of POSTGRES_USER or PGUSER.
func isThing(last string) bool {
	return slices.Contains(things, last) || slices.ContainsFunc([]string{"USER", "PASSWORD", "DATABASE"}, func(end string) bool {
		return strings.HasSuffix(last, end)
	})
}

// isOwn reports whether a name holds what a service is called by others, or who may ask
// it: ALLOWED_HOSTS.
func isOwn(key string) bool {
	return slices.Contains([]string{"VIRTUAL_HOST", "LETSENCRYPT_HOST", "SERVER_NAME", "HOSTNAME"}, strings.ToUpper(key)) ||
		slices.ContainsFunc(keyParts(key), func(part string) bool {
			return strings.HasPrefix(part, "ALLOWED") || strings.HasPrefix(part, "TRUSTED")
		})
}
