package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-units"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// printReplicas is ps as the old tools printed it (compose-v1.md 3.10).
func (c *classic) printReplicas(ctx context.Context, s *scope, list []engine.Replica) error {
	rows := [][]string{}
	for _, r := range list {
		now, there, err := s.engine.Status(ctx, r.ID)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		rows = append(rows, []string{r.Name, short(strings.Join(now.Command, " ")), classicState(now), classicPorts(r.Ports)})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return view.ComposeTable(s.out, []string{"Name", "Command", "State", "Ports"}, rows)
}

// short cuts a command as ps did.
func short(command string) string {
	command = strings.ReplaceAll(command, "\n", " ")
	if r := []rune(command); len(r) > 30 {
		return string(r[:26]) + " ..."
	}
	return command
}

// classicState is a container's state: Up, Up (healthy), Paused, Restarting,
// Exit 3.
func classicState(c engine.Status) string {
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

// classicPorts joins ports: those of one container port without a space.
func classicPorts(ports []string) string {
	var b strings.Builder
	last := ""
	for i, p := range ports {
		_, private, published := strings.Cut(p, "->")
		switch {
		case i == 0:
		case published && private == last:
			b.WriteByte(',')
		default:
			b.WriteString(", ")
		}
		last = private
		b.WriteString(strings.Replace(p, "[::]:", ":::", 1))
	}
	return b.String()
}

// printImages is images as the old tools printed it.
func (c *classic) printImages(s *scope, uses []engine.ImageUse) error {
	rows := [][]string{}
	for _, u := range uses {
		id := strings.TrimPrefix(u.ID, "sha256:")
		size := units.CustomSize("%.4g %s", float64(u.Size), 1000, []string{"B", "kB", "MB", "GB", "TB"})
		rows = append(rows, []string{u.Replica.Name, u.Repository, u.Tag, id[:min(12, len(id))], size})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return view.ComposeTable(s.out, []string{"Container", "Repository", "Tag", "Image Id", "Size"}, rows)
}
