// Package desired works out the stack that a project describes, in the engine's
// terms: which containers and networks there are to be, under which names,
// labels and settings, and from which images.
//
//	Project, Topology, Have, Scale, Options ──▶ Inputs.Want ──▶ plan.Want
//
// It is pure: it asks no engine and reads no file. What only an engine knows
// comes in as Have; what has to be known of images when a container is made
// (link variables) the engine passes to ContainerSpec.Creation.
//
// The Specs in a plan.Want are this package's types. What applies the plan
// turns them into calls. A second kind of engine has a package of its own like
// this one, with Specs of its own, and the planner between is the same.
package desired
