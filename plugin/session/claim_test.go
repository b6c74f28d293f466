package session

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

func TestAProjectHadOtherNamesInEarlierReleases(t *testing.T) {
	for _, c := range []struct {
		what    string
		dir     string
		options Options
		vars    map[string]string
		want    observed.Claim
	}{
		{"a plain name", "/src/demo", Options{}, nil, observed.Claim{Project: "demo"}},
		{"of a directory", "/src/My_App.dir-1 x", Options{}, nil,
			observed.Claim{Project: "my_appdir-1x", Before: "myappdir1x", Names: []string{"MyAppdir1x"}}},
		{"that begins with _", "/src/_demo", Options{}, nil, observed.Claim{Project: "demo", Labelled: []string{"_demo"}}},
		{"asked for", "/src/demo", Options{Project: "TK-app"}, nil, observed.Claim{Project: "tk-app", Before: "tkapp", Names: []string{"TKapp"}}},
		{"by a variable", "/src/demo", Options{}, map[string]string{"COMPOSE_PROJECT_NAME": "TK-app"},
			observed.Claim{Project: "tk-app", Before: "tkapp", Names: []string{"TKapp"}}},
		{"by a variable in a file, which is not known here", "/src/demo", Options{Adopt: true}, nil,
			observed.Claim{Project: "tk-app", Before: "tkapp", Adopt: true}},
	} {
		c.want.Services = []string{"web"}
		p := &compose.Project{Name: c.want.Project, Dir: c.dir, Services: []*compose.Service{{Name: "web"}}}
		got := newClaim(c.vars, c.options, p.Name, p)
		if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(observed.Claim{}, "Where", "After")); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.what, diff)
		}
	}
}

func TestTheDirectoryOfAProjectIsKnownByWhateverPath(t *testing.T) {
	root := t.TempDir()
	dir, other, link := filepath.Join(root, "demo"), filepath.Join(root, "other"), filepath.Join(root, "link")
	for _, d := range []string{dir, other} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for made, want := range map[string]observed.Where{
		dir: observed.Here, link: observed.Here, other: observed.Elsewhere, dir + "/gone": observed.Nowhere,
	} {
		if got := where(made, dir); got != want {
			t.Errorf("%s: %v", made, got)
		}
	}
	if where("/gone/demo", "/gone/demo") != observed.Here {
		t.Error("of two paths that are the same nothing has to exist")
	}
}

func TestAProjectClaimsByItsFilesOrByTheDirectory(t *testing.T) {
	dir := written(t, map[string]string{"fig.yml": good, "bad.yml": bad})
	s, err := Find(environment(io.Discard), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Claim.After("web"); !slices.Equal(got, []string{"db"}) || s.Claim.After("db") != nil || s.Claim.After("mail") != nil {
		t.Errorf("web is started after %v", got)
	}
	for _, o := range []Options{{}, {Project: "shop", Files: []string{"bad.yml"}}, {Project: "shop", Files: []string{"bad.yml"}, ProjectDir: "."}} {
		s, err := Find(environment(io.Discard), o)
		if err != nil {
			t.Fatal(err)
		}
		if s.Claim.Project != s.Name || s.Claim.Where(dir) != observed.Here || s.Claim.Where(filepath.Dir(dir)) != observed.Elsewhere {
			t.Errorf("%+v: %+v", o, s.Claim)
		}
	}
	if s, err := Connect(environment(io.Discard), Options{Project: "demo", Adopt: true}); err != nil || s.Claim.Project != "" {
		t.Errorf("about no project: %+v, %v", s.Claim, err)
	}
}
