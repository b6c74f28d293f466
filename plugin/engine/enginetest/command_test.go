package enginetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// docker gives a function that runs the docker command on an engine and
// returns what it prints, both streams.
func docker(t *testing.T, e *enginetest.Engine) func(stdin string, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("there is no docker command")
	}
	config := t.TempDir()
	return func(stdin string, args ...string) (string, error) {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+e.Host(), "DOCKER_CONFIG="+config, "DOCKER_BUILDKIT=0", "DOCKER_CONTEXT=")
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

func TestTheDockerCommandDrivesIt(t *testing.T) {
	for _, version := range engineVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			e := enginetest.New(t, enginetest.Options{
				APIVersion: version,
				Images:     []enginetest.Image{enginetest.Probe("probe"), enginetest.Probe(contractImage)},
				Registry:   []enginetest.Image{{Ref: "redis", Cmd: []string{"redis-server"}, Expose: []string{"6379"}}},
			})
			run := docker(t, e)
			for _, step := range []struct {
				line  string // words, separated by spaces
				stdin string
				want  string // to be found in what it prints
				fails bool
			}{
				{line: "version --format {{.Server.APIVersion}}", want: version},
				{line: "info --format {{.Images}}", want: "2"},
				{line: "network create front"},
				{line: "run -d --name web --network front --network-alias www -p 8080:80 probe"},
				{line: "ps", want: "0.0.0.0:8080->80/tcp"},
				{line: "run -d --name twin -p 8080:80 probe", want: "port is already allocated", fails: true},
				{line: "run --rm --network front probe /probe get http://www/", want: "\n"},
				{line: "logs web", want: "GET / from 172.18.0.3"},
				{line: "exec web /probe resolve www", want: "172.18.0.2"},
				{line: "exec web sh", want: "executable file not found", fails: true},
				{line: "run --rm probe /probe say -n 2 -every 5ms -exit 3 hello", want: "hello\nhello\n", fails: true},
				{line: "pull redis", want: "Downloaded newer image"},
				{line: "pull nobody", want: "pull access denied", fails: true},
				{line: "run -d --name cache redis"},
				{line: "top cache", want: "redis-server"},
				{line: "inspect -f {{.State.Status}} cache", want: "running"},
				{line: "network rm front", want: "has active endpoints", fails: true},
				{line: "stop web cache", want: "web\ncache\n"},
				{line: "ps -a", want: "Exited (0)"},
				{line: "rm -f -v web twin cache"},
				{line: "network rm front"},
				{line: "build -t made -", stdin: "FROM probe\nENV WORD=hi\nCMD [\"/probe\", \"env\", \"WORD\"]\n"},
				{line: "run --rm made", want: "hi\n"},
				{line: "rmi made", want: "Untagged: made:latest"},
				{line: "volume create data"},
				{line: "volume ls", want: "data"},
				{line: "volume rm data"},
			} {
				out, err := run(step.stdin, strings.Fields(step.line)...)
				if (err != nil) != step.fails || !strings.Contains(out, step.want) {
					t.Errorf("docker %s: %v\n%s\nwant %q in it", step.line, err, out, step.want)
				}
			}
		})
	}
}
