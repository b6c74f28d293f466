package enginetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/build"
)

// builder carries out a Dockerfile: settings and fingerprints of files, nothing
// is ever run.
type builder struct {
	images  *imageStore
	out     api.Messages
	steps   build.Steps
	files   build.Context
	args    map[string]string // given by the client
	defined map[string]string // args that are in force
	stages  map[string]*image
	config  *containertypes.Config
	layers  []string
	parent  string
}

func (s *imageStore) postBuild(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("remote") != "" {
		return api.Errorf(http.StatusNotImplemented, "enginetest builds from the body of the call only")
	}
	files, err := build.ReadContext(r.Body)
	if err != nil {
		return api.BadRequest("%v", err)
	}
	name := r.FormValue("dockerfile")
	if name == "" {
		name = "Dockerfile"
	}
	text, ok := files[path.Clean(name)]
	if !ok {
		return api.Errorf(http.StatusInternalServerError, "Cannot locate specified Dockerfile: %s", name)
	}
	b := &builder{images: s, files: files, stages: map[string]*image{}, defined: map[string]string{}}
	var labels map[string]string
	for param, into := range map[string]*map[string]string{"buildargs": &b.args, "labels": &labels} {
		if value := r.FormValue(param); value != "" {
			if err := json.Unmarshal([]byte(value), into); err != nil {
				return api.BadRequest("error reading %s: %v", param, err)
			}
		}
	}
	steps := build.Instructions(string(text))
	if len(steps) == 0 {
		return api.BadRequest("the Dockerfile (%s) cannot be empty", name)
	}
	b.out = api.NewMessages(w)
	b.steps = build.Classic(b.out.Send)
	if r.FormValue("version") == "2" {
		b.steps = build.BuildKit(b.out.Send)
	}
	if err := b.run(steps, r.FormValue("target")); err != nil {
		b.out.Fail(err.Error())
		return nil
	}
	b.config.Labels = merged(b.config.Labels, labels)
	i := s.add(b.config, b.parent, b.layers)
	var tags []string
	for _, tag := range r.URL.Query()["t"] {
		tags = append(tags, familiar(tag))
		s.tag(i, familiar(tag))
		s.emit(i, events.ActionTag, familiar(tag))
	}
	b.steps.Built(i.id, tags)
	return nil
}

func (b *builder) run(steps []build.Instruction, target string) error {
	stage := ""
	for n, step := range steps {
		if step.Keyword == "FROM" && b.config != nil {
			if target != "" && stage == target {
				return nil
			}
			b.stages[stage] = b.images.add(b.config, b.parent, b.layers)
		}
		if step.Keyword == "FROM" {
			stage = strconv.Itoa(len(b.stages))
			if words := strings.Fields(step.Rest); len(words) == 3 && strings.EqualFold(words[1], "as") {
				stage = words[2]
			}
		}
		b.steps.Begin(n+1, len(steps), step)
		err := b.step(step)
		b.steps.End(n+1, len(steps), step, err)
		if err != nil {
			return err
		}
	}
	if target != "" && stage != target {
		return fmt.Errorf("failed to reach build target %s in Dockerfile", target)
	}
	if b.config == nil {
		return errors.New("no build stage in current context")
	}
	return nil
}

func (b *builder) step(s build.Instruction) error {
	if s.Keyword != "RUN" && s.Keyword != "CMD" && s.Keyword != "ENTRYPOINT" {
		s.Rest = b.expand(s.Rest)
	}
	switch {
	case s.Keyword == "ARG":
		return b.declare(s.Rest)
	case s.Keyword == "FROM":
		return b.from(s.Rest)
	case b.config == nil:
		return errors.New("no build stage in current context")
	}
	switch s.Keyword {
	case "COPY", "ADD":
		return b.copy(s)
	case "RUN":
		return b.command(s.Rest)
	case "SHELL", "ONBUILD", "HEALTHCHECK", "MAINTAINER":
		b.layers = append(b.layers, s.Keyword+" "+s.Rest)
		return nil
	}
	return build.Set(b.config, s)
}

// declare takes an ARG: its value from outside wins over its default.
func (b *builder) declare(rest string) error {
	name, value, _ := strings.Cut(rest, "=")
	if own, ok := b.args[name]; ok {
		value = own
	}
	b.defined[name] = strings.Trim(value, `"'`)
	return nil
}

// expand replaces $NAME and ${NAME} by what ARG and ENV said.
func (b *builder) expand(s string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	env := maps.Clone(b.defined)
	if b.config != nil {
		for _, line := range b.config.Env {
			name, value, _ := strings.Cut(line, "=")
			env[name] = value
		}
	}
	return os.Expand(s, func(name string) string { return env[name] })
}

func (b *builder) from(rest string) error {
	words := strings.Fields(rest)
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		words = words[1:]
	}
	if len(words) == 0 {
		return errors.New("FROM requires either one or three arguments")
	}
	b.config, b.layers, b.parent = &containertypes.Config{}, nil, ""
	if words[0] == "scratch" {
		return nil
	}
	base, ok := b.stages[words[0]]
	if !ok {
		var err error
		if base, err = b.images.find(words[0]); err != nil {
			if base, ok = b.images.fetch(familiar(words[0])); !ok {
				return fmt.Errorf("pull access denied for %s, repository does not exist or may require "+
					"'docker login': denied: requested access to the resource is denied", words[0])
			}
		}
	}
	config := *base.config
	b.config, b.layers, b.parent = &config, slices.Clone(base.layers), base.id
	return nil
}

func (b *builder) copy(s build.Instruction) error {
	words, err := s.Words()
	if err != nil {
		return err
	}
	from := ""
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		if stage, ok := strings.CutPrefix(words[0], "--from="); ok {
			from = stage
		}
		words = words[1:]
	}
	if len(words) < 2 {
		return fmt.Errorf("%s requires at least two arguments", s.Keyword)
	}
	for _, source := range words[:len(words)-1] {
		sum := source
		if stage, ok := b.stages[from]; ok {
			sum = stage.id + source
		} else if from == "" && !strings.Contains(source, "://") {
			if sum, ok = b.files.Digest(source); !ok {
				return fmt.Errorf("%s failed: file not found in build context or excluded by .dockerignore: "+
					"stat %s: file does not exist", s.Keyword, source)
			}
		}
		b.layers = append(b.layers, sum+" "+words[len(words)-1])
	}
	return nil
}

// command takes a RUN. Nothing is run, but `false` and `exit N` fail as they
// would, for the tests that need a build to fail.
func (b *builder) command(rest string) error {
	code := strings.TrimPrefix(rest, "exit ")
	if rest == "false" {
		code = "1"
	}
	if code != rest && code != "0" {
		//lint:ignore ST1005 these are the engine's words
		return fmt.Errorf("The command '/bin/sh -c %s' returned a non-zero code: %s", rest, code)
	}
	b.layers = append(b.layers, "RUN "+b.expand(rest))
	return nil
}
