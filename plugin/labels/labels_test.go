package labels_test

import (
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
)

// pairs calls test with every text and what is to be read from it, by a write and
// a read that go together.
func pairs[T any](t *testing.T, write func(T) string, read func(string) T, texts map[string]T) {
	t.Helper()
	for text, value := range texts {
		if got := write(value); got != text {
			t.Errorf("%+v is written %q, want %q", value, got, text)
		}
		if diff := cmp.Diff(value, read(text)); diff != "" {
			t.Errorf("%q, -want +got:\n%s", text, diff)
		}
	}
}

func TestEveryValueIsReadAsItWasWritten(t *testing.T) {
	t.Run("front", func(t *testing.T) {
		type front struct{ Service, Asked string }
		write := func(f front) string { return labels.FrontText(f.Service, f.Asked) }
		read := func(text string) (f front) {
			f.Service, f.Asked = labels.ParseFront(text)
			return f
		}
		pairs(t, write, read, map[string]front{"": {}, "web": {"web", ""}, "web least-connections": {"web", "least-connections"}})
	})
	t.Run("list", func(t *testing.T) {
		pairs(t, labels.ListText, labels.ParseList, map[string][]string{
			"": nil, "db": {"db"}, "/src/fig.yml,/src/my fig.yml": {"/src/fig.yml", "/src/my fig.yml"},
		})
	})
	t.Run("wiring", func(t *testing.T) {
		pairs(t, labels.WiringText, labels.ParseWiring, map[string]map[string]string{
			"{}":                                    {},
			`{"db":"db","web":"web sql=db \u003c"}`: {"web": "web sql=db <", "db": "db"},
		})
	})
	t.Run("role", func(t *testing.T) {
		pairs(t, labels.RoleText, labels.ParseRole, map[string]linking.Role{
			"": {}, "proxy": {Proxy: true}, "discoverable": {Discoverable: true}, "proxy discoverable": {Proxy: true, Discoverable: true},
		})
	})
	t.Run("link variables", func(t *testing.T) {
		pairs(t, labels.LinkEnvText, labels.ParseLinkEnv, map[string]map[string]string{
			"1": {}, "1 db=aabbccdd": {"db": "aabbccdd"}, "1 cache= db=aabbccdd": {"db": "aabbccdd", "cache": ""},
		})
	})
	t.Run("ports", func(t *testing.T) {
		pairs(t, labels.PortsText, labels.ParsePorts, map[string][]compose.Expose{
			"": nil, "53/udp": {{First: 53, Last: 53, Proto: "udp"}},
			"53/tcp 5432/tcp 9/sctp": {
				{First: 53, Last: 53, Proto: "tcp"}, {First: 5432, Last: 5432, Proto: "tcp"}, {First: 9, Last: 9, Proto: "sctp"},
			},
		})
	})
}

func TestValuesDoNotDependOnTheOrderOfTheirParts(t *testing.T) {
	ports := []compose.Expose{{First: 80, Last: 80, Proto: "tcp"}, {First: 53, Last: 53, Proto: "udp"}}
	text := labels.PortsText(ports)
	slices.Reverse(ports)
	if got := labels.PortsText(ports); got != text || got != "53/udp 80/tcp" {
		t.Errorf("got %q and %q", text, got)
	}
}

// TestRandomValuesAreReadAsTheyWereWritten covers what a table does not think of.
func TestRandomValuesAreReadAsTheyWereWritten(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		word := func(letters string) string {
			b := make([]byte, 1+r.IntN(8))
			for i := range b {
				b[i] = letters[r.IntN(len(letters))]
			}
			return string(b)
		}
		const name = "abzAZ019_.-"
		list, sums, wiring := []string{}, map[string]string{}, map[string]string{}
		for range r.IntN(5) {
			list = append(list, word(name+"/ :\"é="))
			sum := hex.EncodeToString([]byte(word(name)))
			sums[word(name)] = sum[:r.IntN(len(sum))]
			wiring[word(name)] = word(name + " =\"\\<>&")
		}
		if diff := cmp.Diff(list, labels.ParseList(labels.ListText(list)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("seed %d: list, -want +got:\n%s", seed, diff)
		}
		if diff := cmp.Diff(sums, labels.ParseLinkEnv(labels.LinkEnvText(sums))); diff != "" {
			t.Errorf("seed %d: link variables, -want +got:\n%s", seed, diff)
		}
		if diff := cmp.Diff(wiring, labels.ParseWiring(labels.WiringText(wiring))); diff != "" {
			t.Errorf("seed %d: wiring, -want +got:\n%s", seed, diff)
		}
	}
}

func TestWhatCanNotBeReadIsNoValue(t *testing.T) {
	if got := labels.ParseWiring("not JSON"); got == nil || len(got) != 0 {
		t.Errorf("wiring: %v", got)
	}
	if got := labels.ParseRole("king"); got != (linking.Role{}) {
		t.Errorf("role: %v", got)
	}
	for _, text := range []string{"", " ", "2 db=aabb", "db=aabb"} {
		if got := labels.ParseLinkEnv(text); got != nil {
			t.Errorf("link variables %q: %v", text, got)
		}
	}
}

func TestAnEndpointSaysWhatItSeesATargetAs(t *testing.T) {
	endpoint := linking.Endpoint{
		Aliases: []string{"web", "www"},
		Links:   []linking.Name{{Alias: "sql", Target: "db"}, {Alias: "database", Target: "db"}, {Alias: "web2", Target: "web"}},
	}
	text := labels.EndpointText(endpoint)
	if got := labels.ParseEndpoint(text); !reflect.DeepEqual(got, endpoint) {
		t.Errorf("read as %v", got)
	}
	if want := "web www sql=db database=db web2=web"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	for target, want := range map[string]string{"db": "sql database", "web": "web2", "www": "", "sql": ""} {
		if got := strings.Join(labels.EndpointAliases(text, target), " "); got != want {
			t.Errorf("%s is seen as %q, want %q", target, got, want)
		}
	}
	if got := labels.EndpointText(linking.Endpoint{}); got != "" {
		t.Errorf("an endpoint without names: %q", got)
	}
}

func TestOnlyAFingerprintMakesLabelsOurs(t *testing.T) {
	for name, c := range map[string]struct {
		of           map[string]string
		ours, oneOff bool
	}{
		"none":              {nil, false, false},
		"all empty":         {labels.Blank(), false, false},
		"of docker-compose": {map[string]string{labels.Project: "demo", labels.Service: "web", labels.OneOff: "False"}, false, false},
		"of a replica":      {map[string]string{labels.Project: "demo", labels.Fingerprint: "1", labels.OneOff: "False"}, true, false},
		"of a one-off one":  {map[string]string{labels.Fingerprint: "1", labels.OneOff: "True"}, true, true},
	} {
		if labels.Ours(c.of) != c.ours || labels.IsOneOff(c.of) != c.oneOff {
			t.Errorf("%s: ours %v, one-off %v", name, labels.Ours(c.of), labels.IsOneOff(c.of))
		}
	}
}

// TestAllAreAllThatThereAre reads the constants of the package, so that a new one
// is not forgotten where all are meant.
func TestAllAreAllThatThereAre(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "labels.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		value, ok := n.(*ast.ValueSpec)
		if ok && value.Names[0].IsExported() && value.Names[0].Name != "ActsAs" {
			name, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Error(err)
			}
			found = append(found, name)
		}
		return !ok
	})
	slices.Sort(found)
	if diff := cmp.Diff(found, slices.Sorted(slices.Values(labels.All()))); diff != "" {
		t.Errorf("constants -, All +\n%s", diff)
	}
	if diff := cmp.Diff(found, slices.Sorted(maps.Keys(labels.Blank()))); diff != "" {
		t.Errorf("constants -, Blank +\n%s", diff)
	}
}

func TestOnlyLabelsThatAreDocumentedForUsersAreTheirs(t *testing.T) {
	for _, name := range labels.All() {
		if !labels.Reserved(name) {
			t.Errorf("%s is not reserved", name)
		}
	}
	for name, want := range map[string][2]bool{ // own, reserved
		"io.stack-lite.discover":          {false, false},
		"io.stack-lite.discover.projects": {false, false},
		"io.stack-lite.discovery":         {true, true},
		"io.stack-lite.discovered":        {true, true},
		"io.stack-lite.of-next-year":      {true, true},
		"io.stack-lite":                   {false, false},
		"com.docker.compose.project":      {false, true},
		"com.docker.compose.config-hash":  {false, false},
		"team":                            {false, false},
	} {
		if labels.Own(name) != want[0] || labels.Reserved(name) != want[1] {
			t.Errorf("%s: own %v, reserved %v", name, labels.Own(name), labels.Reserved(name))
		}
	}
}

// TestOnlyAllThatDockerComposeWritesMakesLabelsItsOwn has the labels of strangers,
// who may write any of them with docker run --label.
func TestOnlyAllThatDockerComposeWritesMakesLabelsItsOwn(t *testing.T) {
	const hash, slug = "com.docker.compose.config-hash", "com.docker.compose.slug"
	oneOff := func(others ...string) map[string]string {
		return byCompose("1.29.2", append([]string{labels.OneOff, "True", hash, "", labels.Number, ""}, others...)...)
	}
	for what, c := range map[string]struct {
		of            map[string]string
		first, second bool
	}{
		"a replica of 1.29":                   {byCompose("1.29.2"), true, false},
		"a replica of 1.3, without directory": {byCompose("1.3.0", labels.WorkingDir, ""), true, false},
		"a replica of 1.25.0-rc1, likewise":   {byCompose("1.25.0-rc1", labels.WorkingDir, ""), true, false},
		"a one-off container of 1.29":         {oneOff(slug, "f00"), true, false},
		"a one-off container of 1.22":         {oneOff(labels.ComposeVersion, "1.22.0", labels.Number, "1", labels.WorkingDir, ""), true, false},
		"of docker compose":                   {byCompose("2.20.0"), false, true},
		"of docker compose, with a v":         {byCompose("v5.1.0"), false, true},

		"no release":                {byCompose("1."), false, false},
		"no number":                 {byCompose("1.29.2", labels.Number, ""), false, false},
		"a word for a number":       {byCompose("1.29.2", labels.Number, "x"), false, false},
		"the number 0":              {byCompose("1.29.2", labels.Number, "0"), false, false},
		"the number -1":             {byCompose("1.29.2", labels.Number, "-1"), false, false},
		"the number +1":             {byCompose("1.29.2", labels.Number, "+1"), false, false},
		"too big a number":          {byCompose("1.29.2", labels.Number, "99999999999999999999"), false, false},
		"a replica without a sum":   {byCompose("1.29.2", hash, ""), true, false},
		"no directory of 1.29":      {byCompose("1.29.2", labels.WorkingDir, ""), false, false},
		"a one-off, with nothing":   {oneOff(), false, false},
		"no service":                {byCompose("1.29.2", labels.Service, ""), false, false},
		"no project":                {byCompose("1.29.2", labels.Project, ""), false, false},
		"a fingerprint, so of ours": {byCompose("1.29.2", labels.Fingerprint, "1 image=aabb"), false, false},
	} {
		if first, second := labels.ByCompose(c.of), labels.ByCompose2(c.of); first != c.first || second != c.second {
			t.Errorf("%s: by docker-compose 1.x %v, by docker compose %v", what, first, second)
		}
	}
}
