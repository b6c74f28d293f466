//go:build !linux

package session

import "net/netip"

// localRoutes knows no routes where the engine runs in a machine of its own,
// as it does everywhere but on Linux.
func localRoutes() []netip.Prefix { return nil }
