package compose

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
)

// amount is a field of a number of some unit.
func amount(at func(*partial) *int64, parse func(string) (int64, *invalid)) field {
	return typed[int64]{
		at:   at,
		take: func(s *scope, v value) int64 { return s.amount(v, parse) },
		print: func(n int64) any {
			if n == 0 {
				return nil
			}
			return n
		},
	}
}

// optional is an amount of which zero is a setting.
func optional(at func(*partial) **int64, parse func(string) (int64, *invalid)) field {
	return typed[*int64]{
		at: at,
		take: func(s *scope, v value) *int64 {
			n := s.amount(v, parse)
			return &n
		},
		print: func(n *int64) any {
			if n == nil {
				return nil
			}
			return *n
		},
	}
}

func (s *scope) amount(v value, parse func(string) (int64, *invalid)) int64 {
	if v.kind != number && v.kind != text {
		s.errorAt(v, fmt.Sprintf("takes a number, not %s", v.kind))
		return 0
	}
	n, m := parse(strings.TrimSpace(v.text))
	if m != nil {
		s.invalidAt(v, m)
	}
	return n
}

// integer reads whole numbers in the notations of YAML: 10, 0x1f, 1_000, 1e3.
func integer(t string) (int64, bool) {
	if n, err := strconv.ParseInt(t, 0, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// size reads a number of bytes, or a number followed by b, k, m, g or t,
// each a factor of 1024. Zero is no limit, as if the key were not there.
func size(t string) (int64, *invalid) {
	n, ok := integer(t)
	if !ok {
		var err error
		if n, err = units.RAMInBytes(t); err != nil {
			return 0, invalidf("write a number followed by b, k, m or g, such as 512m", "%q is not a size", t).as(KindBadSize)
		}
	}
	if n < 0 {
		return 0, invalidf("remove the key for no limit", "%q is not a size: it is less than zero", t)
	}
	return n, nil
}

// leastMemory is what an engine gives a container at least, since 20.10.
const leastMemory = 6 << 20

// limit is a size that a container can run in.
func limit(t string) (int64, *invalid) {
	n, m := size(t)
	if m == nil && n > 0 && n < leastMemory {
		return 0, invalidf("write 6m or more", "%q is less than the minimum, 6m", t)
	}
	return n, m
}

// swap is a size, or -1 for no limit.
func swap(t string) (int64, *invalid) {
	if n, ok := integer(t); ok && n == -1 {
		return -1, nil
	}
	return size(t)
}

func percent(t string) (int64, *invalid) {
	n, ok := integer(t)
	if !ok || n < 0 || n > 100 {
		return 0, invalidf("", "%q is not a number from 0 to 100", t).as(KindBadInteger)
	}
	return n, nil
}

func shares(t string) (int64, *invalid) {
	n, ok := integer(t)
	if !ok || n < 0 {
		return 0, invalidf("the default is 1024: write 512 for half of it", "%q is not a whole number", t)
	}
	return n, nil
}

// quota reads microseconds, or a time such as 50ms.
func quota(t string) (int64, *invalid) {
	n, ok := integer(t)
	if d, err := time.ParseDuration(t); !ok && err == nil {
		n, ok = d.Microseconds(), true
	}
	if !ok {
		return 0, invalidf("write microseconds of each 100000, such as 50000, or a time, such as 50ms", "%q is not a time", t)
	}
	if n < 1000 && n != 0 && n != -1 {
		return 0, invalidf("", "%q is less than the minimum, 1000 microseconds", t)
	}
	return n, nil
}

func readUlimits(s *scope, v value) []Ulimit {
	switch v.kind {
	case mapping:
	default:
		s.errorAt(v, fmt.Sprintf("takes a mapping, not %s", v.kind), `write "nofile: 1024" on a line of its own`)
		return nil
	}
	var out []Ulimit
	for _, p := range filled(s, v) {
		if u, ok := s.part(p.key).ulimit(p); ok {
			out = append(out, u)
		}
	}
	return sortUlimits(out)
}

func (s *scope) ulimit(p pair) (Ulimit, bool) {
	u := Ulimit{Name: p.key, Pos: p.pos}
	if _, err := units.ParseUlimit(p.key + "=0:0"); err != nil {
		s.fail(p.pos, s.path, fmt.Sprintf("no ulimit %q%s", p.key, DidYouMean(p.key, ulimitNames)), "the ulimits are "+strings.Join(ulimitNames, ", "))
		return u, false
	}
	if p.value.kind != mapping {
		n := s.amount(p.value, whole)
		u.Soft, u.Hard = n, n
		return u, true
	}
	for _, part := range p.value.pairs {
		c := s.part(part.key)
		switch part.key {
		case "soft":
			u.Soft = c.amount(part.value, whole)
		case "hard":
			u.Hard = c.amount(part.value, whole)
		default:
			c.fail(part.pos, c.path, fmt.Sprintf("no key %q here: there are soft and hard", part.key)).as(KindUnknownPart, s.about(part.key))
		}
	}
	for _, need := range [...]string{"soft", "hard"} {
		if _, ok := p.value.get(need); !ok {
			s.errorAt(p.value, need+" is missing", "write both soft and hard, or one number for both").as(KindMissingPart, s.about(need))
			return u, false
		}
	}
	if u.Hard != -1 && (u.Soft == -1 || u.Soft > u.Hard) {
		e := s.errorAt(p.value, fmt.Sprintf("soft (%d) is more than hard (%d)", u.Soft, u.Hard))
		e.Kind, e.About.Names = KindSoftAbove, []string{strconv.FormatInt(u.Soft, 10), strconv.FormatInt(u.Hard, 10)}
		return u, false
	}
	return u, true
}

func whole(t string) (int64, *invalid) {
	n, ok := integer(t)
	if !ok || n < -1 {
		return 0, invalidf("write -1 for no limit", "%q is not a whole number", t).as(KindBadInteger)
	}
	return n, nil
}

var ulimitNames = []string{"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile",
	"nproc", "rss", "rtprio", "rttime", "sigpending", "stack"}

func sortUlimits(us []Ulimit) []Ulimit {
	sort.Slice(us, func(i, j int) bool { return us[i].Name < us[j].Name })
	return us
}

func printUlimits(us []Ulimit) any {
	if len(us) == 0 {
		return nil
	}
	out := make(map[string]any, len(us))
	for _, u := range us {
		if u.Soft == u.Hard {
			out[u.Name] = u.Soft
			continue
		}
		out[u.Name] = map[string]int64{"soft": u.Soft, "hard": u.Hard}
	}
	return out
}
