package spec

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose"
)

// The forms in which compose-go names what it is about.
var (
	pathInText    = regexp.MustCompile(`\b(?:services|networks|volumes|configs|secrets|include|models)(?:\.[A-Za-z0-9_.-]*[A-Za-z0-9_-]|\[[^\]\s]+\])+`)
	topInText     = regexp.MustCompile(`^(services|networks|volumes|configs|secrets|include) must be`)
	serviceInText = regexp.MustCompile(`\bservices? "?([A-Za-z0-9._-]+)"?`)
	validating    = regexp.MustCompile(`^validating (.+?): `)
	failedToParse = regexp.MustCompile(`^failed to parse (.+?): `)
	yamlPlace     = regexp.MustCompile(`\bline (\d+)(?:, column (\d+))?`)

	undefinedService = regexp.MustCompile(`service "([^"]+)" depends on undefined service "([^"]+)"`)
	undefinedOther   = regexp.MustCompile(`service "([^"]+)" refers to undefined (network|volume|config|secret|build secret) ([^\s:]+)`)
	undefinedBase    = regexp.MustCompile(`cannot extend service "([^"]+)" in .*: service "([^"]+)" not found`)
	cycle            = regexp.MustCompile(`^dependency cycle detected: (\S+) -> (\S+)`)
	writtenTwice     = regexp.MustCompile(`line (\d+): mapping key "([^"]+)" already defined at line (\d+)`)
	unknownKey       = regexp.MustCompile(`additional properties '([^']+)' not allowed|: ?false schema|^\S+ false schema`)
	interpolating    = regexp.MustCompile(`^error while interpolating \S+: `)
	badVariable      = regexp.MustCompile(`(?s)^invalid interpolation format for \S+\..*You may need to escape any \$ with another \$\.\s*(.*)$`)
	undefinedOwner   = regexp.MustCompile(`service "([^"]+)" not found for network_mode`)
)

// explain makes a mistake with its place of an error of compose-go.
func (all *files) explain(err error) *compose.Error {
	var own compose.Errors
	if errors.As(err, &own) && len(own) > 0 {
		return own[0]
	}
	text := strings.TrimSuffix(err.Error(), ": invalid compose project")
	for _, about := range []func(string) *compose.Error{all.twice, all.syntax, all.undefined, all.circle} {
		if e := about(text); e != nil {
			return e
		}
	}
	text = strings.TrimPrefix(validating.ReplaceAllString(text, ""), "decoding failed due to the following error(s):\n\n")
	path, at := all.pathIn(text)
	e := &compose.Error{Pos: at, Path: path, Msg: text}
	if path != "" {
		e.Path = strings.NewReplacer("[", ".", "]", "").Replace(path)
		for _, name := range []string{"'" + path + "'", path} {
			e.Msg = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(e.Msg, name), ":"))
		}
	}
	if e.Pos.Line == 0 {
		e.Pos = all.mention(text)
	}
	all.plainly(e, text)
	return e
}

// plainly says a mistake in plainer words than compose-go's, where it is one that has them.
func (all *files) plainly(e *compose.Error, text string) {
	words := all.split(e.Path)
	switch m := unknownKey.FindStringSubmatch(text); {
	case m != nil && len(words) > 0 && e.Path != "":
		key := m[1]
		if key == "" {
			key, words = words[len(words)-1], words[:len(words)-1]
			e.Path = strings.Join(words, ".")
		}
		e.Msg = fmt.Sprintf("there is no key %q%s", key, compose.DidYouMean(key, keysUnder(words)))
		return
	case badVariable.MatchString(e.Msg):
		e.Msg = fmt.Sprintf("%q is no variable", strings.TrimSpace(badVariable.FindStringSubmatch(e.Msg)[1]))
		e.Hints = []string{"write ${NAME} or $NAME; for a dollar sign itself $$"}
		return
	}
	e.Msg = interpolating.ReplaceAllString(e.Msg, "")
	e.Msg = strings.NewReplacer("must be a array", "must be a list", "must be a object", "must be a mapping").Replace(e.Msg)
	e.Msg = lower(strings.Join(strings.Fields(e.Msg), " "))
}

// keysUnder are the keys that a part of a file may have: services, web, build.
func keysUnder(path []string) []string {
	pattern := strings.Builder{}
	for i, word := range path {
		if i%2 == 1 && (i == 1 || i == 3 && path[2] == "networks") {
			word = "*"
		}
		pattern.WriteString(word + ".")
	}
	var names []string
	for _, k := range Keys() {
		if name, ok := strings.CutPrefix(k.Path, pattern.String()); ok && !strings.Contains(name, ".") {
			names = append(names, name)
		}
	}
	return names
}

// twice explains that a key is written twice.
func (all *files) twice(text string) *compose.Error {
	m := writtenTwice.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	e := &compose.Error{Pos: all.place(), Msg: fmt.Sprintf("%q is written twice, first at line %s", m[2], m[3]), Hints: []string{"remove one of the two"}}
	if f := failedToParse.FindStringSubmatch(text); f != nil {
		e.Pos.File = all.o.Display(f[1])
	}
	fmt.Sscan(m[1], &e.Pos.Line)
	e.Pos.Column = 1
	for _, f := range slices.Concat(all.main, all.more) {
		if lines := strings.Split(string(f.content), "\n"); all.o.Display(f.path) == e.Pos.File && e.Pos.Line <= len(lines) {
			e.Pos.Column += len(lines[e.Pos.Line-1]) - len(strings.TrimLeft(lines[e.Pos.Line-1], " "))
		}
	}
	return e
}

// circle explains that services depend on each other.
func (all *files) circle(text string) *compose.Error {
	m := cycle.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	e := all.noService(m[1], m[2], "depends_on", "links", "volumes_from", "network_mode")
	e.Msg = "services depend on each other: " + strings.TrimPrefix(text, "dependency cycle detected: ")
	return e
}

// mention is where the files have a word of a text, if just one value does: a path, or
// what stands at the end of the text.
func (all *files) mention(text string) compose.Pos {
	pos := all.place()
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '"' || r == '\'' || r == '\n' })
	for _, word := range slices.Backward(words) {
		word = strings.TrimSuffix(word, ":")
		if len(word) < 3 {
			continue
		}
		var found []compose.Pos
		for _, f := range slices.Concat(all.main, all.more) {
			dir := filepath.Dir(f.path)
			each(f.root, func(n *yaml.Node) {
				same := n.Value == word || filepath.IsAbs(word) && n.Value != "" && filepath.Join(dir, n.Value) == word
				if same || strings.ContainsAny(word, "0123456789./") && !filepath.IsAbs(word) && strings.Contains(n.Value, word) {
					found = append(found, compose.Pos{File: all.o.Display(f.path), Line: n.Line, Column: n.Column})
				}
			})
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return pos
}

// each calls do with all values of a file, but for keys.
func each(n *yaml.Node, do func(*yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		do(n)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			each(c, do)
		}
	}
}

// pathIn finds what a text is about, and its place.
func (all *files) pathIn(text string) (string, compose.Pos) {
	path := pathInText.FindString(text)
	if m := topInText.FindStringSubmatch(text); m != nil {
		path = m[1]
	}
	if path == "" {
		if m := serviceInText.FindStringSubmatch(text); m != nil && slices.Contains(all.names("services"), m[1]) {
			path = "services." + m[1]
		}
	}
	if path == "" {
		return "", all.place()
	}
	pos, found := all.find(all.split(path))
	if found == 0 {
		return path, all.place()
	}
	// What is not allowed is named behind the path.
	if extra := unknownKey.FindStringSubmatch(text); extra != nil && extra[1] != "" {
		if p, n := all.find(append(all.split(path), extra[1])); n > found {
			pos = p
		}
	}
	return path, pos
}

// split cuts a path at its dots. Names may have dots too: the longest name that there is
// counts.
func (all *files) split(path string) []string {
	path = strings.Trim(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
	words := strings.Split(path, ".")
	if len(words) < 2 {
		return words
	}
	names := all.names(words[0])
	for n := len(words); n > 2; n-- {
		if name := strings.Join(words[1:n], "."); slices.Contains(names, name) {
			return append([]string{words[0], name}, words[n:]...)
		}
	}
	return words
}

// syntax explains that a file is no YAML: in the words in which mistakes of other files
// are told, where those know what is wrong.
func (all *files) syntax(text string) *compose.Error {
	for _, f := range slices.Concat(all.main, all.more) {
		if f.root != nil {
			continue
		}
		if m := compose.CheckYAML(all.o.Display(f.path), f.content); m != nil {
			return m
		}
	}
	m := failedToParse.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	pos := compose.Pos{File: all.o.Display(m[1])}
	msg := strings.TrimPrefix(text, m[0])
	if at := yamlPlace.FindStringSubmatch(msg); at != nil {
		fmt.Sscan(at[1], &pos.Line)
		pos.Column = 1
		if at[2] != "" {
			fmt.Sscan(at[2], &pos.Column)
		}
	}
	return &compose.Error{Pos: pos, Msg: lower(strings.TrimPrefix(msg, "yaml: "))}
}

// undefined explains a name that stands for nothing.
func (all *files) undefined(text string) *compose.Error {
	if m := undefinedService.FindStringSubmatch(text); m != nil {
		return all.noService(m[1], m[2], "depends_on", "links", "volumes_from", "network_mode", "ipc", "pid")
	}
	if m := undefinedOwner.FindStringSubmatch(text); m != nil {
		for _, user := range all.names("services") {
			if at, found := all.find([]string{"services", user, "network_mode"}); found == 3 && slices.Contains(all.values("services", user, "network_mode"), "service:"+m[1]) {
				e := all.noService(user, m[1])
				e.Pos, e.Path = at, "services."+user+".network_mode"
				return e
			}
		}
	}
	if m := undefinedBase.FindStringSubmatch(text); m != nil {
		return all.noService(m[1], m[2], "extends")
	}
	m := undefinedOther.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	kind := strings.TrimPrefix(m[2], "build ")
	path := []string{"services", m[1], kind + "s", m[3]}
	if kind != m[2] {
		path = []string{"services", m[1], "build", kind + "s", m[3]}
	}
	names := all.names(kind + "s")
	e := &compose.Error{Pos: all.place(path...), Path: strings.Join(path[:len(path)-1], "."), Msg: fmt.Sprintf("no %s %q%s", kind, m[3], compose.DidYouMean(m[3], names))}
	if compose.Nearest(m[3], names) == "" {
		e.Hints = []string{fmt.Sprintf("declare it: %ss: at the top of the file, with %s: below it", kind, m[3])}
	}
	return e
}

// noService explains that a service names another that there is not, by one of its keys.
func (all *files) noService(service, name string, keys ...string) *compose.Error {
	e := &compose.Error{Path: "services." + service, Pos: all.place("services", service)}
	names := slices.DeleteFunc(all.names("services"), func(n string) bool { return n == service })
	e.Msg = fmt.Sprintf("no service %q%s", name, compose.DidYouMean(name, names))
	best := 2
	for _, key := range keys {
		path := []string{"services", service, key, name}
		if pos, found := all.find(path); found > best {
			best, e.Pos, e.Path = found, pos, strings.Join(path[:3], ".")
		}
		if best == 4 {
			break
		}
	}
	return e
}

// values are the texts at a path in all files.
func (all *files) values(path ...string) []string {
	var list []string
	for _, f := range all.inOrder() {
		n := f.root
		for _, key := range path {
			n = child(n, key)
		}
		list = append(list, texts(n, "")...)
	}
	return list
}

// warning makes a note, with its place, of what compose-go warns of.
func (all *files) warning(text string) compose.Note {
	text = strings.TrimSpace(text)
	for _, f := range all.main {
		if rest, ok := strings.CutPrefix(text, f.path+": "); ok {
			pos, _ := f.at([]string{"version"})
			if pos == nil {
				return compose.Note{Pos: compose.Pos{File: all.o.Display(f.path)}, Text: lower(rest)}
			}
			return compose.Note{Pos: compose.Pos{File: all.o.Display(f.path), Line: pos.Line, Column: pos.Column}, Text: lower(rest)}
		}
	}
	return compose.Note{Pos: all.place(), Text: lower(text)}
}

// lower writes the first letter of a sentence small, unless it begins a word that is
// written otherwise.
func lower(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
