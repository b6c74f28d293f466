// Package compose reads the files of Fig and of docker-compose 1.x, in which
// services stand at the top level and name each other in links.
//
// Load reads the files that Options selects and returns a Project in which
// everything is resolved: files are merged, extends followed, variables
// replaced, paths absolute, env_files read. Every value keeps the place it was
// written at, so that whoever uses it later can still say where. What is wrong
// comes back as Errors, all of it at once, each mistake with file, line,
// column and what to write instead; what was assumed or has no effect stands
// in Project.Notes.
//
// The format is a table of keys: see Keys, and the README beside this file for
// how the releases differed and which reading was chosen. Marshal writes a
// Project as a file that Load reads back.
//
// Nothing here talks to an engine, and nothing but Load reads files.
package compose
