// Package view is the only writer to the terminal. It turns values (events of a
// plan, log lines, rows, errors) into everything that users see. No other
// package prints, and this one does nothing else.
//
//	plan events ──▶ Progress (plain, tty, json, quiet) ──▶ standard error
//	errors, notes ──▶ PrintError, PrintNotes, PrintText ─▶ standard error
//	log lines ──▶ Merge ──▶ Logs ────────────────────────▶ standard output
//	rows ──▶ Table, ComposeTable, Matrix ────────────────▶ standard output
//	a plan ──▶ PrintPlan ────────────────────────────────▶ standard output
//	other results ──▶ Lines, JSON, Text, Bytes ──────────▶ standard output
//
// Standard output is for results and standard error for everything else, so the
// output of a command can be piped while people still see what happens.
//
// A command calls Streams.Options once and passes the Options on. The writers,
// the size of the terminal, the clock and the source of files are fields of
// Options, so tests can compare every byte of output.
//
// Text from outside (names, messages, contents of files) is sanitized. Passed on
// unchanged are only what containers write to their logs, what builds print to a
// file, documents, JSON, and the fields that a user's own template asks for.
package view
