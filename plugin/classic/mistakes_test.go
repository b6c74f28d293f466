package classic

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/exit"
)

// kinds are the values of the constants of a file whose names begin with Kind.
func kinds(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, "Kind") {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, text)
		}
		return true
	})
	if len(found) == 0 {
		t.Fatalf("no kinds in %s", file)
	}
	return found
}

func TestThereAreWordsForEachKindOfMistake(t *testing.T) {
	about := compose.About{
		Service: "web", Key: "net", Text: "x", Written: "5", Names: []string{"a", "b"}, Files: []string{"/a.yml", "/b.yml"}, Cause: fs.ErrNotExist,
	}
	for _, kind := range kinds(t, "../../compose/errors.go") {
		e := &compose.Error{Pos: compose.Pos{File: "fig.yml", Line: 3, Column: 5}, Msg: "no good", Kind: compose.Kind(kind), About: about}
		if said := inWords(e); said.sentence == "" || strings.Contains(said.sentence, "no good") || strings.Contains(said.sentence, "%!") {
			t.Errorf("of %s docker-compose says %q", kind, said.sentence)
		}
	}
	if said := inWords(&compose.Error{Msg: "no good"}); said != (complaint{}) {
		t.Errorf("of what it did not know docker-compose says %+v", said)
	}
}

func TestThereAreWordsForEachKindOfCommandLine(t *testing.T) {
	for _, kind := range kinds(t, "../exit/exit.go") {
		words := []string{"web", "x"}
		if exit.Kind(kind) == exit.KindExclusive {
			words = []string{"no-build", "build"}
		}
		if said := ofCommandLine("no good", exit.Kind(kind), words); said == "" || strings.Contains(said, "%!") {
			t.Errorf("of %s docker-compose says %q", kind, said)
		}
	}
	if said := ofCommandLine("no good", exit.KindExclusive, []string{"always-recreate-deps", "no-recreate"}); said != "" {
		t.Errorf("of what it took docker-compose says %q", said)
	}
}

func TestAValueOfAnotherTypeThanItsKeyTakesIsNamed(t *testing.T) {
	for _, c := range []struct {
		about compose.About
		want  string
	}{
		{compose.About{Key: "image", Written: "5"}, "web.image contains an invalid type, it should be a string"},
		{compose.About{Key: "image", Written: `"x"`}, ""},
		{compose.About{Key: "pid", Written: "null"}, ""},
		{compose.About{Key: "mem_limit", Written: "1.5"}, ""},
		{compose.About{Key: "mem_limit", Written: "true"}, "web.mem_limit contains an invalid type, it should be a number, or a string"},
		{compose.About{Key: "mem_swappiness", Written: "1.5"}, "web.mem_swappiness contains an invalid type, it should be an integer"},
		{compose.About{Key: "tty", Written: "[]"}, "web.tty contains an invalid type, it should be a boolean"},
		{compose.About{Key: "links", Item: true, Written: `{"db": "x"}`}, "web.links contains an invalid type, it should be a string"},
		{compose.About{Key: "command", Item: true, Written: "5"}, "web.command contains 5, which is an invalid type, it should be a string"},
		{compose.About{Key: "environment", Part: "A", Written: "[1]"}, "web.environment.A contains [1], which is an invalid type, it should be a string, number, or a null"},
		{compose.About{Key: "ulimits", Part: "cpu", Written: "[1]"}, "web.ulimits.cpu contains an invalid type, it should be an integer, or an object"},
		{compose.About{Key: "ulimits", Part: "cpu", Written: "-1"}, ""},
		{compose.About{Written: "5"}, ""},
	} {
		c.about.Service = "web"
		if got := badValue(c.about); got != c.want {
			t.Errorf("%+v: %q, want %q", c.about, got, c.want)
		}
	}
}

func TestFilesAreNamedAsTheOldToolDid(t *testing.T) {
	for _, c := range []struct {
		e    compose.Error
		want complaint
	}{
		{compose.Error{Pos: compose.Pos{File: "a.yml"}, Kind: compose.KindNoFile, About: compose.About{Text: "a.yml", Cause: fs.ErrNotExist}},
			complaint{"", ".FileNotFoundError: [Errno 2] No such file or directory: './a.yml'"}},
		{compose.Error{Pos: compose.Pos{File: "/x/a.yml"}, Kind: compose.KindNoFile, About: compose.About{Text: "/x/a.yml", Cause: &fs.PathError{Err: syscall.EISDIR}}},
			complaint{"", ".IsADirectoryError: [Errno 21] Is a directory: '/x/a.yml'"}},
		{compose.Error{Pos: compose.Pos{File: "a.yml"}, Kind: compose.KindNoFile, About: compose.About{Text: "a.yml", Cause: fs.ErrInvalid}}, complaint{}},
		{compose.Error{Pos: compose.Pos{File: "e"}, Kind: compose.KindNoEnvFile, About: compose.About{Text: "/x/e", Cause: &fs.PathError{Err: syscall.EISDIR}}},
			complaint{"", "/x/e is not a file."}},
		{compose.Error{Pos: compose.Pos{File: "../common.yml"}, Kind: compose.KindUnknownKey, About: compose.About{Service: "web", Key: "imag", Base: "/x/common.yml"}},
			complaint{"The Compose file '/x/common.yml' is invalid because:", "Unsupported config option for web: 'imag'"}},
		{compose.Error{Pos: compose.Pos{File: "<stdin>"}, Kind: compose.KindUnknownKey, About: compose.About{Service: "web", Key: "port"}},
			complaint{"The Compose file is invalid because:", "Unsupported config option for web: 'port' (did you mean 'ports'?)"}},
		{compose.Error{Pos: compose.Pos{File: "<stdin>"}, Kind: compose.KindNoMapping, About: compose.About{Written: "1.5"}},
			complaint{"", "Top level object in 'None' needs to be an object not '<class 'float'>'."}},
		{compose.Error{Path: "--publish", Kind: compose.KindBadPort, About: compose.About{Text: "x"}},
			complaint{"", `Invalid port "x", should be [[remote_ip:]remote_port[-remote_port]:]port[/protocol]`}},
	} {
		if got := inWords(&c.e); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.e.Kind, got, c.want)
		}
	}
}
