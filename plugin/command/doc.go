// Package command is the command line: one file for each verb. A file holds the
// verb's flags, its help, and one function that turns them into a call of a
// session; where that is too much, files beside it begin with the verb's name.
// All verbs share cli.go (opening sessions), root.go (the list of verbs),
// shared_flags.go, complete.go (what <TAB> offers), look.go (snapshots),
// hints.go (the flag that helps against an error), registry_failures.go
// (failures that only become notes) and discovery_notes.go (what discovery joins
// and what to type where it does not).
//
// General flags are a session.Options: a verb may change its own copy before it
// opens its session, never the original.
package command
