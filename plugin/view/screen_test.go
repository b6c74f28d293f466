package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose/printable"
)

// screen is a terminal of a fixed size in memory. It knows only what the tty
// renderer may use, and everything else is an error.
type screen struct {
	width, height int
	rows          [][]rune
	scrolled      []string // rows that left at the top
	x, y          int
	hidden        bool // the cursor
	writes        int
	err           error
}

func newScreen(width, height int) *screen {
	return &screen{width: width, height: height, rows: make([][]rune, height)}
}

func (s *screen) size() (int, int) { return s.width, s.height }

func (s *screen) Write(p []byte) (int, error) {
	s.writes++
	for rest := string(p); rest != ""; {
		if n := printable.Sequence(rest); n > 0 {
			s.control(rest[1:n])
			rest = rest[n:]
			continue
		}
		r := []rune(rest)[0]
		rest = strings.TrimPrefix(rest, string(r))
		switch {
		case r == '\r':
			s.x = 0
		case r == '\n':
			s.down()
		case r < ' ':
			s.err = fmt.Errorf("control character %q", r)
		default:
			s.put(r)
		}
	}
	return len(p), nil
}

func (s *screen) put(r rune) {
	if s.x == s.width {
		s.err = fmt.Errorf("a line of more than %d cells", s.width)
		return
	}
	row := s.rows[s.y]
	for len(row) <= s.x {
		row = append(row, ' ')
	}
	row[s.x] = r
	s.rows[s.y] = row
	s.x++
}

func (s *screen) down() {
	if s.y < s.height-1 {
		s.y++
		return
	}
	s.scrolled = append(s.scrolled, string(s.rows[0]))
	s.rows = append(s.rows[1:], nil)
}

func (s *screen) control(c string) {
	final := c[len(c)-1]
	n, _ := strconv.Atoi(strings.Trim(c, "[?"+string(final)))
	switch {
	case c == "[?25l":
		s.hidden = true
	case c == "[?25h":
		s.hidden = false
	case final == 'm':
	case final == 'A':
		if n > s.y {
			s.err = fmt.Errorf("%d up from row %d", n, s.y)
		}
		s.y = max(0, s.y-n)
	case c == "[2K":
		s.rows[s.y] = nil
	case c == "[0K" || c == "[0J":
		s.rows[s.y] = s.rows[s.y][:min(s.x, len(s.rows[s.y]))]
		if final == 'J' {
			clear(s.rows[s.y+1:])
		}
	default:
		s.err = fmt.Errorf("unknown control sequence %q", c)
	}
}

// String is the text on the screen, without the empty rows at the end.
func (s *screen) String() string {
	var b strings.Builder
	for _, r := range s.rows {
		b.WriteString(strings.TrimRight(string(r), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
