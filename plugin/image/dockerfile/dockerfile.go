// Package dockerfile reads out of a Dockerfile what has to be known before and
// after it is built: the images that it is built upon, and the line that a
// builder's step stands on. The grammar is BuildKit's own.
package dockerfile

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// File is a Dockerfile that was read.
type File struct {
	steps  []Step // every instruction, in order
	stages []stage
	args   []arg // those before the first FROM
	escape rune
	modern bool // some of it only BuildKit knows
}

// Step is an instruction of a Dockerfile.
type Step struct {
	Line    int    // from 1
	Keyword string // in upper case
	Text    string // the instruction as it was written
}

// stage is what one FROM begins.
type stage struct {
	name  string // empty: none
	from  string // as written
	fixed bool   // FROM names a platform
	other []Base // as written
	steps []Step // with FROM itself
}

// Base is an image that a Dockerfile needs.
type Base struct {
	Ref  string // with arguments filled in
	Step Step   // the first that names it
}

type arg struct {
	name, value string
	given       bool // it has a default
}

// Parse reads a Dockerfile. It checks the grammar alone; instructions that do
// not exist are for the builder to find.
func Parse(r io.Reader) (*File, error) {
	parsed, err := parser.Parse(r)
	if err != nil {
		return nil, err
	}
	f := &File{escape: parsed.EscapeToken}
	for _, node := range parsed.AST.Children {
		f.add(node)
	}
	return f, nil
}

func (f *File) add(node *parser.Node) {
	step := Step{Line: node.StartLine, Keyword: strings.ToUpper(node.Value), Text: node.Original}
	f.steps = append(f.steps, step)
	f.modern = f.modern || isModern(node)
	words := values(node)
	if step.Keyword == "FROM" && len(words) > 0 {
		s := stage{from: words[0]}
		if len(words) == 3 && strings.EqualFold(words[1], "as") {
			s.name = words[2]
		}
		_, s.fixed = flag(node, "platform")
		f.stages = append(f.stages, s)
	}
	if len(f.stages) == 0 {
		if step.Keyword == "ARG" {
			for _, word := range words {
				name, value, given := strings.Cut(word, "=")
				f.args = append(f.args, arg{name, value, given})
			}
		}
		return
	}
	last := &f.stages[len(f.stages)-1]
	last.steps = append(last.steps, step)
	switch step.Keyword {
	case "COPY":
		if from, ok := flag(node, "from"); ok {
			last.other = append(last.other, Base{from, step})
		}
	case "RUN":
		if mount, ok := flag(node, "mount"); ok {
			for _, option := range strings.Split(mount, ",") {
				if from, ok := strings.CutPrefix(option, "from="); ok {
					last.other = append(last.other, Base{from, step})
				}
			}
		}
	}
}

// classicFlags are the flags of an instruction that the classic builder knows.
func classicFlags(keyword string) []string {
	switch keyword {
	case "FROM":
		return []string{"platform"}
	case "COPY":
		return []string{"from", "chown"}
	case "ADD":
		return []string{"chown"}
	case "HEALTHCHECK":
		return []string{"interval", "timeout", "start-period", "retries"}
	}
	return nil
}

// isModern reports whether only BuildKit knows what an instruction says: a flag,
// a heredoc, or one of the arguments about platforms that it sets itself.
func isModern(node *parser.Node) bool {
	if len(node.Heredocs) > 0 {
		return true
	}
	keyword := strings.ToUpper(node.Value)
	for _, f := range node.Flags {
		name, value, _ := strings.Cut(strings.TrimPrefix(f, "--"), "=")
		if !slices.Contains(classicFlags(keyword), name) || keyword == "FROM" && setByBuildKit(value) {
			return true
		}
	}
	return keyword == "ARG" && slices.ContainsFunc(values(node), setByBuildKit)
}

// setByBuildKit reports whether a word names an argument that BuildKit sets.
func setByBuildKit(word string) bool {
	name, _, given := strings.Cut(strings.Trim(word, "${}"), "=")
	about, target := strings.CutPrefix(name, "TARGET")
	if !target {
		about, target = strings.CutPrefix(name, "BUILD")
	}
	return target && !given && slices.Contains([]string{"PLATFORM", "OS", "ARCH", "VARIANT"}, about)
}

// NeedsBuildKit reports whether the classic builder can't build the file, or
// would make another image of it.
func (f *File) NeedsBuildKit() bool { return f.modern }

func values(node *parser.Node) []string {
	var words []string
	for n := node.Next; n != nil; n = n.Next {
		words = append(words, n.Value)
	}
	return words
}

func flag(node *parser.Node, name string) (string, bool) {
	for _, f := range node.Flags {
		if value, ok := strings.CutPrefix(f, "--"+name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// Bases lists the images that the stages are built upon or copy from, each
// once and in order: not the stages of the file itself and not scratch. The
// arguments are those that the build is given; they win over the file's
// defaults. What stands for another platform is left to the builder. What comes
// after the target, the stage that is built, is not needed; empty: the last.
func (f *File) Bases(args map[string]string, target string) []Base {
	env := f.environment(args)
	lex := shell.NewLex(f.escape)
	var bases []Base
	var names []string
	add := func(b Base) {
		ref, _, err := lex.ProcessWord(b.Ref, env)
		_, number := strconv.Atoi(ref)
		if err != nil || ref == "" || ref == "scratch" || number == nil ||
			slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, ref) }) ||
			slices.ContainsFunc(bases, func(b Base) bool { return b.Ref == ref }) {
			return
		}
		bases = append(bases, Base{ref, b.Step})
	}
	for i, s := range f.stages {
		if !s.fixed {
			add(Base{s.from, s.steps[0]})
		}
		for _, other := range s.other {
			add(other)
		}
		if s.name != "" {
			names = append(names, s.name)
		}
		if target != "" && (strings.EqualFold(s.name, target) || strconv.Itoa(i) == target) {
			break
		}
	}
	return bases
}

// environment is what FROM lines may refer to.
func (f *File) environment(args map[string]string) shell.EnvGetter {
	var env []string
	lex := shell.NewLex(f.escape)
	for _, a := range f.args {
		value, given := args[a.name]
		if !given && a.given {
			if word, _, err := lex.ProcessWord(a.value, shell.EnvsFromSlice(env)); err == nil {
				value, given = word, true
			}
		}
		if given {
			env = append(env, a.name+"="+value)
		}
	}
	return shell.EnvsFromSlice(env)
}

// Len is how many instructions there are.
func (f *File) Len() int { return len(f.steps) }

// Nth is the nth instruction from 1, as the classic builder counts them.
func (f *File) Nth(n int) (Step, bool) {
	if n < 1 || n > len(f.steps) {
		return Step{}, false
	}
	return f.steps[n-1], true
}

// Number is which instruction a step is, from 1; 0: none of these.
func (f *File) Number(step Step) int { return slices.Index(f.steps, step) + 1 }

// Layer is the nth of the total layers of a stage, as BuildKit counts them. The
// stage is empty where there is one only, and stage-0, stage-1, … where it has
// no name.
func (f *File) Layer(name string, n, total int) (Step, bool) {
	for i, s := range f.stages {
		if len(f.stages) > 1 && name != s.name && (s.name != "" || name != "stage-"+strconv.Itoa(i)) {
			continue
		}
		layers := f.layers(i)
		if len(layers) == total && n >= 1 && n <= total {
			return layers[n-1], true
		}
	}
	return Step{}, false
}

func (f *File) layers(i int) []Step {
	s := f.stages[i]
	var layers []Step
	for _, step := range s.steps {
		switch step.Keyword {
		case "FROM":
			earlier := slices.ContainsFunc(f.stages[:i], func(e stage) bool { return strings.EqualFold(e.name, s.from) && e.name != "" })
			if s.from != "scratch" && !earlier {
				layers = append(layers, step)
			}
		case "RUN", "COPY", "ADD", "WORKDIR":
			layers = append(layers, step)
		}
	}
	return layers
}

// At is the instruction that a line belongs to: the last that begins there or
// before.
func (f *File) At(line int) (Step, bool) {
	var found Step
	for _, s := range f.steps {
		if s.Line <= line {
			found = s
		}
	}
	return found, found.Line > 0
}
