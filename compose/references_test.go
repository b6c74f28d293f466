package compose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
)

func at(line int) compose.Pos { return compose.Pos{File: "app.yaml", Line: line, Column: 1} }

func TestCheckFindsWrongReferencesInAProjectThatWasNotLoaded(t *testing.T) {
	p := &compose.Project{Name: "shop", Services: []*compose.Service{
		{
			Name:          "web",
			Links:         []compose.Link{{Target: "bd", Alias: "bd", Pos: at(1)}, {Target: "web", Alias: "me", Pos: at(2)}, {Target: "db", Alias: "db", Pos: at(3)}},
			ExternalLinks: []compose.Link{{Target: "shop_web_2", Alias: "w", Pos: at(4)}, {Target: "shop_db_1", Alias: "d", Pos: at(5)}},
			Pid:           "container:web",
			At:            map[string]compose.Pos{"pid": at(6)},
		},
		{
			Name:        "db",
			VolumesFrom: []compose.VolumesFrom{{Source: "db", Service: true, Pos: at(7)}, {Source: "db", Pos: at(8)}, {Source: "nothing", Service: true, Pos: at(9)}},
			Net:         compose.Namespace{Mode: compose.NetService, Name: "gone", Pos: at(10)},
		},
		{Name: "a", Net: compose.Namespace{Mode: compose.NetService, Name: "b", Pos: at(11)}},
		{Name: "b", VolumesFrom: []compose.VolumesFrom{{Source: "a", Service: true, Pos: at(12)}}},
	}}
	want := []string{
		`app.yaml:1:1: web.links: no service "bd" (did you mean "db"?)`,
		`app.yaml:2:1: web.links: a service cannot link to itself`,
		`app.yaml:4:1: web.external_links: a service cannot link to itself`,
		`app.yaml:6:1: web.pid: a service cannot use itself here`,
		`app.yaml:7:1: db.volumes_from: a service cannot take volumes from itself`,
		`app.yaml:9:1: db.volumes_from: no service "nothing"`,
		`app.yaml:10:1: db.net: no service "gone"`,
		`app.yaml:12:1: b.volumes_from: services need each other's containers in a circle: a, b, a`,
	}
	var errs compose.Errors
	if err := compose.Check(p); !errors.As(err, &errs) {
		t.Fatalf("got %T %v", err, err)
	}
	if diff := cmp.Diff(want, strings.Split(errs.Error(), "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	p.Services = []*compose.Service{{Name: "web", Links: []compose.Link{{Target: "db"}}}, {Name: "db", Links: []compose.Link{{Target: "web"}}}}
	if err := compose.Check(p); err != nil {
		t.Errorf("links in a circle: %v", err)
	}
}

func TestAServiceNeedsThoseWhoseContainersItUses(t *testing.T) {
	p := &compose.Project{Services: []*compose.Service{
		{
			Name:        "web",
			Links:       []compose.Link{{Target: "linked"}},
			VolumesFrom: []compose.VolumesFrom{{Source: "data", Service: true}, {Source: "linked"}},
			Net:         compose.Namespace{Mode: compose.NetService, Name: "net"},
			Pid:         "container:pid",
			Ipc:         "container:of-others",
		},
		{Name: "linked"}, {Name: "data"}, {Name: "net"}, {Name: "pid"},
	}}
	if diff := cmp.Diff([]string{"data", "net", "pid"}, p.Needs(p.Services[0])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAContainerBelongsToTheServiceThatNamesItSo(t *testing.T) {
	p := &compose.Project{Name: "shop", Services: []*compose.Service{{Name: "web"}, {Name: "db", ContainerName: "mysql"}}}
	for name, want := range map[string]*compose.Service{
		"shop_web_1": p.Services[0], "shop_web_12": p.Services[0], "mysql": p.Services[1],
		"shop_db_1": nil, "shop_web_": nil, "shop_web_x": nil, "web": nil, "": nil,
	} {
		if got := p.ServiceOfContainer(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

func TestTheDefaultNameBeginsWithALetterOrDigit(t *testing.T) {
	for project, want := range map[string]string{"shop": "shop_web", "-_shop-": "shop-_web"} {
		p := &compose.Project{Name: project}
		if got := p.DefaultName(&compose.Service{Name: "web"}); got != want {
			t.Errorf("%s: got %s, want %s", project, got, want)
		}
	}
}
