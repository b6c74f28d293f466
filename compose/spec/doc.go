// Package spec reads files of the Compose specification, and of versions 2 and 3 of
// docker-compose, into the same compose.Project as files of the first format.
//
// The language itself (variables, merging, extends, include, profiles, !reset) is
// compose-go's alone. This package says which files it is to read, takes over what came
// of them, and finds the place in the files for whatever is told.
//
// A key is carried out, or is refused, or is told to have no effect: see Keys. None is
// passed over.
package spec
