// Package api is what the stores of an engine in memory have in common: how calls
// are routed to them, read, answered and refused, and the lock that guards their data.
package api
