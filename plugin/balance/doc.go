// Package balance gives services fronts. A service that publishes a fixed port of
// the host can have one replica only; balanced, its front publishes the port instead
// and spreads the connections over any number of replicas. A front is a service of
// the project like others, which no file has: it is linked to the one service that it
// fronts, so that it reaches that one and nobody else.
//
// Everything here is pure: a project goes in, and a project comes out.
package balance
