// Package engine is the client of a Docker Engine, for everything but getting
// images, which package image does.
//
// Reading: Observe takes one snapshot of the engine in three calls, however many
// projects it has. What a list says of a container or a network is read in one
// place, convert.go, and is an observed value from there on.
//
// Writing: Apply carries out one plan.Action. Besides it only RemoveCreated
// takes something away, a one-off container that never came to run, and a Prober
// makes and removes containers of its own, which are no part of a project.
//
// What a container or network is made from (desired.ContainerSpec,
// desired.NetworkSpec) is decided by package desired; here it is asked for.
package engine
