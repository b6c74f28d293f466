package suggest

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// imagePorts are the ports of images that everybody knows.
var imagePorts = map[string][]int{
	"postgres": {5432}, "postgresql": {5432}, "postgis": {5432}, "mysql": {3306}, "mariadb": {3306}, "percona": {3306}, "mongo": {27017}, "mongodb": {27017},
	"redis": {6379}, "valkey": {6379}, "memcached": {11211}, "rabbitmq": {5672, 15672}, "elasticsearch": {9200, 9300}, "opensearch": {9200}, "cassandra": {9042},
	"zookeeper": {2181}, "kafka": {9092}, "nginx": {80, 443}, "httpd": {80}, "couchdb": {5984}, "influxdb": {8086}, "consul": {8500}, "clickhouse": {8123, 9000},
	"etcd": {2379}, "neo4j": {7474, 7687}, "solr": {8983}, "mailhog": {1025, 8025}, "statsd": {8125}, "nats": {4222}, "minio": {9000},
}

// imageName is what an image is called, without registry, owner and tag.
func imageName(image string) string {
	image, _, _ = strings.Cut(image, "@")
	image, _, _ = strings.Cut(path.Base(image), ":")
	return image
}

// portsOf are the ports at which a service may be asked, as far as the files tell. Those
// of an image count for what others make of it, too: cp-kafka, clickhouse-server.
func portsOf(s *compose.Service) [][2]int {
	var ports [][2]int
	for _, e := range s.Expose {
		ports = append(ports, [2]int{e.First, e.Last})
	}
	for _, p := range s.Ports {
		ports = append(ports, [2]int{p.First, p.Last})
	}
	name := imageName(s.Image)
	known, whole := imagePorts[name]
	if !whole {
		for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '_' }) {
			known = append(known, imagePorts[part]...)
		}
	}
	for _, n := range known {
		ports = append(ports, [2]int{n, n})
	}
	return ports
}

// portsIn finds variables such as DB_PORT=5432 with a port that one other service alone
// has. Where a variable beside it says whose port it is, that one counts.
func (n names) portsIn(s *compose.Service) []Mention {
	var found []Mention
	for _, v := range s.Environment {
		if v.Value == nil || lastPart(v.Name) != "PORT" || v.Name == "PORT" {
			continue
		}
		port, err := strconv.Atoi(*v.Value)
		if n.hostBeside(s, v.Name) {
			continue
		}
		has := func(o *compose.Service) bool {
			return slices.ContainsFunc(portsOf(o), func(r [2]int) bool { return r[0] == port && r[1] == port })
		}
		if err != nil || has(s) {
			continue
		}
		var to []*compose.Service
		for _, o := range n.project.Services {
			if o != s && o.Fronts == "" && has(o) {
				to = append(to, o)
			}
		}
		if len(to) == 1 {
			p := piece{kind: Environment, pos: v.Pos, key: v.Name}
			found = append(found, Mention{From: s.Name, To: to[0].Name, Evidence: p.evidence(Maybe, fmt.Sprintf("%d, the port of %s alone", port, to[0].Name))})
		}
	}
	return found
}

// besides gives the name of the variable that says of the same server something else:
// DB_PORT of DB_HOST. Empty: there is no such name.
func besides(key, last, other string) string {
	if i := len(key) - len(last); i > 0 && strings.EqualFold(key[i:], last) {
		return key[:i] + other
	}
	return ""
}

// hostBeside reports whether a variable says whose port another one has, in an own
// variable: DB_HOST for DB_PORT.
func (n names) hostBeside(s *compose.Service, key string) bool {
	return slices.ContainsFunc([]string{"HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER"}, func(what string) bool {
		return variable(s, besides(key, "PORT", what)) != ""
	})
}

// portBeside is the port that a variable has for the host which another one names alone:
// that of DB_PORT for DB_HOST; 0: there is none.
func (n names) portBeside(p piece, w word) int {
	if p.kind != Environment || p.within || p.text != w.name {
		return 0
	}
	for _, what := range []string{"HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER"} {
		if port := portNumber(variable(n.self, besides(p.key, what, "PORT"))); port > 0 {
			return port
		}
	}
	return 0
}

// variable is the value of a service's variable; empty: it has none.
func variable(s *compose.Service, name string) string {
	for _, v := range s.Environment {
		if v.Name == name && v.Value != nil {
			return *v.Value
		}
	}
	return ""
}
