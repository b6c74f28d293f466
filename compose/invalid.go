package compose

import "fmt"

// invalid says what is wrong with a value, without its place: that the caller
// adds.
type invalid struct {
	msg   string
	hints []string
}

// invalidf makes an invalid with at most one hint, none where it is empty.
func invalidf(hint, format string, a ...any) *invalid {
	m := &invalid{msg: fmt.Sprintf(format, a...)}
	if hint != "" {
		m.hints = []string{hint}
	}
	return m
}
