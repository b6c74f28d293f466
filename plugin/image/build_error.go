package image

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
)

// BuildError is a build that failed.
type BuildError struct {
	Service string
	File    string // the Dockerfile; empty: the mistake is not in it, or it is not on this machine
	Line    int    // in it, from 1; 0: not known
	Step    string // the instruction that failed, on one line; empty: not known
	Msg     string

	said  string // by the builder; empty: Msg
	hints []string
	err   error
}

func (b *BuildError) Error() string {
	at := "service " + b.Service
	if b.File != "" {
		at = b.File
		if b.Line > 0 {
			at += fmt.Sprintf(":%d", b.Line)
		}
	}
	if b.Step != "" {
		at += ": " + b.Step
	}
	return at + ": " + b.Msg
}

// Unwrap gives what kept a base image from being fetched.
func (b *BuildError) Unwrap() error { return b.err }

// Hints says what to try.
func (b *BuildError) Hints() []string { return b.hints }

// unreadable says that the build directory or the Dockerfile can't be read.
func unreadable(spec desired.BuildSpec, err error) error {
	e := &BuildError{Service: spec.Service, Msg: err.Error()}
	info, stat := os.Stat(spec.Context)
	switch {
	case errors.Is(stat, os.ErrNotExist):
		e.Msg = spec.Context + ": no such directory"
	case stat == nil && !info.IsDir():
		e.Msg = spec.Context + " is not a directory"
	case errors.Is(err, os.ErrNotExist):
		e.Msg = spec.DockerfilePath() + ": no such file"
		e.hints = []string{`where it has another name: "dockerfile: NAME" beside build:`}
	}
	return e
}

// baseMissing says that a base image can't be fetched.
func baseMissing(spec desired.BuildSpec, base dockerfile.Base, err error) error {
	e := &BuildError{Service: spec.Service, File: spec.DockerfileName(), Line: base.Step.Line, Step: oneLine(base.Step.Text), Msg: err.Error(), err: err}
	if failed := (*RegistryError)(nil); errors.As(err, &failed) {
		e.said = failed.EngineWords()
	}
	if !strings.Contains(base.Step.Text, base.Ref) {
		e.Msg = base.Ref + ": " + e.Msg
	}
	if hinted := (interface{ Hints() []string })(nil); errors.As(err, &hinted) {
		e.hints = hinted.Hints()
	}
	return e
}

// oneLine writes an instruction of several lines on one, and not too long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\\\n", " ")), " ")
	if runes := []rune(text); len(runes) > 80 {
		text = string(runes[:79]) + "…"
	}
	return text
}
