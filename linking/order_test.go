package linking_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

func resolve(t testing.TB, p *compose.Project) *linking.Topology {
	t.Helper()
	top, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func TestASelectionBringsAllThatItUsesWithIt(t *testing.T) {
	top := resolve(t, linkingtest.Sketch(t, `
		web >app
		app >db ~data
		db >app
		data
		beside net=@app
		tools pid=beside
		cron >db`))
	for _, c := range []struct{ names, want []string }{
		{[]string{"data"}, []string{"data"}},
		{[]string{"web"}, []string{"data", "app", "db", "web"}},
		{[]string{"db"}, []string{"data", "app", "db"}},
		{[]string{"tools"}, []string{"data", "app", "db", "beside", "tools"}},
		{[]string{"cron", "web", "gone"}, []string{"data", "app", "web", "db", "cron"}},
		{[]string{"gone"}, nil},
		{nil, nil},
	} {
		got := top.Needs(c.names)
		slices.Sort(c.want)
		if order := top.Order(); !slices.IsSortedFunc(got, func(a, b string) int {
			return slices.Index(order, a) - slices.Index(order, b)
		}) {
			t.Errorf("%v needs %v, not in the order %v", c.names, got, order)
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%v: -want +got:\n%s", c.names, diff)
		}
	}
}

func TestOnlyCirclesLeaveOutWhatIsWaitedFor(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		top := resolve(t, randomProject(r, 1+r.IntN(12)))
		for _, s := range top.Services {
			for _, u := range s.Uses {
				if !slices.Contains(s.After, u) && !slices.Contains(top.Needs([]string{u}), s.Name) {
					t.Fatalf("%s does not wait for %s, though %s does without %s in\n%s", s.Name, u, u, s.Name, linkingtest.Describe(top))
				}
			}
		}
	}
}

func TestOfEveryCircleTheFirstInTheFileStartsFirst(t *testing.T) {
	for text, want := range map[string][]string{
		"a >b\nb >a":                       {"a", "b"},
		"b >a\na >b":                       {"b", "a"},
		"x >b\na >b\nb >c\nc >a":           {"a", "c", "b", "x"},
		"a >b\nb >a >c\nc >d\nd >c":        {"a", "c", "b", "d"},
		"hub >node:n\nnode >hub >log\nlog": {"hub", "log", "node"},
		"a >b ~b\nb >c\nc >a":              {"b", "a", "c"},
	} {
		top := resolve(t, linkingtest.Sketch(t, text))
		if diff := cmp.Diff(want, top.Order()); diff != "" {
			t.Errorf("%q: -want +got:\n%s", text, diff)
		}
	}
}

func TestBetweenListsTheNetworksOfTheOwners(t *testing.T) {
	top := resolve(t, linkingtest.Sketch(t, "web >app\napp >db\ndb\nbeside net=@app\nhosted net=host\na\nb"))
	for pair, want := range map[[2]string][]string{
		{"web", "app"}:    {"app.web"},
		{"web", "beside"}: {"app.web"},
		{"beside", "db"}:  {"app.db"},
		{"web", "db"}:     nil,
		{"web", "hosted"}: nil,
		{"a", "b"}:        nil, // on the network of those without links
		{"web", "gone"}:   nil,
		{"gone", "web"}:   nil,
	} {
		var got []string
		for _, n := range linkingtest.Between(top, pair[0], pair[1]) {
			got = append(got, n.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: -want +got:\n%s", pair, diff)
		}
	}
	if top.Service("gone") != nil || top.Network("gone") != nil {
		t.Error("what is not there is found")
	}
}

func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{5, 50, 500} {
		p := randomProject(rand.New(rand.NewPCG(1, 2)), n)
		b.Run(map[int]string{5: "services=5", 50: "services=50", 500: "services=500"}[n], func(b *testing.B) {
			for b.Loop() {
				if _, err := linking.Resolve(p, linking.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
