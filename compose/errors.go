package compose

import (
	"sort"
	"strings"
)

// Error is one mistake in a file, or in what selects the files. It is data:
// the terminal adds the source line and the caret.
type Error struct {
	Pos   Pos
	Path  string   // web.links[0]; empty where the file as a whole is meant
	Msg   string   // lower case, no full stop
	Hints []string // what to type instead, at most two

	// Kind and About say the same to programs, such as one that has other words
	// for it. No kind is a mistake that only this package knows.
	Kind  Kind
	About About
}

// Kind is a kind of mistake that other readers of these files know, too.
type Kind string

// The kinds, with what of About is set.
const (
	KindBadValue     Kind = "bad value"           // Service, Key, Part, Item, Written
	KindUnknownKey   Kind = "unknown key"         // Service, Key
	KindUnknownPart  Kind = "unknown part"        // Service, Key, Part; Text: what is no part of it
	KindMissingPart  Kind = "missing part"        // Service, Key, Part; Text: the part that is missing
	KindBadName      Kind = "bad name"            // Service
	KindNoImage      Kind = "no image"            // Service
	KindBuiltImage   Kind = "image and build"     // Service
	KindImageFile    Kind = "image and file"      // Service: image beside dockerfile
	KindCapitalName  Kind = "capitals in a name"  // Service, which is built
	KindBadPort      Kind = "bad port"            // Service, Key: ports or expose; Text
	KindUnevenPorts  Kind = "uneven ports"        // Service, Key
	KindBadVolume    Kind = "bad volume"          // Text
	KindSameMount    Kind = "same mount"          // Names: the volumes
	KindBadSource    Kind = "bad volumes_from"    // Text
	KindBadSecurity  Kind = "bad security_opt"    // Text
	KindBadProfile   Kind = "bad profile"         // Text: the file; Cause
	KindBadRestart   Kind = "bad restart"         // Service, Text
	KindBadBoolean   Kind = "bad boolean"         // Service, Key, Text
	KindBadInteger   Kind = "bad integer"         // Service, Key, Part, Text
	KindBadSize      Kind = "bad size"            // Text
	KindBadHost      Kind = "bad host"            // Service; Text: the host, or its address after a colon
	KindBadImage     Kind = "bad image"           // Text
	KindBadVariable  Kind = "bad variable"        // Text: a name with a blank in it
	KindSwapAlone    Kind = "swap without memory" // Service
	KindSoftAbove    Kind = "soft above hard"     // Service; Part: the ulimit; Names: soft, hard
	KindBuildDir     Kind = "no build directory"  // Text: it
	KindNoEnvFile    Kind = "no env file"         // Text: it; Cause
	KindNoFile       Kind = "no file"             // Text: it; Cause
	KindNoFiles      Kind = "no files"            // Names: those that were looked for
	KindTwoOverrides Kind = "two overrides"       // Names
	KindNoYAML       Kind = "no YAML"             // Text: what the reader of YAML says
	KindNoWord       Kind = "key is no word"      // a list or a mapping as a key
	KindUnknownTag   Kind = "unknown tag"         // Text
	KindNoMapping    Kind = "no mapping"          // Written: the whole file
	KindNoService    Kind = "no service"          // Service; Written: what it is instead
	KindFirstVersion Kind = "version 1"           //
	KindNewerSection Kind = "newer section"       // Names: the services
	KindBadDollar    Kind = "bad dollar"          // Service, Key, Text
	KindUnknownLink  Kind = "unknown link"        // Service, Text
	KindOwnLink      Kind = "own link"            // Service
	KindOwnExternal  Kind = "own external link"   // Service, Text; Key: container_name where that names the container
	KindCircle       Kind = "circle"              // Names: the services that need each other
	KindExtendCircle Kind = "circle of extends"   // Names, Files: the services, beginning and ending with one
	KindNoBase       Kind = "nothing to extend"   // Text: the service; Files: where it would be
	KindSameName     Kind = "same container name" // Service, Text
	KindNetLinks     Kind = "net and links"       // Service; Text: the mode, host or container
	KindSharedNet    Kind = "net and own network" // Service, Key
	KindNoContainer  Kind = "no container"        // Service, Key, Text
)

// About is what a mistake is about.
type About struct {
	Service string
	Key     string // of the service
	Part    string // of the key's mapping: FOO of environment
	Item    bool   // it is one of a list
	Text    string // what is written, or what it leads to; paths are absolute
	Written string // the value as JSON
	Meant   string // what was probably meant; empty: nobody knows
	Base    string // the file, where it was read only because services of others extend its own
	Names   []string
	Files   []string
	Unset   string // the variable without a value that stands there; empty: none
	Cause   error
}

// of says which kind of mistake it is, in which service and about what text.
func (e *Error) of(kind Kind, service, text string) *Error {
	e.Kind, e.About.Service, e.About.Text = kind, service, text
	return e
}

// as says which kind of mistake it is.
func (e *Error) as(kind Kind, about About) *Error {
	e.Kind, e.About = kind, about
	return e
}

// Error is the mistake on one line, as compilers write it:
// fig.yml:5:6: web.links[0]: no service "bd" (did you mean "db"?)
func (e *Error) Error() string {
	s := e.Msg
	if e.Path != "" {
		s = e.Path + ": " + s
	}
	if !e.Pos.IsZero() {
		s = e.Pos.String() + ": " + s
	}
	return s
}

// Errors is every mistake found, in file order. It is never empty.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort puts the mistakes in the order in which a reader meets them.
func (es Errors) Sort() {
	sort.SliceStable(es, func(i, j int) bool { return before(es[i].Pos, es[j].Pos) })
}

// before reports whether a stands before b: files by name, then line and
// column.
func before(a, b Pos) bool {
	if a.File != b.File {
		return a.File < b.File
	}
	if a.Line != b.Line {
		return a.Line < b.Line
	}
	return a.Column < b.Column
}
