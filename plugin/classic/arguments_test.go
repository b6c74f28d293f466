package classic

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheFlagsOfTheOldToolsGoWhereTheyBelong(t *testing.T) {
	for _, test := range []struct{ typed, want string }{
		{"docker-compose up -d", "docker-compose stacklite up -d"},
		{"fig -f x.yml -p demo up", "fig stacklite --file=x.yml --project-name=demo up"},
		{"docker-compose -fx.yml -pdemo logs -f", "docker-compose stacklite --file=x.yml --project-name=demo logs -f"},
		{"docker-compose --file=a --file b config", "docker-compose stacklite --file=a --file=b config"},
		{"docker-compose -H tcp://h:1 --tlsverify --tlscacert ca.pem ps", "docker-compose --host=tcp://h:1 --tlsverify --tlscacert=ca.pem stacklite ps"},
		{"docker-compose -Htcp://h:1 ps", "docker-compose --host=tcp://h:1 stacklite ps"},
		{"docker-compose -c far ps -q", "docker-compose --context=far stacklite ps -q"},
		{"docker-compose --verbose --log-level WARNING up", "docker-compose --debug --log-level=warn stacklite --verbose --log-level=WARNING up"},
		{"docker-compose --log-l=debug --verb up", "docker-compose --log-level=debug --debug stacklite --log-level=debug --verbose up"},
		{"docker-compose --log-level nonsense up", "docker-compose stacklite --log-level=nonsense up"},
		{"docker-compose --log-level critical ps -q", "docker-compose --log-level=fatal stacklite --log-level=critical ps -q"},
		{"docker-compose --ver up", "docker-compose stacklite --ver up"}, // --verbose or --version
		{"docker-compose --vers", "docker-compose stacklite version"},
		{"docker-compose --log-level", "docker-compose stacklite --log-level"},
		{"docker-compose -f", "docker-compose stacklite --file"},
		{"docker-compose --no-ansi --compatibility --profile x up", "docker-compose stacklite --ansi=never up"},
		{"docker-compose --project-directory /x --env-file e up", "docker-compose stacklite --project-directory=/x --env-file=e up"},
		{"docker-compose -v", "docker-compose stacklite version"},
		{"docker-compose --version", "docker-compose stacklite version"},
		{"docker-compose -f - config", "docker-compose stacklite --file=- config"},
		{"docker-compose run web -f x", "docker-compose stacklite run web -f x"},
		{"docker-compose --nope up", "docker-compose stacklite --nope up"},
		{"docker-compose", "docker-compose stacklite"},
	} {
		words := strings.Fields(test.typed)
		got := strings.Join(Of(words[0]).Args(words, "stacklite"), " ")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.typed, diff)
		}
	}
}

func TestTheNameThatTheProgramIsCalledByDecides(t *testing.T) {
	for program, want := range map[string]string{
		"/usr/local/bin/fig": "fig.yml", "docker-compose": "docker-compose.yml", "docker-compose.exe": "docker-compose.yml",
	} {
		c := Of(program)
		if c == nil || c.Files[0] != want {
			t.Errorf("%s: %+v", program, c)
		}
	}
	for _, program := range []string{"docker-stack-lite", "/plugins/docker-stacklite", "figs"} {
		if c := Of(program); c != nil {
			t.Errorf("%s is taken for %s", program, c.Name)
		}
	}
}
