package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// buildByCall builds an image by the engine's build call, with BuildKit or with
// the classic builder.
func (s *Store) buildByCall(ctx context.Context, ref string, spec desired.BuildSpec, buildKit bool, report func(plan.Progress)) error {
	options := build.ImageBuildOptions{
		Tags:        []string{ref},
		NoCache:     spec.Options.NoCache,
		Remove:      !spec.Options.Keep,
		ForceRemove: !spec.Options.Keep && !s.options.Habits.KeepFailed,
		Memory:      spec.Options.Memory,
		Labels:      spec.Labels(),
		BuildArgs:   map[string]*string{},
	}
	for name, value := range spec.Options.Args {
		options.BuildArgs[name] = &value
	}
	addToCall(&options, spec)
	if buildKit {
		options.Version = build.BuilderBuildKit
	}
	file, err := s.prepareBuild(ctx, spec, report)
	if err != nil {
		return err
	}
	var body io.ReadCloser
	if spec.Local() {
		d, err := openDirectory(ctx, spec)
		if err != nil {
			return err
		}
		if body, err = d.pack(spec.Options.Compress, report); err != nil {
			return &BuildError{Service: spec.Service, Msg: err.Error()}
		}
		defer body.Close()
		options.Dockerfile = d.dockerfile
	} else {
		options.RemoteContext, options.Dockerfile, options.PullParent = spec.Context, spec.Dockerfile, spec.Options.Pull
	}
	res, err := s.client.ImageBuild(ctx, body, options)
	if err != nil {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case client.IsErrConnectionFailed(err):
			return err
		}
		return builderError(spec, file, "", apiMessage(err))
	}
	defer res.Body.Close()
	reader := buildReader{spec: spec, file: file, trace: traceOf(file, s.options.Habits), words: s.options.Habits.Words, report: report}
	if err := reader.read(res.Body); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// apiMessage is the engine's message without what the client puts before it.
func apiMessage(err error) string {
	return strings.TrimPrefix(err.Error(), refusal.Daemon)
}

// classicColours are what the classic builder colours standard error with.
var classicColours = strings.NewReplacer("\x1b[91m", "", "\x1b[0m", "")

// buildReader reads the messages of one build, of either builder.
type buildReader struct {
	spec   desired.BuildSpec
	file   *dockerfile.File
	trace  *trace
	step   string // the classic builder's latest, as it said it
	begun  string // the same as it is reported; empty: it has been
	nth    int    // which it is, from 1; 0: there was none
	total  int    // of how many, with those of labels
	text   string // a line that has not ended
	done   bool   // the image is there
	words  bool   // everything is reported as the classic builder says it
	hidden bool   // but what the builder says now
	report func(plan.Progress)
}

// read passes everything on until the end. The error is a *BuildError, or that
// of the connection.
func (r *buildReader) read(body io.Reader) error {
	decoder := json.NewDecoder(body)
	for {
		var m jsonmessage.JSONMessage
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			r.reportStep("")
			if !r.done {
				return &BuildError{Service: r.spec.Service, Msg: "the engine stopped before the image was complete"}
			}
			return nil
		} else if err != nil {
			return fmt.Errorf("reading the build output of the engine: %w", err)
		}
		switch {
		case m.Error != nil:
			r.flush()
			return r.fail(m.Error.Message)
		case m.Aux != nil && m.ID == "moby.buildkit.trace":
			var b []byte
			if err := json.Unmarshal(*m.Aux, &b); err != nil {
				return fmt.Errorf("reading the build output of the engine: %w", err)
			}
			status, err := decodeStatus(b)
			if err != nil {
				return fmt.Errorf("reading the build output of the engine: %w", err)
			}
			r.trace.take(status, r.report)
		case m.Aux != nil:
			r.done = true
		case m.Stream != "":
			r.stream(m.Stream)
		case m.Status != "":
			r.report(progressOf(m))
		}
	}
}

func (r *buildReader) fail(msg string) error {
	step := r.step
	if v, ok := r.trace.failure(); ok {
		step, msg = v.Name, v.Error
	}
	return builderError(r.spec, r.file, step, msg)
}

// stream takes text of the classic builder. A step's line is held back until
// it is known whether the step is taken from the cache.
func (r *buildReader) stream(text string) {
	r.text += text
	for {
		line, rest, ended := strings.Cut(r.text, "\n")
		if !ended {
			return
		}
		r.text = rest
		r.line(classicColours.Replace(strings.TrimRight(line, "\r")))
	}
}

func (r *buildReader) line(line string) {
	n, total, text, step := classicStep(line)
	if step = step && r.follows(n, total); step {
		r.nth, r.total = n, total
	}
	built := strings.HasPrefix(line, "Successfully built ")
	if built {
		r.done = true
	}
	if step {
		r.reportStep("")
		r.step = line
		if total -= len(r.spec.Labels()); r.file != nil {
			total = r.file.Len()
		}
		r.hidden = n > total // a label that was asked for, of which the builder makes a step
	}
	switch {
	case r.words:
		if step {
			line = fmt.Sprintf("Step %d/%d : %s", n, total, text)
		}
		// With BuildKit the engine says nothing but how the image is called.
		tagged := strings.HasPrefix(line, "Successfully tagged ") && r.step == ""
		if r.hidden = r.hidden && !built; !r.hidden && !tagged {
			r.report(plan.Progress{Text: line + "\n"})
		}
	case step && !r.hidden:
		r.begun = fmt.Sprintf("[%d/%d] %s", n, total, text)
	case line == usingCache:
		r.reportStep(cachedWord)
	case step, built, line == "", strings.HasPrefix(line, " ---> "), strings.HasPrefix(line, "Removing intermediate container "),
		strings.HasPrefix(line, "Successfully tagged "):
	default:
		r.reportStep("")
		r.report(plan.Progress{Text: line})
	}
}

// follows reports whether a step is the one that the builder has to say next: what
// it carries out may print such a line too.
func (r *buildReader) follows(n, total int) bool {
	return n == r.nth+1 && (r.total == 0 || total == r.total)
}

func (r *buildReader) reportStep(word string) {
	if r.begun != "" {
		r.report(plan.Progress{Text: r.begun + word})
		r.begun = ""
	}
}

func (r *buildReader) flush() {
	if text := classicColours.Replace(r.text); text != "" {
		r.line(text)
	}
	r.text = ""
	r.reportStep("")
}
