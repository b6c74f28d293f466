package enginetest

// A store holds one kind of the engine's objects, and answers the calls about
// them. [New] makes the stores and joins them; a further kind of object, such
// as the services of a swarm, is a further store there.
type store interface {
	routes() routes
}

// base is what every store has.
type base struct {
	release release
	lock    *stateLock
	journal *journal
}
