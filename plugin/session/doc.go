// Package session takes a command from the files to the engine and back: it is
// the pipeline on one screen.
//
//	Open     files ──▶ Project ──▶ Topology; connect
//	Plan     engine ──▶ Have; Project, Topology, Have ──▶ Want; Goal ──▶ Plan
//	Run      Plan ──▶ engine.Apply, image.Store.Apply ──▶ events ──▶ view
//	Converge all of it, until the stack is as the goal says
//
// Open is for commands that need the files. Find is for those that look at a
// project or remove it: the engine knows enough for that, so where
// --project-name says which project is meant the files may be broken or gone.
// Connect is for commands that are about no project.
//
// Which containers that other tools made are the project's is Session.Claim: a
// value, so that whatever looks at containers takes it along.
package session
