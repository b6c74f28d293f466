package compose

import "strings"

// splitCommand splits a command into words as docker-compose 1.x did, with
// Python's shlex.split: no shell runs, so $, ;, | and # are ordinary characters;
// single quotes keep everything, double quotes everything but \" and \\.
//
// The Go libraries for this follow the shell: google/shlex, go-shellquote,
// go-shellwords and BuildKit's all drop the backslash of sh -c "echo \$HOME",
// which that inner shell is to get. google/shlex also drops what follows a #,
// go-shellwords what follows ; or &&, and BuildKit's an empty argument.
func splitCommand(s string) ([]string, *invalid) {
	var (
		out   = []string{}
		word  strings.Builder
		begun bool
		quote rune // that is open, or 0
		start int  // where it opened
	)
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == '\'':
			word.WriteRune(c)
		case c == '\\':
			if i+1 == len(runes) {
				return nil, invalidf(`write \\ for a backslash`, "a backslash stands at the end")
			}
			i++
			if quote == '"' && runes[i] != '"' && runes[i] != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(runes[i])
			begun = true
		case quote != 0:
			word.WriteRune(c)
		case c == '"' || c == '\'':
			quote, start, begun = c, i, true
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if begun {
				out = append(out, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteRune(c)
			begun = true
		}
	}
	if quote != 0 {
		return nil, invalidf(`close it, or write \ before a quote that is part of the text`, "the quote %c is not closed: %q", quote, excerpt(string(runes[start:])))
	}
	if begun {
		out = append(out, word.String())
	}
	return out, nil
}
