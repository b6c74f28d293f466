package oldtools_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// A choice of an engine: files, variables and flags, in which NEAR, FAR and
// BEYOND are engines, and the one that is spoken to.
type choice struct {
	name  string
	files map[string]string
	vars  []string
	words string
	want  string
	ours  bool // docker-compose had no such thing, or did otherwise
	code  int
}

const oneService = "web:\n  image: stacklite-probe:test\n"

func choices() []choice {
	near := map[string]string{"docker-compose.yml": oneService, ".env": "DOCKER_HOST=NEAR\n"}
	with := func(file, text string) map[string]string {
		return map[string]string{"docker-compose.yml": oneService, file: text}
	}
	return []choice{
		{name: ".env", files: near, words: "ps -q", want: "NEAR"},
		{name: "the shell's goes before it", files: near, vars: []string{"DOCKER_HOST=FAR"}, words: "ps -q", want: "FAR"},
		{name: "-H goes before it", files: near, words: "-H FAR ps -q", want: "FAR"},
		{name: "--host= goes before both", files: near, vars: []string{"DOCKER_HOST=BEYOND"}, words: "--host=FAR ps -q", want: "FAR"},
		{name: "--context goes before it", files: near, words: "--context far ps -q", want: "FAR"},
		{name: "-c goes before it", files: near, words: "-c far ps -q", want: "FAR"},
		{name: "DOCKER_CONTEXT of the shell goes before it", files: near, vars: []string{"DOCKER_CONTEXT=far"}, words: "ps -q", want: "FAR", ours: true},
		{name: "the current context does not", files: map[string]string{
			"docker-compose.yml": oneService, ".env": "DOCKER_HOST=NEAR\n", ".docker/config.json": `{"currentContext": "far"}`}, words: "ps -q", want: "NEAR"},
		{name: "the current context", files: map[string]string{
			"docker-compose.yml": oneService, ".docker/config.json": `{"currentContext": "far"}`}, words: "ps -q", want: "FAR"},
		{name: "--env-file", files: with("other.env", "DOCKER_HOST=FAR\n"), words: "--env-file other.env ps -q", want: "FAR"},
		{name: "--env-file goes before .env", files: map[string]string{
			"docker-compose.yml": oneService, ".env": "DOCKER_HOST=NEAR\n", "other.env": "DOCKER_HOST=FAR\n"}, words: "--env-file other.env ps -q", want: "FAR"},
		{name: "beside the first file", files: map[string]string{
			"sub/a.yml": oneService, "sub/.env": "DOCKER_HOST=FAR\n", ".env": "DOCKER_HOST=NEAR\n"}, words: "-f sub/a.yml ps -q", want: "FAR"},
		{name: "beside the first file that the shell names", files: map[string]string{
			"sub/a.yml": oneService, "sub/.env": "DOCKER_HOST=FAR\n", ".env": "DOCKER_HOST=NEAR\n"}, vars: []string{"COMPOSE_FILE=sub/a.yml"}, words: "ps -q", want: "FAR"},
		{name: "not beside a file that .env names", files: map[string]string{
			"sub/a.yml": oneService, "sub/.env": "DOCKER_HOST=FAR\n", ".env": "COMPOSE_FILE=sub/a.yml\nDOCKER_HOST=NEAR\n"}, words: "ps -q", want: "NEAR"},
		{name: "--project-directory", files: map[string]string{
			"docker-compose.yml": oneService, "sub/docker-compose.yml": oneService, "sub/.env": "DOCKER_HOST=FAR\n", ".env": "DOCKER_HOST=NEAR\n"}, words: "--project-directory sub ps -q", want: "FAR"},
		{name: "in quotes, exported, made of others", files: with(".env", "A=NEAR\nexport DOCKER_HOST=\"${A}\" # here\n"), words: "ps -q", want: "NEAR"},
		{name: "a verb that changes something", files: near, words: "down", want: "NEAR"},
		{name: "a verb that reads files first", files: near, words: "create", want: "NEAR", ours: true}, // ours needs an image
		{name: "files that are broken, of a project that is named", files: map[string]string{
			"docker-compose.yml": "web: 1\n", ".env": "DOCKER_HOST=NEAR\n"}, words: "-p x down", want: "NEAR", ours: true, code: -1}, // nothing runs
		{name: "no project is meant", files: near, vars: []string{"DOCKER_HOST=FAR"}, words: "ls -q", want: "FAR", ours: true},
	}
}

func TestVariablesOfEnvFilesChooseTheEngineAsInDockerCompose(t *testing.T) {
	engines := map[string]*enginetest.Engine{}
	for _, name := range []string{"NEAR", "FAR", "BEYOND"} {
		engines[name] = scenario.NewMemory(t, "1.41")
	}
	fill := func(text string) string {
		for name, e := range engines {
			text = strings.ReplaceAll(text, name, e.Host())
		}
		return text
	}
	// spokenTo runs a tool and names the engines that were asked anything.
	spokenTo := func(t *testing.T, p tool, c choice) string {
		t.Helper()
		sum := sha256.Sum256([]byte("far"))
		files := map[string]string{
			".docker/config.json": "{}",
			".docker/contexts/meta/" + hex.EncodeToString(sum[:]) + "/meta.json": fill(`{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"FAR","SkipTLSVerify":false}}}`),
		}
		for name, text := range c.files {
			files[name] = fill(text)
		}
		var vars, words []string
		for _, v := range c.vars {
			vars = append(vars, fill(v))
		}
		for _, w := range strings.Fields(c.words) {
			words = append(words, fill(w))
		}
		for _, e := range engines {
			e.ResetCalls()
		}
		_, said, code := p.run(t, folder(t, files), vars, words...)
		var names []string
		for name, e := range engines {
			if len(e.Calls()) > 0 {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		if (code == 0) != (c.code == 0) {
			t.Errorf("exit code %d\n%s", code, said)
		}
		return strings.Join(names, " ")
	}
	t.Run("docker-compose", func(t *testing.T) {
		theirs := installed(t)
		if theirs == nil {
			t.Skip("docker-compose is not installed, or not asked in a short test")
		}
		for _, c := range choices() {
			if c.ours {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				if got := spokenTo(t, *theirs, c); got != c.want {
					t.Errorf("it speaks to %s, not to %s", got, c.want)
				}
			})
		}
	})
	standalone := tool{path: filepath.Join(scenario.Program(t, "docker-stack-lite"), "docker-stack-lite")}
	fig := tool{path: filepath.Join(scenario.Program(t, "fig"), "fig")}
	for name, p := range map[string]tool{"called as docker-compose": called(t), "called as fig": fig, "by its own name": standalone} {
		t.Run(name, func(t *testing.T) {
			for _, c := range choices() {
				t.Run(c.name, func(t *testing.T) {
					if p.path == standalone.path && (strings.Contains(c.words, "-H") || strings.Contains(c.words, "-c ")) && !strings.HasPrefix(c.words, "-") {
						t.Skip("flags of docker stand first")
					}
					if got := spokenTo(t, p, c); got != c.want {
						t.Errorf("it speaks to %s, not to %s", got, c.want)
					}
				})
			}
		})
	}
}

// An engine that speaks TLS alone answers whom an .env has told so, and where the
// keys are.
func TestTLSOfAnEnvFileIsAskedFor(t *testing.T) {
	e := scenario.NewMemory(t, "1.41")
	there := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(e.Host(), "unix://"))
		}},
	}
	server := httptest.NewTLSServer(there)
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // whoever knocks without TLS
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	dir := folder(t, map[string]string{
		"docker-compose.yml": oneService, ".docker/config.json": "{}",
		".env":         "DOCKER_HOST=tcp://" + server.Listener.Addr().String() + "\nDOCKER_TLS_VERIFY=1\nDOCKER_CERT_PATH=certs\n",
		"certs/ca.pem": cert, "certs/cert.pem": cert, "certs/key.pem": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	})
	tools := map[string]tool{"ours": called(t)}
	if theirs := installed(t); theirs != nil {
		tools["theirs"] = *theirs
	}
	for name, p := range tools {
		e.ResetCalls()
		if _, said, code := p.run(t, dir, nil, "ps", "-q"); code != 0 || len(e.Calls()) == 0 {
			t.Errorf("%s: exit code %d, calls %v\n%s", name, code, e.Calls(), said)
		}
		e.ResetCalls()
		if _, said, code := p.run(t, dir, []string{"DOCKER_TLS_VERIFY=", "DOCKER_CERT_PATH="}, "ps", "-q"); code == 0 || len(e.Calls()) > 0 {
			t.Errorf("%s: the shell's variables do not go before those of .env: exit code %d\n%s", name, code, said)
		}
	}
}

// What has no meaning here is no mistake either, wherever it stands.
func TestVariablesWithoutAMeaningAreAccepted(t *testing.T) {
	e := scenario.NewMemory(t, "1.41")
	for _, v := range []string{
		"COMPOSE_HTTP_TIMEOUT=200", "DOCKER_CLIENT_TIMEOUT=200", "COMPOSE_TLS_VERSION=TLSv1_2", "COMPOSE_CONVERT_WINDOWS_PATHS=1", "COMPOSE_FORCE_WINDOWS_HOST=0",
		"COMPOSE_INTERACTIVE_NO_CLI=1", "COMPOSE_DOCKER_CLI_BUILD=0", "COMPOSE_PROFILES=a,b", "CLICOLOR=0", "COMPOSE_API_VERSION=1.41", "COMPOSE_API_VERSION=auto",
		"COMPOSE_PARALLEL_LIMIT=2", "COMPOSE_PARALLEL_LIMIT=64", "COMPOSE_IGNORE_ORPHANS=1", "COMPOSE_PATH_SEPARATOR=,",
	} {
		for _, where := range []string{"shell", ".env"} {
			files, vars := map[string]string{"docker-compose.yml": oneService, ".docker/config.json": "{}"}, []string{"DOCKER_HOST=" + e.Host()}
			if where == "shell" {
				vars = append(vars, v)
			} else {
				files[".env"] = v + "\n"
			}
			dir := folder(t, files)
			if out, said, code := called(t).run(t, dir, vars, "ps"); code != 0 || said != "" {
				t.Errorf("%s in the %s: exit code %d\n%s%s", v, where, code, out, said)
			}
		}
	}
}

// The limit of docker-compose is that of this program, too: the flag goes before
// it, and what docker-compose refused is refused.
func TestTheParallelLimitIsThatOfDockerCompose(t *testing.T) {
	e := scenario.NewMemory(t, "1.41")
	tools := map[string]tool{"ours": called(t)}
	if theirs := installed(t); theirs != nil {
		tools["theirs"] = *theirs
	}
	for value, want := range map[string]string{
		"1": "COMPOSE_PARALLEL_LIMIT can not be less than 2", "-3": "COMPOSE_PARALLEL_LIMIT can not be less than 2",
		"many": `COMPOSE_PARALLEL_LIMIT must be an integer (found: "many")`, "2": "", "": "",
	} {
		for where, dir := range map[string]string{
			"shell": folder(t, map[string]string{"docker-compose.yml": oneService, ".docker/config.json": "{}"}),
			".env":  folder(t, map[string]string{"docker-compose.yml": oneService, ".docker/config.json": "{}", ".env": "COMPOSE_PARALLEL_LIMIT=" + value + "\n"}),
		} {
			vars := []string{"DOCKER_HOST=" + e.Host()}
			if where == "shell" {
				vars = append(vars, "COMPOSE_PARALLEL_LIMIT="+value)
			}
			for name, p := range tools {
				_, said, code := p.run(t, dir, vars, "ps")
				if (code == 1) != (want != "") || !strings.Contains(said, want) {
					t.Errorf("%s, %q in the %s: exit code %d and %q", name, value, where, code, said)
				}
			}
		}
	}
}

// Both tools say nothing of orphans where COMPOSE_IGNORE_ORPHANS asks for that,
// and do not remove at the same time what is to be ignored.
func TestOrphansAreIgnoredAsInDockerCompose(t *testing.T) {
	tools := map[string]tool{"ours": called(t)}
	if theirs := installed(t); theirs != nil {
		tools["theirs"] = *theirs
	}
	for name, p := range tools {
		for _, where := range []string{"shell", ".env"} {
			e := scenario.NewMemory(t, "1.41")
			host := "DOCKER_HOST=" + e.Host()
			both := folder(t, map[string]string{"docker-compose.yml": oneService + "old:\n  image: stacklite-probe:test\n", ".docker/config.json": "{}"})
			if _, said, code := p.run(t, both, []string{host, "COMPOSE_PROJECT_NAME=shop"}, "up", "-d"); code != 0 {
				t.Fatalf("%s: %s", name, said)
			}
			for value, ignored := range map[string]bool{"": false, "0": false, "False": false, "1": true, "yes": true} {
				files, vars := map[string]string{"docker-compose.yml": oneService, ".docker/config.json": "{}"}, []string{host, "COMPOSE_PROJECT_NAME=shop"}
				if where == "shell" {
					vars = append(vars, "COMPOSE_IGNORE_ORPHANS="+value)
				} else {
					files[".env"] = "COMPOSE_IGNORE_ORPHANS=" + value + "\n"
				}
				dir := folder(t, files)
				// docker-compose itself looks for this one in the .env only where a file is named.
				_, said, code := p.run(t, dir, vars, "-f", "docker-compose.yml", "up", "-d", "--no-recreate")
				if code != 0 || strings.Contains(said, "shop_old_1") == ignored {
					t.Errorf("%s, %q in the %s: exit code %d\n%s", name, value, where, code, said)
				}
				if !ignored {
					continue
				}
				for _, verb := range []string{"up -d", "down"} {
					_, said, code := p.run(t, dir, vars, strings.Fields("-f docker-compose.yml "+verb+" --remove-orphans")...)
					if code != 1 || !strings.Contains(said, "COMPOSE_IGNORE_ORPHANS and --remove-orphans cannot be combined") {
						t.Errorf("%s, %s: exit code %d\n%s", name, verb, code, said)
					}
				}
			}
		}
	}
}
