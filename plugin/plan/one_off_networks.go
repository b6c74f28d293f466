package plan

// OneOffMember is the name under which Network.Spec knows what a service's
// one-off containers are on the network: they see what replicas see, and have
// no name of theirs.
func OneOffMember(service string) string { return service + " (one-off)" }

func member(service string, oneOff bool) string {
	if oneOff {
		return OneOffMember(service)
	}
	return service
}

// OneOffNetworks plans to remove the networks that were made for one-off
// containers which are over.
func OneOffNetworks(have Have) *Plan {
	b := &builder{}
	networkRemoval{builder: b, have: have.indexed(), mayStay: true}.oneOffs()
	return b.plan()
}
