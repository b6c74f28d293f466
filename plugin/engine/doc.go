// Package engine talks to a Docker Engine about everything but getting images,
// which package image does.
//
// Reading: Observe takes one snapshot of a stack in three calls, however many
// services it has, as a plan.Have. Desired, which makes no call, turns a project
// and its topology into the plan.Want to compare it with.
//
// Writing: Apply carries out one plan.Action with one call. There is no other
// way in which a stack is changed.
//
// What a stack is can be told from the engine alone: containers and networks
// carry labels (see labels.go) with the project, the service, a fingerprint of
// the settings, the services to be started before, and, on a network, the names
// that its members have there.
package engine
