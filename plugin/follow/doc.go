// Package follow stays with containers as they run: it shows what they write
// (logs -f, up), waits until they are ready, joins the user's terminal to a
// process (run, exec), and obeys Ctrl-C meanwhile.
package follow
