package classic

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func TestPsIsTheTableOfTheOldTools(t *testing.T) {
	row := func(name string, s observed.Status) Row {
		return Row{Container: observed.Container{Name: name}, Status: s}
	}
	var out bytes.Buffer
	err := PrintContainers(view.Options{Out: &out}, []Row{
		row("demo_web_1", observed.Status{State: plan.StateRunning, Command: []string{"/run.sh"}}),
		row("demo_db_1", observed.Status{State: plan.StateRunning, Health: "healthy", Command: []string{"sh", "-c", "first\nsecond and a good deal more"}}),
		row("demo_job_1", observed.Status{State: plan.StateExited, ExitCode: 3}),
		row("demo_off_1", observed.Status{State: plan.StatePaused}),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"   Name                 Command                  State       Ports",
		"------------------------------------------------------------------",
		"demo_db_1    sh -c first second and a g ...   Up (healthy)",
		"demo_job_1                                    Exit 3",
		"demo_off_1                                    Paused",
		"demo_web_1   /run.sh                          Up",
	}
	if diff := cmp.Diff(want, trimmed(out.String())); diff != "" {
		t.Error(diff)
	}
}

func TestPortsOfOneContainerPortStandTogether(t *testing.T) {
	ports := []observed.Port{
		{Private: 443, Protocol: "tcp"},
		{IP: "::", Private: 80, Public: 8080, Protocol: "tcp"},
		{IP: "0.0.0.0", Private: 80, Public: 8080, Protocol: "tcp"},
		{IP: "fd00::1", Private: 80, Public: 81, Protocol: "tcp"},
		{IP: "0.0.0.0", Private: 80, Public: 8080, Protocol: "udp"},
		{Private: 53, Protocol: "udp"},
		{IP: "0.0.0.0", Private: 53, Public: 53, Protocol: "udp"},
		{Private: 443, Protocol: "tcp"},
		{IP: "127.0.0.1", Private: 444, Public: 1, Protocol: "tcp"},
	}
	want := "53/udp, 0.0.0.0:53->53/udp, 0.0.0.0:8080->80/tcp,:::8080->80/tcp,[fd00::1]:81->80/tcp, 0.0.0.0:8080->80/udp, 443/tcp, 127.0.0.1:1->444/tcp"
	if got := joinPorts(ports); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestImagesIsTheTableOfTheOldTools(t *testing.T) {
	var out bytes.Buffer
	err := PrintImages(view.Options{Out: &out}, []observed.ImageUse{{
		Container: observed.Container{Name: "demo_web_1"}, Repository: "probe", Tag: "2", ID: "sha256:0123456789abcdef", Size: 1_234_567,
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Container    Repository   Tag     Image Id       Size",
		"-------------------------------------------------------",
		"demo_web_1   probe        2     0123456789ab   1.235 MB",
	}
	if diff := cmp.Diff(want, trimmed(out.String())); diff != "" {
		t.Error(diff)
	}
}

// trimmed are lines without the spaces that end them.
func trimmed(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}
