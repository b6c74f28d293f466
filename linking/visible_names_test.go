package linking_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

func TestVisibleNames(t *testing.T) {
	db := []string{"db", "db_1", "p_db_1"}
	for _, c := range []struct {
		name    string
		private []linking.Name
		public  []string
		want    []string
	}{
		{"without aliases", nil, db, db},
		{"nothing", nil, nil, nil},
		{"an alias is one name more", []linking.Name{{Alias: "database", Target: "db"}}, db, []string{"database", "db", "db_1", "p_db_1"}},
		{"an alias of any of the names", []linking.Name{{Alias: "x", Target: "p_db_1"}}, db, []string{"db", "db_1", "p_db_1", "x"}},
		{"an alias of somebody else", []linking.Name{{Alias: "x", Target: "cache"}}, db, db},
		{"an alias of somebody else hides a name", []linking.Name{{Alias: "db", Target: "cache"}}, db, []string{"db_1", "p_db_1"}},
		{"in any spelling", []linking.Name{{Alias: "DB_1", Target: "cache"}}, db, []string{"db", "p_db_1"}},
		{"and in any spelling of the name", []linking.Name{{Alias: "db", Target: "cache"}}, []string{"DB", "Db"}, nil},
		{"an alias like a name of the target's own", []linking.Name{{Alias: "DB", Target: "db"}}, db, []string{"DB", "db", "db_1", "p_db_1"}},
		{"targets have no case either", []linking.Name{{Alias: "x", Target: "DB"}}, db, []string{"db", "db_1", "p_db_1", "x"}},
		{"the last alias counts", []linking.Name{{Alias: "x", Target: "db"}, {Alias: "X", Target: "cache"}}, db, db},
		{"in both directions", []linking.Name{{Alias: "x", Target: "cache"}, {Alias: "X", Target: "db"}}, db, []string{"X", "db", "db_1", "p_db_1", "x"}},
		{"a chain of aliases is not followed", []linking.Name{{Alias: "x", Target: "y"}, {Alias: "y", Target: "db"}}, db, []string{"db", "db_1", "p_db_1", "y"}},
	} {
		if diff := cmp.Diff(c.want, linking.VisibleNames(c.private, nil, c.public)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, diff)
		}
	}
}

// TestAnAliasHidesAServiceInAnySpelling has the links [cache, "db:Cache"], of
// which the note says that "cache" means db.
func TestAnAliasHidesAServiceInAnySpelling(t *testing.T) {
	top := resolve(t, linkingtest.Sketch(t, "web >cache >db:Cache\ncache\ndb"))
	if len(top.Notes) != 1 || !strings.Contains(top.Notes[0].Text, `"cache" means "db" here`) {
		t.Errorf("notes %v", top.Notes)
	}
	var private []linking.Name
	for _, e := range top.Service("web").Endpoints {
		private = append(private, e.Links...)
	}
	if !slices.Contains(private, linking.Name{Alias: "CACHE", Target: "db"}) {
		t.Errorf("db does not answer to CACHE: %v", private)
	}
	if diff := cmp.Diff([]string{"cache_1"}, linking.VisibleNames(private, nil, []string{"cache", "cache_1"})); diff != "" {
		t.Errorf("cache: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"CACHE", "Cache", "cache", "db", "db_1"}, linking.VisibleNames(private, nil, []string{"db", "db_1"})); diff != "" {
		t.Errorf("db: -want +got:\n%s", diff)
	}
}

func TestAHiddenNameIsSeenOnOtherNetworksAlone(t *testing.T) {
	hidden, db := []linking.Name{linking.Hidden("db")}, []string{"db", "db_1"}
	if diff := cmp.Diff([]string{"db_1"}, linking.VisibleNames(hidden, nil, db)); diff != "" {
		t.Errorf("where it is hidden: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(db, linking.VisibleNames(nil, hidden, db)); diff != "" {
		t.Errorf("elsewhere: -want +got:\n%s", diff)
	}
}

// TestANameIsVisibleWhereALookupFindsTheTarget compares with a lookup, name by
// name.
func TestANameIsVisibleWhereALookupFindsTheTarget(t *testing.T) {
	names := []string{"a", "A", "b", "B", "c", "db", "Db", "DB"}
	r := rand.New(rand.NewPCG(1, 2))
	some := func() []string {
		list := slices.Clone(names)
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list[:r.IntN(4)]
	}
	for range 5000 {
		public := some()
		var private []linking.Name
		for _, alias := range some() {
			private = append(private, linking.Name{Alias: alias, Target: names[r.IntN(len(names))]})
		}
		isPublic := func(name string) bool {
			return slices.ContainsFunc(public, func(p string) bool { return strings.EqualFold(p, name) })
		}
		finds := func(name string) bool {
			for _, n := range slices.Backward(private) {
				if strings.EqualFold(n.Alias, name) {
					return isPublic(n.Target)
				}
			}
			return isPublic(name)
		}
		got := linking.VisibleNames(private, nil, public)
		if !slices.IsSorted(got) {
			t.Fatalf("%q is not sorted", got)
		}
		written := slices.Clone(public)
		for _, n := range private {
			written = append(written, n.Alias)
		}
		for _, name := range names {
			want := finds(name) && slices.Contains(written, name)
			if slices.Contains(got, name) != want {
				t.Fatalf("private %v, public %q: got %q, which is wrong for %q", private, public, got, name)
			}
		}
	}
}
