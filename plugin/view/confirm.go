package view

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Confirm asks a yes-or-no question on standard error. Anything but y or yes is
// no, an empty line and the end of input too.
func (s Streams) Confirm(question string) (bool, error) {
	fmt.Fprintf(s.Err, "%s [yN] ", sanitizeLines(question))
	if s.In == nil {
		return false, nil
	}
	answer, err := bufio.NewReader(s.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}
