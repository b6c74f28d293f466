// Package adhoc plans links between containers that no file made: docker
// stacklite link. A link is a network of two, and the names that the consumer
// alone sees there; which links exist is read from a snapshot, so nothing has
// to be stored. It is pure: snapshot and time come from the caller.
package adhoc
