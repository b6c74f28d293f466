// Package view is the only writer to the terminal. Everything that a user
// sees is made here out of values: events of a plan, log lines, rows, errors.
// No other package prints, and nothing here acts.
//
//	plan events ──▶ Progress (plain, tty, json, quiet) ──▶ standard error
//	errors, notes ──▶ PrintError, PrintNotes ────────────▶ standard error
//	log lines ──▶ Merge ──▶ Logs ────────────────────────▶ standard output
//	rows ──▶ Table                                       ▶ standard output
//	a plan ──▶ PrintPlan                                 ▶ standard output
//	everything else ──▶ Lines, JSON, Text, Bytes         ▶ standard output
//
// Standard output is for results, standard error for everything else: what a
// command answers can be piped on while people still see what happens.
//
// A command makes an Options with Streams.Options, once, and hands it on.
// Writers, the terminal's size, the clock and the source of files are fields
// of it, so every consumer can be tested by its bytes.
//
// What comes from outside (names, messages, file contents) is shown with its
// control characters made harmless. Only what containers write to their logs
// and builds to a file is passed on as it is.
package view
