// Package compose reads the files of Fig and of docker-compose 1.x, in which
// services stand at the top level and name each other in links.
//
// Load reads the files that Options selects and returns a Project in which
// everything is resolved: files are merged, extends followed, variables
// replaced, paths absolute, env_files read. Every value keeps its position, so
// that later code can still say where it was written. Mistakes come back as
// Errors, all of them at once, each with file, line, column and what to write
// instead; what was assumed or has no effect is in Project.Notes.
//
// The format is a table of keys: see Keys, and the README beside this file for
// how the releases differed and which reading was chosen. Marshal writes a
// Project as a file that Load reads back.
//
// Nothing here talks to an engine, and nothing but Load and Variables reads
// files.
//
// # Other front ends
//
// A package that reads another format makes the same Project; the rest of the
// program does not know where it came from. Every field can be set, and this is
// what it has to give:
//
//   - Names: Project.Name as NormalizeName makes it, Service.Name of a-z A-Z 0-9
//     . _ and - (no slash, which linking uses for containers outside the
//     project), and Link.Alias always, with the target's name where the file has
//     no alias.
//   - Positions: Service.Pos, the Pos of every item, and Service.At of the keys
//     that have no item, by their names in this format: pid, ipc and
//     container_name are asked for. Pos.File is what a terminal shows and opens.
//   - References: VolumesFrom.Service and Namespace.Mode say whether a name is
//     that of a service of the project or of a container; Pid and Ipc name both
//     as container:NAME. Check finds the names that no service has.
//   - Values as the comments of Project and Service have them: paths absolute,
//     sizes in bytes, lists sorted where they say so, seccomp profiles with
//     their text, defaults left out.
//   - Notes in the order of their positions, and mistakes as Errors, sorted, with
//     no Project beside them. DidYouMean ends a message about an unknown name.
package compose
