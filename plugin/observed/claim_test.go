package observed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/observed"
)

// claim is that of project tk-old_app, in /src, with services web, db and web_run.
func claim(change func(*observed.Claim)) observed.Claim {
	cl := observed.Claim{
		Project: "tk-old_app", Labelled: []string{"_tk-old_app"}, Before: "tkoldapp", Names: []string{"TkOldApp"},
		Services: []string{"web", "db", "web_run"},
		Where: func(dir string) observed.Where {
			return map[string]observed.Where{"/src": observed.Here, "/gone": observed.Nowhere}[dir]
		},
		After: func(service string) []string { return map[string][]string{"web": {"db"}}[service] },
	}
	if change != nil {
		change(&cl)
	}
	return cl
}

// byCompose is a container of docker-compose.
func byCompose(project, version, dir string) observed.Container {
	return observed.Container{Name: "x", Owner: project, Compose: &observed.ComposeLabels{
		Version: version, Service: "web", Number: 2, Dir: dir, Files: []string{dir + "/fig.yml"},
	}}
}

func TestWhatDockerComposeMadeInTheSameDirectoryIsTheProjects(t *testing.T) {
	adopt := func(cl *observed.Claim) { cl.Adopt = true }
	unread := func(cl *observed.Claim) { cl.Services, cl.After = nil, nil }
	named := func(name string) observed.Container { return observed.Container{Name: name} }
	copied := byCompose("tk-old_app", "1.29.2", "/src")
	copied.Compose, copied.CopyOf = nil, "web"
	second := byCompose("tk-old_app", "2.24.5", "/src")
	second.Compose, second.Compose2 = nil, second.Compose
	ours := named("tk-old_app_web_1")
	ours.Project = "tk-old_app"
	for _, c := range []struct {
		what   string
		c      observed.Container
		change func(*observed.Claim)
		want   string
	}{
		{"of the directory", byCompose("tk-old_app", "1.29.2", "/src"), nil, "web 2 by docker-compose 1.29.2 in /src after db"},
		{"labelled with a name that begins with _", byCompose("_tk-old_app", "1.29.2", "/src"), nil, "web 2 by docker-compose 1.29.2 in /src after db"},
		{"of another directory", byCompose("tk-old_app", "1.29.2", "/other"), nil, "from elsewhere: web /other"},
		{"of another directory, adopted", byCompose("tk-old_app", "1.29.2", "/other"), adopt, "from elsewhere: web /other"},
		{"of a directory that is gone", byCompose("tk-old_app", "1.29.2", "/gone"), nil, "from nowhere: web /gone"},
		{"of a directory that is gone, adopted", byCompose("tk-old_app", "1.29.2", "/gone"), adopt, "web 2 by docker-compose 1.29.2 in /gone after db"},
		{"of a release that does not say the directory", byCompose("tk-old_app", "1.24.1", ""), nil, "web 2 by docker-compose 1.24.1 after db"},
		{"of a release that leaves - and _ out", byCompose("tkoldapp", "1.20.1", ""), nil, "web 2 by docker-compose 1.20.1 after db"},
		{"of another project, by a release that keeps - and _", byCompose("tkoldapp", "1.21.0", ""), nil, "none"},
		{"of another project", byCompose("shop", "1.29.2", "/src"), nil, "none"},
		{"where the files can't be read", byCompose("tk-old_app", "1.29.2", "/src"), unread, "web 2 by docker-compose 1.29.2 in /src"},
		{"without a place", byCompose("tk-old_app", "1.29.2", "/src"), func(cl *observed.Claim) { cl.Where = nil }, "from elsewhere: web /src"},
		{"of docker compose", second, nil, "of compose 2: web /src"},
		{"of docker compose, adopted", second, adopt, "of compose 2: web /src"},
		{"a copy", copied, adopt, "a copy: web"},
		{"with the project's label alone", observed.Container{Name: "x", Owner: "tk-old_app"}, adopt, "of another:"},
		{"our own", ours, adopt, "none"},

		{"a name", named("tk-old_app_db_1"), nil, "without labels: db"},
		{"a name, adopted", named("tk-old_app_db_1"), adopt, "db 1 by another tool"},
		{"a name of before 1.21, adopted", named("tkoldapp_web_12"), adopt, "web 12 by another tool after db"},
		{"a name of Fig's, adopted", named("TkOldApp_web_1"), adopt, "web 1 by another tool after db"},
		{"a one-off container, adopted", named("tk-old_app_db_run_3"), adopt, "db 0 one-off by another tool"},
		{"a replica that looks like a one-off container, adopted", named("tk-old_app_web_run_3"), adopt, "web_run 3 by another tool"},
		{"no service, adopted", named("tk-old_app_mail_1"), adopt, "none"},
		{"no number, adopted", named("tk-old_app_db_01"), adopt, "none"},
		{"number 0, adopted", named("tk-old_app_db_0"), adopt, "none"},
		{"no number at all, adopted", named("tk-old_app_db"), adopt, "none"},
		{"another project, adopted", named("shop_db_1"), adopt, "none"},
		{"without files, adopted", named("tk-old_app_mail_1"), func(cl *observed.Claim) { adopt(cl); unread(cl) }, "without labels: mail"},
	} {
		if got := taken(claim(c.change), c.c); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
		if got := taken(observed.Claim{}, c.c); got != "none" {
			t.Errorf("%s: who claims nothing gets %q", c.what, got)
		}
	}
}

// taken is in words what becomes of a container.
func taken(cl observed.Claim, c observed.Container) string {
	refusal, refused := cl.Refuses(&c)
	before := c
	if !cl.Take(&c) {
		if diff := cmp.Diff(before, c); diff != "" {
			return "changed: " + diff
		}
		if !refused {
			return "none"
		}
		why := map[observed.Reason]string{
			observed.IsCopy: "a copy", observed.OfCompose2: "of compose 2", observed.OfAnother: "of another",
			observed.FromElsewhere: "from elsewhere", observed.FromNowhere: "from nowhere", observed.WithoutAnyLabel: "without labels",
		}[refusal.Reason]
		return strings.TrimSpace(why + ": " + refusal.Service + " " + refusal.Dir)
	}
	text := fmt.Sprintf("%s %d", c.Service, c.Number)
	if c.OneOff {
		text += " one-off"
	}
	text += " by " + c.MadeBy
	if c.Dir != "" {
		text += " in " + c.Dir
	}
	if len(c.After) > 0 {
		text += " after " + strings.Join(c.After, ",")
	}
	if c.Project != cl.Project || refused {
		text += fmt.Sprintf(", but of %s, refused %v", c.Project, refused)
	}
	return text
}

func TestLinksSayWhichIsStartedAfterWhich(t *testing.T) {
	made := func(name, service string, linkedBy ...string) observed.Container {
		c := byCompose("demo", "1.29.2", "")
		c.Name, c.LinkedBy, c.Compose.Service = name, linkedBy, service
		return c
	}
	list := []observed.Container{
		made("demo_web_1", "web", "demo_web_run_f00"), made("demo_web_run_f00", "web"), made("demo_web_2", "web"),
		made("demo_db_1", "db", "demo_web_1", "demo_web_2", "other", "strange"),
		made("demo_log_1", "log", "demo_db_1"), {Name: "strange"},
	}
	cl := observed.Claim{Project: "demo", After: func(service string) []string {
		return map[string][]string{"db": {"web", "cache"}, "web": {"cache", "db"}}[service]
	}}
	cl.TakeAll(list)
	got := map[string]string{}
	for _, c := range list {
		got[c.Name] = strings.Join(c.After, ",")
	}
	want := map[string]string{
		"demo_web_1": "cache,db", "demo_web_run_f00": "cache,db", "demo_web_2": "cache,db",
		"demo_db_1":  "cache,log", // though the files say web
		"demo_log_1": "", "strange": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAFilterOfTheEngineLeavesNothingOutThatMayBeTheProjects(t *testing.T) {
	for want, cl := range map[string]observed.Claim{
		"demo": {Project: "demo"},
		"":     {Project: "demo", Before: "d"},
	} {
		if cl.Filter() != want {
			t.Errorf("%+v: %q", cl, cl.Filter())
		}
	}
	for _, cl := range []observed.Claim{{Project: "demo", Adopt: true}, {Project: "demo", Labelled: []string{"_demo"}}} {
		if cl.Filter() != "" {
			t.Errorf("%+v: %q", cl, cl.Filter())
		}
	}
	cl := claim(nil)
	for _, c := range []struct {
		name, project, version string
		want                   bool
	}{
		{"x", "tk-old_app", "", true}, {"x", "tkoldapp", "1.9.0", true}, {"x", "tkoldapp", "1.29.2", false}, {"x", "tkoldapp", "2.0.0", false},
		{"tk-old_app_db_1", "", "", true}, {"tk-old_app_db_1", "shop", "1.29.2", false}, {"box", "", "", false},
	} {
		if got := cl.Concerns(c.name, c.project, c.version); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestRefusalsAreListedByReason(t *testing.T) {
	cl := claim(nil)
	list := []observed.Container{
		{Name: "tk-old_app_web_1"}, byCompose("tk-old_app", "1.29.2", "/src"), byCompose("tk-old_app", "1.29.2", "/b"),
		byCompose("tk-old_app", "1.29.2", "/a"), {Name: "tk-old_app_db_1"}, {Name: "box"},
	}
	list[2].Name, list[3].Name = "b", "a"
	var got []string
	for _, r := range observed.ByReason(cl.Refused(list)) {
		got = append(got, r.Container.Name)
	}
	if want := []string{"a", "b", "tk-old_app_db_1", "tk-old_app_web_1"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAStackOfDockerComposeIsListedForItself(t *testing.T) {
	made := func(by, dir string) observed.Container {
		return observed.Container{Project: "demo", State: "running", MadeBy: by, Dir: dir, Files: []string{dir + "/fig.yml"}}
	}
	var got []string
	for _, p := range observed.Projects([]observed.Container{
		made("", "/a"), made("docker-compose 1.29.2", "/b"), made("docker-compose 1.25.0", "/b"), made("docker-compose 1.29.2", "/c"), made("", "/z"),
	}) {
		got = append(got, fmt.Sprint(p.Name, " ", p.Status(), " ", p.MadeBy, " ", p.Files))
	}
	want := []string{
		"demo running(2) [] [/a/fig.yml]", "demo running(2) [docker-compose 1.25.0 docker-compose 1.29.2] [/b/fig.yml]",
		"demo running(1) [docker-compose 1.29.2] [/c/fig.yml]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
