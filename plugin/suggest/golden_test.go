package suggest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// load reads the files of an archive as a project of the name demo; those that services
// mount are taken along.
func load(t *testing.T, a *txtar.Archive) (*compose.Project, []suggest.File) {
	t.Helper()
	dir := golden.LayOut(t, a.Files)
	t.Chdir(dir)
	p, err := compose.Load(compose.Options{Dir: dir, ProjectName: "demo", SkipBuildCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	var files []suggest.File
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			text, err := os.ReadFile(v.Host)
			if err == nil {
				files = append(files, suggest.File{Service: s.Name, Path: filepath.Base(v.Host), Text: string(text)})
			}
		}
	}
	return p, files
}

// linked are the links that the files have.
func linked(t *testing.T, p *compose.Project) [][2]string {
	t.Helper()
	topology, err := linking.Resolve(p, linking.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return suggest.Linked(p, topology)
}

// lines show links with all of their evidence.
func lines(links []suggest.Link) string {
	var b strings.Builder
	for _, l := range links {
		fmt.Fprintf(&b, "%s -> %s  %s %s\n", l.From, l.String(), l.State, l.Level)
		for _, e := range l.Evidence {
			fmt.Fprintf(&b, "    %s: %s\n", e.Level, e)
		}
	}
	return b.String()
}

func TestWhatFilesName(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", []string{"links"}, func(t *testing.T, c *golden.Case) {
		p, files := load(t, &txtar.Archive{Files: c.Files})
		got := lines(suggest.Links(suggest.Known{Project: p, Declared: linked(t, p), Mentions: suggest.FromProject(p, files)}))
		c.Check(t, txtar.File{Name: "links", Data: []byte(got)})
	})
}

func TestAValueIsNeverShown(t *testing.T) {
	p, _ := load(t, txtar.Parse([]byte("-- fig.yml --\nweb:\n  image: x\n  environment:\n    URL: amqp://user:hidden@mq:5672/hidden\n    MQ_HOST: mq\nmq:\n  image: x\n")))
	for _, m := range suggest.FromProject(p, nil) {
		if strings.Contains(m.Evidence.String(), "hidden") || strings.Contains(m.Evidence.String(), "user") {
			t.Errorf("%s", m.Evidence)
		}
	}
}

func FuzzTextsOfAnyKindNameSomebodyOrNobody(f *testing.F) {
	for _, text := range []string{"db", "http://db:80/x", "a://b@db,db:1", "db:5432", "-h db", "x=\"db\"", "://", "db:", "@db", "a,db;db|db", "DB_PORT_1_TCP", "x://[::1]:80"} {
		f.Add("DB_HOST", text)
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		p := &compose.Project{Name: "demo", Services: []*compose.Service{{Name: "web"}, {Name: "db"}}}
		p.Services[0].Environment = []compose.Var{{Name: key, Value: &text}}
		p.Services[0].Command = []string{"x", text}
		for _, m := range suggest.FromProject(p, []suggest.File{{Service: "web", Path: "x", Text: key + " " + text}}) {
			if m.From != "web" || m.To != "db" || m.Evidence.Level == suggest.Never || m.Evidence.Text == "" {
				t.Errorf("%+v", m)
			}
		}
	})
}
