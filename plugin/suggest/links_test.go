package suggest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

const shop = `-- fig.yml --
web:
  image: x
  links: [db, cache, idle]
  environment: {CACHE_HOST: cache, SEARCH_URL: "http://elastic:9200"}
db:
  image: x
cache:
  image: x
idle:
  image: x
search:
  image: elasticsearch
  container_name: elastic
"1":
  image: x
  environment: {DB_HOST: db}
"yes":
  image: x
  environment: {DB_URL: "http://db"}
host:
  image: x
  net: host
  environment: {DB_HOST: db}
`

func TestLinksArePutBesideWhatIsSeen(t *testing.T) {
	p, _ := load(t, txtar.Parse([]byte(shop)))
	traffic := suggest.NewTraffic()
	know(traffic, box("web", "web", "a/10.1.0.2"), box("db", "db", "a/10.1.0.3"), box("cache", "cache", "a/10.1.0.4"), box("search", "search", "a/10.1.0.5"))
	traffic.Add("web", flow("10.1.0.2", "10.1.0.3", 5432, 3, 3))
	traffic.Add("db", flow("10.1.0.3", "10.1.0.5", 9200, 1, 0))
	links := suggest.Links(suggest.Known{Project: p, Declared: linked(t, p), Mentions: suggest.FromProject(p, nil), Traffic: traffic})
	want := `web -> search:elastic  missing sure
    sure: environment SEARCH_URL: elastic:9200 (fig.yml:4:36)
1 -> db  missing likely
    likely: environment DB_HOST: db (fig.yml:16:17)
yes -> db  missing likely
    likely: environment DB_URL: db:80 (fig.yml:19:17)
host -> db  missing likely
    likely: environment DB_HOST: db (fig.yml:23:17)
db -> search  missing maybe
    maybe: 1 connection to tcp 9200 not answered
web -> db  declared sure
    sure: 3 connections to tcp 5432
web -> cache  unseen likely
    likely: environment CACHE_HOST: cache (fig.yml:4:17)
web -> idle  silent 
`
	if diff := cmp.Diff(want, lines(links)); diff != "" {
		t.Error(diff)
	}
	// What files name and nobody used is told apart, where it could have been seen.
	for i, is := range []bool{true, false, false, false, false, false, true, false} {
		if got := slices.Contains(links[i].Why, "not seen while it was watched"); got != is {
			t.Errorf("%s -> %s: %q", links[i].From, links[i].To, links[i].Why)
		}
	}
}

// What is written loads beside the files that it is for, and makes the links that were
// missing; a second time nothing is.
func TestTheOverrideLoadsBesideTheFiles(t *testing.T) {
	p, _ := load(t, txtar.Parse([]byte(shop)))
	known := func(p *compose.Project) []suggest.Link {
		return suggest.Links(suggest.Known{Project: p, Declared: linked(t, p), Mentions: suggest.FromProject(p, nil)})
	}
	missing, notes := suggest.Writable(p, known(p), suggest.Likely)
	if diff := cmp.Diff([]string{"host can't have a link to db: host has net: host"}, notes); diff != "" {
		t.Error(diff)
	}
	const want = suggest.Header + `web:
  links:
  - search:elastic
"1":
  links:
  - db
"yes":
  links:
  - db
`
	text := suggest.Override(p.Format, nil, missing)
	if diff := cmp.Diff(want, text); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile("links.yml", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	both, err := compose.Load(compose.Options{Files: []string{"fig.yml", "links.yml"}, Dir: p.Dir, ProjectName: "demo", SkipBuildCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := linking.Resolve(both, linking.Options{}); err != nil {
		t.Error(err)
	}
	if again, _ := suggest.Writable(both, known(both), suggest.Likely); len(again) > 0 {
		t.Errorf("still missing: %v", again)
	}
	meant := func(file string) bool { return filepath.Base(file) == "links.yml" }
	if diff := cmp.Diff(want, suggest.Override(both.Format, suggest.Kept(both, meant), nil)); diff != "" {
		t.Errorf("what the file has is not kept:\n%s", diff)
	}
}

func TestAFewReasonsAreEnoughForATable(t *testing.T) {
	p, _ := load(t, txtar.Parse([]byte("-- fig.yml --\nweb:\n  image: x\n  environment: {A_HOST: db, B_HOST: db, C_HOST: db, D_HOST: db}\ndb:\n  image: x\n")))
	links := suggest.Links(suggest.Known{Project: p, Mentions: suggest.FromProject(p, nil)})
	if len(links) != 1 || len(links[0].Why) != 3 || links[0].Why[2] != "and 2 more" || !strings.Contains(links[0].Why[0], "A_HOST") {
		t.Errorf("%+v", links)
	}
}
