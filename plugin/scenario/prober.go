package scenario

import (
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/probe"
)

// UseProber makes the program of a package what check runs beside containers:
// the test binary itself may be linked to libraries.
func UseProber(t *testing.T, pkg string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "prober")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the prober: %v\n%s", err, out)
	}
	t.Setenv("STACKLITE_PROBER", program)
}

// prober is what the program answers beside a container of an engine in memory.
func prober(p *enginetest.Process) int {
	if len(p.Args) < 3 || p.Args[1] != probe.Command {
		p.Complain("not the prober's command line")
		return 2
	}
	for _, question := range p.Args[3:] {
		a := answer(p, question)
		a.Question = question
		line, err := json.Marshal(a)
		if err != nil {
			p.Complain(err.Error())
			return 2
		}
		p.Print(string(line))
	}
	return 0
}

func answer(p *enginetest.Process, question string) probe.Answer {
	kind, target, _ := strings.Cut(question, "/")
	if probe.Kind(kind) == probe.Name {
		a := probe.Answer{Result: probe.Unknown}
		for _, addr := range p.Resolve(target) {
			a.Result, a.Addresses = probe.Found, append(a.Addresses, addr.String())
		}
		return a
	}
	addr, err := netip.ParseAddr(target)
	port, tcp := "", probe.Kind(kind) == probe.TCP
	if tcp {
		var at netip.AddrPort
		at, err = netip.ParseAddrPort(target)
		addr, port = at.Addr(), strconv.Itoa(int(at.Port()))
	}
	switch {
	case err != nil:
		return probe.Answer{Result: probe.Failed, Error: err.Error()}
	case !p.Ping(addr):
		return probe.Answer{Result: probe.Silent}
	case !tcp:
		return probe.Answer{Result: probe.Answered}
	case p.Dial(addr, port):
		return probe.Answer{Result: probe.Connected}
	}
	return probe.Answer{Result: probe.Refused}
}
