package oldtools_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// prelude is what the scripts of testdata/classic know besides the shell: code
// prints the last exit code, state the containers of the stack, and await
// waits for a condition.
const prelude = `
code() { echo "exit code $?"; }
count() { grep -c .; }
state() {
  docker ps -a --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --format '{{.Names}} {{.State}}' | sort
}
await() {
  tries=0
  until eval "$1"; do
    tries=$((tries+1)); [ $tries -lt 600 ] || { echo "never: $1"; exit 1; }
    sleep 0.05
  done
}
`

// The scripts drive docker-compose 1.29 and, under its name, this program, and
// must not be able to tell the two apart by standard output, exit codes and
// what is on the engine.
func TestShellScriptsCantTellUsFromDockerComposeOnTheEngine(t *testing.T) {
	t.Parallel()
	theirs := scenario.NeedDockerCompose(t)
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip("docker is not installed")
	}
	cli := realengine.Connect(t)
	scenario.SkipNewer(t, cli)
	realengine.InstallProbe(t, cli, scenario.ProbeImage)
	ours := scenario.Program(t, "docker-compose")
	files, err := filepath.Glob("testdata/classic/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			session, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if os.Getenv("STACKLITE_SLOW") == "" && strings.Contains(string(session.Comment), "only with STACKLITE_SLOW") {
				t.Skip("takes long: set STACKLITE_SLOW=1")
			}
			var more []string // of the environment
			if strings.Contains(string(txtar.Format(session)), "$REGISTRY") {
				more = append(more, "REGISTRY="+scenario.StartRegistry(t))
			}
			want := drive(t, session, filepath.Dir(theirs), cli.DaemonHost(), more...)
			got := drive(t, session, ours, cli.DaemonHost(), more...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("docker-compose -, this program +\n%s", diff)
			}
		})
	}
}

// drive runs the script of a session with the docker-compose of a folder and
// gives its standard output, with what differs each time made equal.
func drive(t *testing.T, session *txtar.Archive, folder, host string, more ...string) string {
	t.Helper()
	dir := t.TempDir()
	var script string
	for _, f := range session.Files {
		if f.Name == "script" {
			script = string(f.Data)
			continue
		}
		file := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, f.Data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	project := scenario.New(t, host, nil).Project // which clears it away
	// A script that hangs is to say where, before the test as a whole is over. It takes
	// seconds, and minutes on a machine that does much else.
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	sh := exec.CommandContext(ctx, "sh", "-c", prelude+script)
	sh.Dir = dir
	sh.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "COMPOSE_PROJECT_NAME="+project, "DOCKER_HOST="+host)
	sh.Env = append(sh.Env, more...)
	var said strings.Builder
	sh.Stderr = &said
	out, err := sh.Output()
	if err != nil && ctx.Err() != nil {
		t.Fatalf("%v\n%s%s", err, out, said.String())
	}
	if testing.Verbose() {
		t.Logf("standard error:\n%s", said.String())
	}
	return scenario.Plain(string(out), project)
}
