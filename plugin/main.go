// Package plugin is the command line of Stack Lite: docker stacklite.
//
// One file a verb: flags become a goal, and converge.go takes it from the files
// to the engine on one screen. docker.go is the shell that the Docker CLI gives
// its plugins; nothing else knows that CLI.
package plugin

import "os"

// version is set by the linker.
var version = "dev"

// Main runs the program on the arguments of the process and exits.
func Main() { os.Exit(runDocker(os.Args)) }
