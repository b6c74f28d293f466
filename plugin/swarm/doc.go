// Package swarm is the client of a swarm's manager, as package engine is that of one
// engine: what a manager shows of services, tasks, networks and nodes, and the actions on
// them. No other package asks a manager.
//
// A manager does what it is asked for when it can, and says yes at once. So there is an
// action that waits, and all that decides what has come of a service meanwhile is in
// settle.go, which only looks at values.
package swarm
