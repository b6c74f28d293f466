//go:build !linux

package session

// localListeners knows none where the engine runs in a machine of its own, as it does
// everywhere but on Linux.
func localListeners() []listener { return nil }

// engineIsHere reports that it is not.
func engineIsHere(string) bool { return false }

// program is not known.
func (l listener) program() program { return program{} }
