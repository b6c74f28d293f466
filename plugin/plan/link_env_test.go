package plan

import (
	"strings"
	"testing"
)

func TestOnlyLinkVariablesThatSayOtherwiseReplaceTheirConsumer(t *testing.T) {
	for _, c := range []struct {
		name      string
		was, says map[string]string
		replaced  bool
		note      string
	}{
		{"nothing changed", map[string]string{"db": "1"}, map[string]string{"db": "1"}, false, ""},
		{"what a link says", map[string]string{"db": "1"}, map[string]string{"db": "2"}, true, ""},
		{"not known yet", map[string]string{"db": "1"}, map[string]string{"db": ""}, false, ""},
		{"a link is new", map[string]string{"db": "1"}, map[string]string{"cache": "3", "db": "1"}, false, "cache"},
		{"a link is gone", map[string]string{"db": "1"}, map[string]string{}, false, ""},
		{"another alias", map[string]string{"db": "1"}, map[string]string{"database": "1"}, false, "database"},
		{"none any more", map[string]string{"db": "1"}, nil, true, ""},
		{"for the first time", nil, map[string]string{"db": "1"}, true, ""},
		{"no links, and none before", map[string]string{}, nil, false, ""},
	} {
		have := Have{Images: map[string]string{"i": "1"}, Containers: []HaveContainer{
			{ID: "c", Name: "p_web_1", Service: "web", Number: 1, ImageID: "1", State: StateRunning, LinkEnv: c.was},
		}}
		want := Want{Services: []string{"web"}, Containers: []Container{{Name: "p_web_1", Service: "web", Number: 1, Image: "i", LinkEnv: c.says}}}
		p := planned(t, Goal{}, want, have)
		if replaced := strings.Contains(p.String(), "changed: link variables"); replaced != c.replaced || p.Empty() == replaced {
			t.Errorf("%s: replaced %v, want %v\n%s", c.name, replaced, c.replaced, p)
		}
		if notes := strings.Join(p.Notes, ""); (notes == "") != (c.note == "") || !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes %q, want one about %q", c.name, notes, c.note)
		}
	}
}

func TestAConsumerIsMadeOnceTheImagesThatItsVariablesTellOfAreThere(t *testing.T) {
	want := Want{Services: []string{"db", "web"}, Images: []Image{{Ref: "db"}, {Ref: "web"}}, Containers: []Container{
		{Name: "p_db_1", Service: "db", Number: 1, Image: "db"},
		{Name: "p_web_1", Service: "web", Number: 1, Image: "web", Reads: []string{"db"}},
	}}
	p := planned(t, Goal{}, want, Have{})
	if text := "4 create container p_web_1: missing [1 2]"; !strings.Contains(p.String(), text) {
		t.Errorf("want %q in\n%s", text, p)
	}
}
