package engine

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

	"github.com/stack-lite/stack-lite/plugin/engine/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// buildByCall builds an image by the engine's build call, with BuildKit or with
// the classic builder.
func (e *Engine) buildByCall(ctx context.Context, ref string, spec BuildSpec, buildKit bool, report func(plan.Progress)) error {
	options := build.ImageBuildOptions{
		Tags:        []string{ref},
		NoCache:     spec.Options.NoCache,
		Remove:      !spec.Options.Keep,
		ForceRemove: !spec.Options.Keep,
		Memory:      spec.Options.Memory,
		Labels:      spec.labels(),
		BuildArgs:   map[string]*string{},
	}
	for name, value := range spec.Options.Args {
		options.BuildArgs[name] = &value
	}
	if buildKit {
		options.Version = build.BuilderBuildKit
	}
	file, err := e.readyToBuild(ctx, spec, report)
	if err != nil {
		return err
	}
	var body io.ReadCloser
	if spec.local() {
		d, err := spec.openDirectory()
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
	res, err := e.client.ImageBuild(ctx, body, options)
	if err != nil {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case client.IsErrConnectionFailed(err):
			return err
		}
		return spec.failure(file, "", apiMessage(err))
	}
	defer res.Body.Close()
	reader := buildReader{spec: spec, file: file, trace: newTrace(), report: report}
	if err := reader.read(res.Body); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// labels mark an image as the stack's (compose-v1.md 3.5).
func (b BuildSpec) labels() map[string]string {
	return map[string]string{labels.Project: b.Project, labels.Service: b.Service}
}

// apiMessage is the engine's message without what the client puts before it.
func apiMessage(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}

// classicColours are what the classic builder paints standard error with.
var classicColours = strings.NewReplacer("\x1b[91m", "", "\x1b[0m", "")

// buildReader reads the messages of one build, of either builder.
type buildReader struct {
	spec   BuildSpec
	file   *dockerfile.File
	trace  *trace
	step   string // the classic builder's latest, as it said it
	begun  string // the same as it is told; empty: it has been
	text   string // a line that has not ended
	done   bool   // the image is there
	report func(plan.Progress)
}

// read passes everything on until the end. The error is a *BuildError, or that
// of the connection.
func (r *buildReader) read(body io.Reader) error {
	decoder := json.NewDecoder(body)
	for {
		var m jsonmessage.JSONMessage
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			r.tellStep("")
			if !r.done {
				return &BuildError{Service: r.spec.Service, Msg: "the engine broke off before the image was done"}
			}
			return nil
		} else if err != nil {
			return fmt.Errorf("reading what the engine says about the build: %w", err)
		}
		switch {
		case m.Error != nil:
			r.flush()
			return r.fail(m.Error.Message)
		case m.Aux != nil && m.ID == "moby.buildkit.trace":
			var b []byte
			if err := json.Unmarshal(*m.Aux, &b); err != nil {
				return fmt.Errorf("reading what the engine says about the build: %w", err)
			}
			status, err := decodeStatus(b)
			if err != nil {
				return fmt.Errorf("reading what the engine says about the build: %w", err)
			}
			r.trace.take(status, r.report)
		case m.Aux != nil:
			r.done = true
		case m.Stream != "":
			r.stream(m.Stream)
		case m.Status != "":
			r.report(statusOf(m))
		}
	}
}

func (r *buildReader) fail(msg string) error {
	step := r.step
	if v, ok := r.trace.failure(); ok {
		step, msg = v.Name, v.Error
	}
	return r.spec.failure(r.file, step, msg)
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
	switch {
	case step:
		r.tellStep("")
		r.step = line
		if total -= len(r.spec.labels()); r.file != nil {
			total = r.file.Len()
		}
		if n <= total { // else it is a label that was asked for, of which the builder makes a step
			r.begun = fmt.Sprintf("[%d/%d] %s", n, total, text)
		}
	case line == " ---> Using cache":
		r.tellStep(cachedWord)
	case strings.HasPrefix(line, "Successfully built "):
		r.done = true
	case line == "", strings.HasPrefix(line, " ---> "), strings.HasPrefix(line, "Removing intermediate container "),
		strings.HasPrefix(line, "Successfully tagged "):
	default:
		r.tellStep("")
		r.report(plan.Progress{Text: line})
	}
}

func (r *buildReader) tellStep(word string) {
	if r.begun != "" {
		r.report(plan.Progress{Text: r.begun + word})
		r.begun = ""
	}
}

func (r *buildReader) flush() {
	if r.text != "" {
		r.line(r.text)
		r.text = ""
	}
	r.tellStep("")
}

// statusOf is a message about a layer as progress.
func statusOf(m jsonmessage.JSONMessage) plan.Progress {
	p := plan.Progress{Part: m.ID, Text: m.Status}
	if m.Progress != nil {
		p.Current, p.Total = m.Progress.Current, m.Progress.Total
	}
	return p
}
