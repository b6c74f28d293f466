// Package command is the command line: one file a verb. A file holds the verb's
// flags, its help, and one function that makes a call of a session out of them.
//
// General flags are a session.Options: a verb may change its own copy before it
// opens its session, and nobody writes into them.
package command
