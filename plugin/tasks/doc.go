// Package tasks is what verbs do where a project lives in a swarm: there each replica is
// a task, which the swarm's managers place on a node, and replace when it ends. What
// is shown of them follows from what a manager shows (observed.Swarm) and the time.
package tasks
