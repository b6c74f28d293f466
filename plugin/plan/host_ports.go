package plan

import (
	"maps"
	"slices"
	"strings"
)

// noteHostPorts notes which containers that run will have other ports of the
// host than now, where the engine chooses these. It chooses them for the one
// endpoint of a container that it publishes ports on: that on the network whose
// name sorts first. It does so anew when another network becomes the first, and
// when the first is left, even where it is joined again.
func noteHostPorts(b *builder, decisions decisions) {
	for _, d := range decisions {
		if d.keep == nil || !d.keep.State.Up() || len(d.want.ChosenPorts) == 0 {
			continue
		}
		attached := append(slices.Sorted(maps.Keys(d.keep.Attached)), d.keep.OtherNetworks...)
		if len(attached) > 0 && b.movesFrom(slices.Min(attached), d.keep.ID) {
			b.note("%s will get another host port for %s", d.want.Name, strings.Join(d.want.ChosenPorts, ", "))
		}
	}
}

// movesFrom reports whether a step that is in makes a container leave a network,
// or join one whose name sorts before that.
func (b *builder) movesFrom(network, container string) bool {
	return slices.ContainsFunc(b.steps, func(s builderStep) bool {
		switch a := s.step.Action.(type) {
		case Connect:
			return a.Container == container && a.Network.Name < network
		case Disconnect:
			return a.Container == container && a.Network == network
		}
		return false
	})
}
