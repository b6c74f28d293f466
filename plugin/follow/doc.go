// Package follow follows running containers: it shows what they write (logs -f,
// up), waits until they are ready, attaches the user's terminal to a process
// (run, exec), and handles Ctrl-C meanwhile.
package follow
