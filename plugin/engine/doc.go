// Package engine is the only one that talks to a Docker Engine.
//
// Reading: Observe takes one snapshot of a stack in three calls, however many
// services it has, as a plan.Have. Desired, which makes no call, turns a project
// and its topology into the plan.Want to compare it with.
//
// Writing: Apply carries out one plan.Action with one call. There is no other
// way in which a stack is changed.
//
// Building: an image is built by the Docker CLI's buildx plugin where there is
// one, all that are ready at the same moment in one call; else by the engine's
// build call, with BuildKit or with the classic builder. Whichever it is, the
// same image comes out, and the same progress and errors.
//
// What a stack is can be told from the engine alone: containers and networks
// carry labels (see labels.go) with the project, the service, a fingerprint of
// the settings, the services to be started before, and, on a network, the names
// that its members have there.
package engine
