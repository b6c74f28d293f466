package classic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-units"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Row is a container in the table of ps, with what the engine is asked about
// each.
type Row struct {
	Container observed.Container
	Status    observed.Status
}

// PrintContainers is ps as the old tools printed it (compose-v1.md 3.10).
func PrintContainers(o view.Options, list []Row) error {
	rows := [][]string{}
	for _, r := range list {
		ports := joinPorts(r.Container.Ports)
		rows = append(rows, []string{r.Container.Name, short(strings.Join(r.Status.Command, " ")), stateWord(r.Status), ports})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return view.ComposeTable(o.Out, []string{"Name", "Command", "State", "Ports"}, rows)
}

// short cuts a command as ps did.
func short(command string) string {
	command = strings.ReplaceAll(command, "\n", " ")
	if r := []rune(command); len(r) > 30 {
		return string(r[:26]) + " ..."
	}
	return command
}

// stateWord is a container's state: Up, Up (healthy), Paused, Restarting,
// Exit 3.
func stateWord(c observed.Status) string {
	switch c.State {
	case plan.StateRunning:
		if c.Health != "" {
			return "Up (" + c.Health + ")"
		}
		return "Up"
	case plan.StatePaused, plan.StateRestarting:
		return capital(string(c.State))
	}
	return fmt.Sprintf("Exit %d", c.ExitCode)
}

// joinPorts writes ports: those of one container port without a space.
func joinPorts(ports []observed.Port) string {
	var b strings.Builder
	var last observed.Port
	for i, p := range observed.EachPort(ports) {
		again := p.Public != 0 && last.Public != 0 && p.Private == last.Private && p.Protocol == last.Protocol
		switch {
		case i == 0:
		case again:
			b.WriteByte(',')
		default:
			b.WriteString(", ")
		}
		last = p
		b.WriteString(strings.Replace(p.String(), "[::]:", ":::", 1))
	}
	return b.String()
}

// PrintImages is images as the old tools printed it.
func PrintImages(o view.Options, uses []observed.ImageUse) error {
	rows := [][]string{}
	for _, u := range uses {
		id := strings.TrimPrefix(u.ID, "sha256:")
		size := units.CustomSize("%.4g %s", float64(u.Size), 1000, []string{"B", "kB", "MB", "GB", "TB"})
		rows = append(rows, []string{u.Container.Name, u.Repository, u.Tag, id[:min(12, len(id))], size})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return view.ComposeTable(o.Out, []string{"Container", "Repository", "Tag", "Image Id", "Size"}, rows)
}
