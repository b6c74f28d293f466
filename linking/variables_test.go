package linking_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

func expose(ports ...string) []compose.Expose {
	var out []compose.Expose
	for _, p := range ports {
		e := compose.Expose{Proto: "tcp"}
		number, proto, ok := strings.Cut(p, "/")
		if ok {
			e.Proto = proto
		}
		if n, _ := fmt.Sscanf(number, "%d-%d", &e.First, &e.Last); n == 1 {
			e.Last = e.First
		}
		out = append(out, e)
	}
	return out
}

func variable(name, value string) compose.Var { return compose.Var{Name: name, Value: &value} }

// lines is the variables as env prints them.
func lines(vars []compose.Var) []string {
	var out []string
	for _, v := range vars {
		out = append(out, v.Name+"="+*v.Value)
	}
	return out
}

func TestLinkVariablesHaveTheNamesThatTheEngineGaveThem(t *testing.T) {
	for _, c := range []struct {
		name string
		link linking.VariableLink
		mode linking.EnvMode
		want []string
	}{
		{
			"one port", linking.VariableLink{Alias: "db", Ports: expose("5432")}, linking.EnvPorts,
			[]string{
				"DB_NAME=/p_web_1/db",
				"DB_PORT=tcp://db:5432",
				"DB_PORT_5432_TCP=tcp://db:5432",
				"DB_PORT_5432_TCP_ADDR=db",
				"DB_PORT_5432_TCP_PORT=5432",
				"DB_PORT_5432_TCP_PROTO=tcp",
			},
		},
		{
			"no port, a dot and a dash", linking.VariableLink{Alias: "my.db-x"}, linking.EnvPorts,
			[]string{"MY.DB_X_NAME=/p_web_1/my.db-x"},
		},
		{
			"the first port is the smallest, and tcp comes before udp",
			linking.VariableLink{Alias: "dns", Ports: expose("5432", "53/udp", "53", "53/tcp")}, linking.EnvPorts,
			[]string{
				"DNS_NAME=/p_web_1/dns",
				"DNS_PORT=tcp://dns:53",
				"DNS_PORT_53_TCP=tcp://dns:53",
				"DNS_PORT_53_TCP_ADDR=dns",
				"DNS_PORT_53_TCP_PORT=53",
				"DNS_PORT_53_TCP_PROTO=tcp",
				"DNS_PORT_53_UDP=udp://dns:53",
				"DNS_PORT_53_UDP_ADDR=dns",
				"DNS_PORT_53_UDP_PORT=53",
				"DNS_PORT_53_UDP_PROTO=udp",
				"DNS_PORT_5432_TCP=tcp://dns:5432",
				"DNS_PORT_5432_TCP_ADDR=dns",
				"DNS_PORT_5432_TCP_PORT=5432",
				"DNS_PORT_5432_TCP_PROTO=tcp",
			},
		},
		{
			"a smaller udp port comes first", linking.VariableLink{Alias: "x", Ports: expose("5432", "53/udp")}, linking.EnvPorts,
			[]string{
				"X_NAME=/p_web_1/x",
				"X_PORT=udp://x:53",
				"X_PORT_53_UDP=udp://x:53",
				"X_PORT_53_UDP_ADDR=x",
				"X_PORT_53_UDP_PORT=53",
				"X_PORT_53_UDP_PROTO=udp",
				"X_PORT_5432_TCP=tcp://x:5432",
				"X_PORT_5432_TCP_ADDR=x",
				"X_PORT_5432_TCP_PORT=5432",
				"X_PORT_5432_TCP_PROTO=tcp",
			},
		},
		{
			"the environment of the target, but for PATH, HOME and what has no value",
			linking.VariableLink{Alias: "db", Env: []compose.Var{
				variable("PATH", "/bin"), variable("HOME", "/"), variable("POSTGRES_PASSWORD", "s3=cret"), {Name: "UNSET"},
			}},
			linking.EnvFull,
			[]string{"DB_ENV_POSTGRES_PASSWORD=s3=cret", "DB_NAME=/p_web_1/db"},
		},
		{
			"the environment only where it is asked for",
			linking.VariableLink{Alias: "db", Env: []compose.Var{variable("POSTGRES_PASSWORD", "secret")}}, linking.EnvPorts,
			[]string{"DB_NAME=/p_web_1/db"},
		},
		{"nothing", linking.VariableLink{Alias: "db", Ports: expose("5432")}, linking.EnvNone, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lines(linking.Variables("p_web_1", []linking.VariableLink{c.link}, c.mode))
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestStartAndEndAreSetForThreeConsecutivePortsOrMore(t *testing.T) {
	for _, c := range []struct {
		name  string
		ports []compose.Expose
		want  []string
	}{
		{"two are not enough", expose("7000-7001"), nil},
		{"a gap ends a run", expose("7000", "7001", "7003"), nil},
		{"protocols do not mix", expose("7000", "7001/udp", "7002"), nil},
		{"three", expose("7002", "7000", "7001"), []string{
			"A_PORT_7000_TCP_END=tcp://a:7002",
			"A_PORT_7000_TCP_PORT_END=7002",
			"A_PORT_7000_TCP_PORT_START=7000",
			"A_PORT_7000_TCP_START=tcp://a:7000",
		}},
		{"two runs", expose("1-3", "7-10/udp", "12-13"), []string{
			"A_PORT_1_TCP_END=tcp://a:3",
			"A_PORT_1_TCP_PORT_END=3",
			"A_PORT_1_TCP_PORT_START=1",
			"A_PORT_1_TCP_START=tcp://a:1",
			"A_PORT_7_UDP_END=udp://a:10",
			"A_PORT_7_UDP_PORT_END=10",
			"A_PORT_7_UDP_PORT_START=7",
			"A_PORT_7_UDP_START=udp://a:7",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, l := range lines(linking.Variables("w", []linking.VariableLink{{Alias: "a", Ports: c.ports}}, linking.EnvPorts)) {
				if name, _, _ := strings.Cut(l, "="); strings.HasSuffix(name, "_START") || strings.HasSuffix(name, "_END") {
					got = append(got, l)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestEveryNameOfATargetHasItsVariablesAndTheLaterLinkWins(t *testing.T) {
	names := linking.VariableNames("p", "db", []string{"p_db_1", "p_db_2", "named"})
	if diff := cmp.Diff([]string{"db", "db_1", "p_db_1", "db_2", "p_db_2", "named"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	got := lines(linking.Variables("/p_web_1", []linking.VariableLink{
		{Alias: "db_1", Ports: expose("1")}, {Alias: "a-b", Ports: expose("1")}, {Alias: "a_b"},
	}, linking.EnvPorts))
	for _, want := range []string{"DB_1_PORT_1_TCP_ADDR=db_1", "A_B_NAME=/p_web_1/a_b", "A_B_PORT_1_TCP_ADDR=a-b"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
}

func TestTheSizeOfLinkVariablesIsKnownBeforeTheyAreMade(t *testing.T) {
	links := []linking.VariableLink{
		{Alias: "sip", Ports: expose("10000-19999/udp", "5060"), Env: []compose.Var{variable("KEY", strings.Repeat("x", 50000))}},
		{Alias: "demo_sip_1", Ports: expose("10000-19999/udp")},
	}
	for _, mode := range []linking.EnvMode{linking.EnvPorts, linking.EnvFull, linking.EnvNone} {
		want := 0
		for _, l := range lines(linking.Variables("p_web_1", links, mode)) {
			want += len(l) + 1 + 8
		}
		if got := linking.VariablesSize(links, mode); got < want*99/100 || got > want*101/100 {
			t.Errorf("mode %d: got %d, want about %d", mode, got, want)
		}
	}
}

// BenchmarkVariables has one link to a target of more and more ports.
func BenchmarkVariables(b *testing.B) {
	for _, n := range []int{10, 1000, 50_000} {
		links := []linking.VariableLink{{Alias: "db", Ports: []compose.Expose{{First: 1, Last: n, Proto: "tcp"}}}}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				linking.Variables("web", links, linking.EnvPorts)
				linking.VariablesSize(links, linking.EnvPorts)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/port")
		})
	}
}
