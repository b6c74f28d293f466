package recordings_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var madeBy = flag.String("made-by", "", "add to testdata/upgrades what this version of the program makes, under this name")

// TestUpgrades makes stacks on engines as earlier versions of the program made
// them, request by request, and lets the program of now go on with them: there
// is nothing to do but for networks that let too much through, it sees what it would see of a stack of its own, and when
// it takes the stack down nothing is left. README.md of testdata/upgrades
// describes the form of the files.
func TestUpgrades(t *testing.T) {
	files, err := filepath.Glob("testdata/upgrades/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no upgrades", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			stack, err := readUpgrade(file)
			if err != nil {
				t.Fatal(err)
			}
			if *madeBy != "" {
				stack.record(t, file, *madeBy)
			}
			if len(stack.made) == 0 {
				t.Fatal("no version has made anything")
			}
			for _, m := range stack.made {
				t.Run(m.by+"/"+m.version, func(t *testing.T) { stack.goOn(t, m) })
			}
		})
	}
}

// upgrade is a stack and how earlier versions made it.
type upgrade struct {
	archive *txtar.Archive
	given   *txtar.Archive // what a player needs: the script, and the files
	closing string         // commands that change networks alone
	nothing string         // commands that have nothing to do after that
	same    string         // commands that print the same for a stack of any version
	down    string         // commands that leave nothing
	made    []making
}

// making is the requests of a version of the program to an engine.
type making struct {
	by, version, requests string
}

var madeByOn = regexp.MustCompile(`^made by (\S+) on API (\S+)$`)

func readUpgrade(file string) (*upgrade, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	u := &upgrade{archive: archive, given: &txtar.Archive{Comment: archive.Comment}}
	for _, f := range archive.Files {
		text := string(f.Data)
		switch m := madeByOn.FindStringSubmatch(f.Name); {
		case m != nil:
			u.made = append(u.made, making{m[1], m[2], text})
		case f.Name == "networks alone":
			u.closing = text
		case f.Name == "nothing to do":
			u.nothing = text
		case f.Name == "told the same":
			u.same = text
		case f.Name == "nothing left":
			u.down = text
		default:
			u.given.Files = append(u.given.Files, f)
		}
	}
	return u, nil
}

// record adds what the program of now makes to the file. What earlier versions
// made stays: they make nothing any more.
func (u *upgrade) record(t *testing.T, file, name string) {
	t.Helper()
	for _, version := range recordedVersions {
		if slices.ContainsFunc(u.made, func(m making) bool { return m.by == name && m.version == version }) {
			t.Fatalf("%s has what %s made: it can't make it again", file, name)
		}
		p := newPlayer(t, version, u.given)
		u.make(p)
		m := making{name, version, strings.Join(p.engine.changes(0), "")}
		u.made = append(u.made, m)
		u.archive.Files = append(u.archive.Files, txtar.File{Name: "made by " + name + " on API " + version, Data: []byte(m.requests)})
	}
	if err := os.WriteFile(file, txtar.Format(u.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// make lets the program of now make the stack.
func (u *upgrade) make(p *player) {
	p.t.Helper()
	for _, s := range p.play(string(u.given.Comment)) {
		if s.exit != 0 {
			p.t.Fatalf("API %s: %s: exit code %d\n%s", s.version, s.line, s.exit, s.err)
		}
	}
	if p.t.Failed() {
		p.t.FailNow()
	}
}

// goOn lets the program of now go on with what another made.
func (u *upgrade) goOn(t *testing.T, m making) {
	own, p := newPlayer(t, m.version, u.given), newPlayer(t, m.version, u.given)
	u.make(own)
	p.prepare(string(u.given.Comment))
	if err := p.replay(m.requests); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.play(u.closing) {
		touched := slices.ContainsFunc(s.changes, func(change string) bool { return !aboutNetworks.MatchString(change) })
		if s.exit != 0 || touched || len(s.changes) == 0 {
			t.Errorf("%s: exit code %d\n%s%s%s", s.line, s.exit, s.out, s.err, strings.Join(s.changes, ""))
		}
	}
	for _, s := range p.play(u.nothing) {
		if s.exit != 0 || len(s.changes) > 0 || strings.Contains(s.line, " plan") && !strings.HasPrefix(s.out, "nothing to do\n") {
			t.Errorf("%s: exit code %d\n%s%s%s", s.line, s.exit, s.out, s.err, strings.Join(s.changes, ""))
		}
	}
	same := u.same
	if u.closing != "" && m.version != recordedVersions[0] {
		// A newer engine keeps the network that a container was made on as long
		// as the container: a stack of today has none such.
		same = ""
	}
	want, got := own.play(same), p.play(same)
	for i := range want {
		if diff := cmp.Diff(numbered(want[i].out), numbered(got[i].out)); diff != "" || got[i].exit != want[i].exit {
			t.Errorf("%s: exit codes %d and %d: of a stack of its own -, of one that %s made +\n%s",
				got[i].line, want[i].exit, got[i].exit, m.by, diff)
		}
	}
	for _, s := range p.play(u.down) {
		if s.exit != 0 {
			t.Errorf("%s: exit code %d\n%s", s.line, s.exit, s.err)
		}
	}
	if left := p.left(); len(left) > 0 {
		t.Errorf("left at the end: %v", left)
	}
}

// aboutNetworks matches a request that changes no container but for what it is
// attached to.
var aboutNetworks = regexp.MustCompile(`^(\(API \S+\) )?(POST|DELETE) /networks/`)

var address = regexp.MustCompile(`\b10\.\d+\.\d+\.\d+\b`)

// numbered puts numbers in the place of addresses, in the order in which they
// come: which were free when another version made its networks says nothing of
// that version.
func numbered(text string) string {
	numbers := map[string]string{}
	return address.ReplaceAllStringFunc(text, func(a string) string {
		if numbers[a] == "" {
			numbers[a] = fmt.Sprintf("ADDRESS %d", len(numbers)+1)
		}
		return numbers[a]
	})
}

// left lists the containers and networks that are not the engine's, and that no
// line of the script made outside of the project.
func (p *player) left() []string {
	p.t.Helper()
	var left []string
	add := func(kind, name string) {
		if !slices.Contains(p.others, name) && !slices.Contains([]string{"bridge", "host", "none"}, name) {
			left = append(left, kind+" "+name)
		}
	}
	containers, err := p.cli.ContainerList(p.t.Context(), container.ListOptions{All: true})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range containers {
		add("container", strings.TrimPrefix(c.Names[0], "/"))
	}
	networks, err := p.cli.NetworkList(p.t.Context(), network.ListOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, n := range networks {
		add("network", n.Name)
	}
	return left
}
