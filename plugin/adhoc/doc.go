// Package adhoc plans links between containers that no file made: docker
// stacklite link. A link is a network of two, and the names that the consumer
// alone sees there; what there is of them is read from a snapshot, so that
// nothing has to be kept. It is pure.
package adhoc
