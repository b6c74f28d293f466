package plan

import "slices"

// A container has its MAC address on the network that it was made on and on no
// other. Engines before API 1.44 keep it with the container and apply it there
// themselves; later ones forget it when the container is detached, and give it
// to a container that is attached only from API 1.54 on.

// macOn is the MAC address that a container is to get on a network that it is
// attached to; empty: none, or the engine sees to it.
func (b *builder) macOn(have Have, c *HaveContainer, network string) string {
	switch {
	case !have.AttachAll || c == nil || c.MAC == "" || c.CreatedOn != network:
		return ""
	case !have.MACOnConnect:
		b.note("container %s will have another MAC address than its mac_address until it is recreated: "+
			"this engine gives one to new containers only", c.Name)
		return ""
	}
	return c.MAC
}

// noteMAC notes a container that leaves the network where it has its MAC address.
func (b *builder) noteMAC(d *decision) {
	if d.keep == nil || d.keep.MAC == "" || !d.attachedTo(d.keep.CreatedOn) || slices.Contains(d.want.Attach, d.keep.CreatedOn) {
		return
	}
	b.note("container %s will have another MAC address than its mac_address until it is recreated: "+
		"it leaves %s, where it has it", d.want.Name, d.keep.CreatedOn)
}
