package commandline_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// alone is a program that has a file, and nothing else: no engine that
// answers, no home, no variables of the test's own.
func alone(t *testing.T, env ...string) func(args ...string) (out string, code int) {
	t.Helper()
	dir, bin := t.TempDir(), scenario.Program(t, "docker-stack-lite")
	if err := os.WriteFile(filepath.Join(dir, "fig.yml"), []byte("web:\n  image: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(args ...string) (string, int) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "docker-stack-lite"), args...)
		cmd.Dir = dir
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "DOCKER_CONFIG=" + filepath.Join(dir, ".docker")}, env...)
		out, err := cmd.CombinedOutput()
		if exit, ok := err.(*exec.ExitError); ok {
			return string(out), exit.ExitCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(out), 0
	}
}

func TestAnEngineThatCantBeReachedIsOneLineInEveryVerb(t *testing.T) {
	run := alone(t, "DOCKER_HOST=unix:///nowhere/docker.sock")
	for _, line := range []string{
		"build", "check", "create", "down", "events", "exec web ls", "images", "kill", "link ls", "logs", "logs -f", "ls", "pause", "plan",
		"port web 80", "ps", "pull", "push --to localhost:5000", "restart", "rm", "run web", "run -d web", "scale web=2", "start", "stop", "suggest --live", "top", "unpause", "up", "up -d", "up --wait", "wait web",
	} {
		t.Run(line, func(t *testing.T) {
			out, code := run(strings.Fields(line)...)
			want := "stack-lite: no docker engine answers at unix:///nowhere/docker.sock\nhint: is it running? try: docker info\n"
			if out != want || code != 1 {
				t.Errorf("exit code %d and\n%s", code, out)
			}
		})
	}
}

func TestEveryVerbIsAskedToDoWithoutAnEngine(t *testing.T) {
	run := alone(t)
	out, _ := run("__complete", "")
	offline := "can completion config convert graph help shell-init version"
	source, err := os.ReadFile("reaching_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		verb, _, ok := strings.Cut(line, "\t")
		if ok && !strings.Contains(" "+offline+" ", " "+verb+" ") && !strings.Contains(string(source), `"`+verb) {
			t.Errorf("nobody looks at what %s says when no engine answers", verb)
		}
	}
}

func TestWrongSettingsOfTheDockerCLIAreReported(t *testing.T) {
	for _, test := range []struct {
		env, args, want string
	}{
		{"DOCKER_HOST=tcp://127.0.0.1:1", "ps", "no docker engine answers at tcp://127.0.0.1:1\n"},
		{"DOCKER_HOST=ssh://me@nowhere.invalid", "ps", "ssh does not reach the docker engine at ssh://me@nowhere.invalid: "},
		{"", "-H unix:///gone.sock ps", "no docker engine answers at unix:///gone.sock\n"},
		{"", "--context nowhere ps", `context "nowhere": context not found`},
		{"DOCKER_CONTEXT=nowhere", "ps", `context "nowhere": context not found`},
		{"DOCKER_TLS_VERIFY=1", "-H tcp://127.0.0.1:1 ps", "ca.pem: no such file or directory\n"},
	} {
		t.Run(test.env+" "+test.args, func(t *testing.T) {
			out, code := alone(t, test.env)(strings.Fields(test.args)...)
			if !strings.HasPrefix(out, "stack-lite: ") || !strings.Contains(out, test.want) || code != 1 || strings.Count(out, "\n") != 2 {
				t.Errorf("exit code %d and\n%s", code, out)
			}
		})
	}
}

func TestContextsAndHostsAndNamesLeadToTheirEngine(t *testing.T) {
	memory := scenario.NewMemory(t, "1.51")
	dir := t.TempDir()
	sum := sha256.Sum256([]byte("far"))
	meta := filepath.Join(dir, "contexts", "meta", hex.EncodeToString(sum[:]))
	if err := os.MkdirAll(meta, 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":%q,"SkipTLSVerify":false}}}`, memory.Host())
	if err := os.WriteFile(filepath.Join(meta, "meta.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ env, args string }{
		{"A=", "--context far ps -q"},
		{"DOCKER_CONTEXT=far", "ps -q"},
		{"A=", "-H " + memory.Host() + " ps -q"},
		{"A=", "--host=" + memory.Host() + " ps -q"},
		{"DOCKER_HOST=" + memory.Host(), "ps -q"},
	} {
		memory.ResetCalls()
		out, code := alone(t, test.env, "DOCKER_CONFIG="+dir)(strings.Fields(test.args)...)
		if code != 0 || len(memory.Calls()) == 0 {
			t.Errorf("%s %s: exit code %d after %d calls: %s", test.env, test.args, code, len(memory.Calls()), out)
		}
	}
}

func TestAnEngineBehindTLSIsReachedWithTheRightKeysOnly(t *testing.T) {
	memory := scenario.NewMemory(t, "1.51")
	keys := newAuthority(t)
	address := keys.guard(t, memory.Host())
	keys.issue(t, "key", "cert")
	tlsFlags := func(dir string) string {
		return fmt.Sprintf("--tlsverify --tlscacert %[1]s/ca.pem --tlscert %[1]s/cert.pem --tlskey %[1]s/key.pem", dir)
	}
	other := newAuthority(t)
	other.issue(t, "key", "cert")
	for _, test := range []struct {
		env, args string
		want      int
	}{
		{"A=", tlsFlags(keys.dir) + " -H tcp://" + address + " ps", 0},
		{"DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=" + keys.dir + " DOCKER_HOST=tcp://" + address, "ps", 0},
		{"A=", tlsFlags(other.dir) + " -H tcp://" + address + " ps", 1},
		{"A=", "-H tcp://" + address + " ps", 1},
	} {
		out, code := alone(t, strings.Fields(test.env)...)(strings.Fields(test.args)...)
		if code != test.want {
			t.Errorf("%s %s: exit code %d, not %d: %s", test.env, test.args, code, test.want, out)
		}
	}
}

func TestSSHIsAskedForTheDockerCommandOfTheOtherSide(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("docker is not installed")
	}
	memory := scenario.NewMemory(t, "1.51")
	bin := t.TempDir()
	// The one that is called as ssh notes what it is asked, and does it here.
	script := "#!/bin/sh\necho \"$@\" >> " + bin + "/asked\nDOCKER_HOST=" + memory.Host() + " exec " + docker + " system dial-stdio\n"
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	out, code := alone(t, "DOCKER_HOST=ssh://me@far:2222", "PATH="+bin+":"+os.Getenv("PATH"))("ps", "--format", "json")
	asked, err := os.ReadFile(filepath.Join(bin, "asked"))
	if code != 0 || err != nil || len(memory.Calls()) == 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	for _, want := range []string{"-l me", "-p 2222", "far", "docker system dial-stdio"} {
		if !strings.Contains(string(asked), want) {
			t.Errorf("ssh is asked without %q: %s", want, asked)
		}
	}
}

// authority signs the certificates of one engine and of its clients.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var der []byte
	a.key, der = a.sign(t, template, nil)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.write(t, "ca.pem", "CERTIFICATE", der)
	return a
}

func (a *authority) sign(t *testing.T, template, parent *x509.Certificate) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	by := a.key
	if parent == nil {
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

// issue writes a key and its certificate, good for both sides of a connection.
func (a *authority) issue(t *testing.T, keyName, certName string) tls.Certificate {
	t.Helper()
	key, der := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert)
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, keyName+".pem", "EC PRIVATE KEY", secret)
	a.write(t, certName+".pem", "CERTIFICATE", der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// guard puts TLS, which both sides have to show a certificate for, in front of
// an engine, and gives the address.
func (a *authority) guard(t *testing.T, host string) string {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{a.issue(t, "server-key", "server-cert")}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				engine, err := net.Dial("unix", strings.TrimPrefix(host, "unix://"))
				if err != nil {
					return
				}
				defer engine.Close()
				go func() {
					_, _ = io.Copy(engine, client)
					engine.Close()
				}()
				_, _ = io.Copy(client, engine)
			}()
		}
	}()
	return l.Addr().String()
}
