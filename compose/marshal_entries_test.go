package compose

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose/printable"
)

func loadText(t *testing.T, text string) *Project {
	t.Helper()
	p, err := load(Options{Dir: projectDir, Env: map[string]string{"HOME": "/home/ann"}}, memory{projectDir + "/fig.yml": []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEntriesSayTheSameOfWhatIsWrittenDifferently(t *testing.T) {
	one := loadText(t, `
web:
  image: busybox
  command: sleep 10
  environment:
    B: 2
    A: 1
  mem_limit: 1g
  tty: yes
  privileged: no
  ports: [80]
  dns: 8.8.8.8
  restart: always
`)
	other := loadText(t, `

# the same with other words, in another order, at other places
web:
    restart: "always"
    dns: ["8.8.8.8"]
    ports:
        - "80"
    tty: true
    mem_limit: 1024m
    environment: [A=1, B=2]
    command: ["sleep", "10"]
    image: "busybox"
`)
	a, b := one.Services[0].Entries(), other.Services[0].Entries()
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if y, _ := json.Marshal(other.Services[0].Entries()); !bytes.Equal(x, y) {
			t.Fatalf("%s\n%s", x, y)
		}
	}
}

func TestEntriesStandInTheOrderOfTheTable(t *testing.T) {
	p := loadText(t, "web: {log_driver: none, tty: true, image: busybox, links: [db], command: x}\ndb: {image: db}\n")
	var got []string
	for _, e := range p.Services[0].Entries() {
		got = append(got, e.Key)
	}
	if diff := cmp.Diff([]string{"image", "command", "links", "tty", "log_driver"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnythingCanBePrintedBack(t *testing.T) {
	odd := []string{"", " ", "a b", "$", "$$", "${X}", "yes", "~", "null", "22:22", "0755", "1e3", "1_000", "2015-01-01", "- a", "a: b", "a #b", "#",
		"*a", "&a", "!a", "|", ">", "%a", "@a", "`a`", "'", `"`, `\`, `\n`, "a\nb", "\n", "\na", "a\n", "\ta", "é", "\u2028", "\u0085", "\ufeff", "\x01", "\x00", "\x7f", "\u0080", "\ufffe", "\uffff", "\ufffd", "\x1b[31m", "\u202e", "\u200b", "\u00ad", "\\\u2066", "\U0001F600", "=", "<<", "?", "? a", "[", "{}"}
	p := &Project{Services: []*Service{{Name: "web", Image: "busybox", Command: odd}}}
	for i, s := range odd {
		p.Services[0].Environment = append(p.Services[0].Environment, Var{Name: string(rune('A'+i/26)) + string(rune('A'+i%26)), Value: &s})
	}
	for _, print := range []func(*Project) ([]byte, error){Marshal, MarshalJSON} {
		data, err := print(p)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(data); printable.Document(text) != text {
			t.Errorf("not printable is %q", text)
		}
		again := loadText(t, string(data))
		if diff := cmp.Diff(p.Services, again.Services, meaning()...); diff != "" {
			t.Errorf("%s\n%s", diff, data)
		}
	}
}

func TestWhatServicesShareByAnAnchorIsNotedOnce(t *testing.T) {
	p := loadText(t, "web: &base\n  image: a\n  command:\n  ports:\ndb:\n  <<: *base\n")
	var said []string
	for _, n := range p.Notes {
		said = append(said, n.Path)
	}
	if want := []string{"web.command", "web.ports"}; !slices.Equal(said, want) {
		t.Errorf("noted of %q, want %q", said, want)
	}
}
