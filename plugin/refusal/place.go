package refusal

import (
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// PlaceIn finds what in the file of a service a refusal is about: the key, and where
// it stands; empty: it is not known. What a command line said in the place of a key
// stands nowhere; with whole, nothing was typed, and what the service does not say is
// its image's.
func (r *Refusal) PlaceIn(s *compose.Service, whole bool) (key string, pos compose.Pos) {
	keys := r.Kind.Keys()
	for _, key := range keys {
		at, set := s.At[key]
		if !set || key == "entrypoint" && !begins(s.Entrypoint, r.Facts) || key == "command" && !begins(s.Command, r.Facts) {
			continue // it is the image's own, or another that was typed
		}
		if item := itemOf(s, key, r.Facts); !item.IsZero() {
			return key, item
		}
		return key, at
	}
	if !whole || len(keys) == 0 {
		return "", compose.Pos{}
	}
	for _, key := range []string{"image", "build"} { // what the service does not say is the image's
		if at, set := s.At[key]; set {
			return key, at
		}
	}
	return "", compose.Pos{}
}

// begins reports whether a command begins with the program that was refused.
func begins(command []string, facts Facts) bool {
	return len(command) > 0 && command[0] == facts["program"]
}

// itemOf is where in the list of a key that stands which was refused; zero: it is not
// known.
func itemOf(s *compose.Service, key string, facts Facts) compose.Pos {
	switch key {
	case "ports":
		n, _ := strconv.Atoi(facts["port"])
		for _, p := range s.Ports {
			if p.HostFirst <= n && n <= p.HostLast || n == 0 && p.IP != "" && strings.Contains(facts["ip"], p.IP) {
				return p.Pos
			}
		}
	case "volumes":
		for _, v := range s.Volumes {
			if v.Host != "" && v.Host == facts["source"] || v.Target == facts["target"] {
				return v.Pos
			}
		}
	case "devices":
		for _, d := range s.Devices {
			if d.Host == facts["device"] {
				return d.Pos
			}
		}
	}
	return compose.Pos{}
}
