package oldtools_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// Where no engine answers every verb says so in docker-compose's words. (That of
// Debian dies of a stack trace, unless it is told the version of the API.)
func TestTheAbsenceOfAnEngineIsToldInTheWordsOfDockerCompose(t *testing.T) {
	dir := folder(t, map[string]string{"docker-compose.yml": oneService, ".docker/config.json": "{}"})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(t.TempDir(), "closed.sock") // one that nobody listens at
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: closed})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := tcp.Addr().String()
	tcp.Close()
	said := func(at string) string {
		return "Couldn't connect to Docker daemon at " + at + " - is it running?\n\n" +
			"If it's at a non-standard location, specify the URL with the DOCKER_HOST environment variable.\n"
	}
	tools := map[string]tool{"called as docker-compose": called(t)}
	if theirs := installed(t); theirs != nil {
		tools["docker-compose"] = *theirs
	}
	for name, p := range tools {
		for host, want := range map[string]string{
			"unix:///nowhere/docker.sock": said("http+docker://localhost"), "unix://" + closed: said("http+docker://localhost"),
			"tcp://" + refused: said("http://" + refused), "tcp://nowhere.invalid:2375": said("http://nowhere.invalid:2375"),
		} {
			if _, err := exec.LookPath("docker"); err != nil && name == "docker-compose" {
				continue // then it says that docker should be installed
			}
			_, said, code := p.run(t, dir, []string{"DOCKER_HOST=" + host, "COMPOSE_API_VERSION=1.41"}, "ps")
			if code != 1 || said != want {
				t.Errorf("%s: at %s: exit code %d\n%s", name, host, code, said)
			}
		}
	}
	for _, verb := range []string{
		"up -d", "up", "create", "down", "start", "stop", "restart", "kill", "rm -f", "pause", "unpause", "ps", "ps -q", "images", "top", "logs", "port web 80",
		"run web", "exec web true", "scale web=2", "pull", "build", "events",
	} {
		_, got, code := called(t).run(t, dir, []string{"DOCKER_HOST=tcp://" + refused}, strings.Fields(verb)...)
		if code != 1 || !strings.HasSuffix(got, said("http://"+refused)) || strings.Count(got, "Couldn't") != 1 { // build first names what it skips
			t.Errorf("%s: exit code %d\n%s", verb, code, got)
		}
	}
}

// A socket that is there and closed to the user is one more way in which no
// engine answers.
func TestASocketThatIsNotForTheUserIsAnEngineThatIsNotThere(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	e := scenario.NewMemory(t, "1.41")
	socket := strings.TrimPrefix(e.Host(), "unix://")
	if err := os.Chmod(socket, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := folder(t, map[string]string{"docker-compose.yml": oneService, ".docker/config.json": "{}"})
	for d := dir; d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for d := filepath.Dir(socket); d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "program")
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, data, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "ps")
	cmd.Dir = dir
	cmd.Env = []string{scenario.CalledAs + "=docker-compose", "PATH=" + os.Getenv("PATH"), "HOME=" + dir, "DOCKER_HOST=" + e.Host()}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if !strings.HasPrefix(string(out), "Couldn't connect to Docker daemon at http+docker://localhost - is it running?\n") || err == nil {
		t.Errorf("%v\n%s", err, out)
	}
}
