// Package view is the only writer to the terminal. It turns values (events of a
// plan, log lines, rows, errors) into everything that users see. No other
// package prints, and this one does nothing else.
//
//	plan events ──▶ Progress (plain, tty, json, quiet) ──▶ standard error
//	errors, notes ──▶ PrintError, PrintNotes, Print, … ──▶ standard error
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
// Text from outside (names, labels, messages, what builds print, contents of
// files) is sanitized by package printable: no control character reaches a stream
// but line ends and, on a terminal, our own colours and movements of the cursor.
// JSON spells such characters as \u001b. Only what containers write to their logs
// is passed on: to a terminal with its colours, to a file or a pipe as it is.
package view
