package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A stage is where contenders run: one stack at a time.
type stage struct {
	dir, config string // for files, and docker's settings
	program     string // the stack-lite to time
	socket      string // the engine's
	recorder    *recorder
	contenders  []contender
	broom       *broom
}

func newStage(ctx context.Context, dir, program string) (*stage, []string, error) {
	s := &stage{dir: dir, config: filepath.Join(dir, "docker"), broom: &broom{map[string]bool{}}}
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	var local bool
	if s.socket, local = strings.CutPrefix(host, "unix://"); !local {
		return nil, nil, errors.New("DOCKER_HOST is " + host + ": only an engine of this machine can be timed")
	}
	var err error
	if s.program, err = filepath.Abs(program); err != nil {
		return nil, nil, err
	}
	var absent []string
	if s.contenders, absent, err = contenders(ctx, s.program); err != nil {
		return nil, nil, err
	}
	if s.recorder, err = record(dir, s.socket); err != nil {
		return nil, nil, err
	}
	return s, absent, nil
}

// prepare writes the files of a stack, in each form, into a folder of its own.
func (s *stage) prepare(st stack) (string, error) {
	dir := filepath.Join(s.dir, st.name)
	for _, folder := range []string{"redis", filepath.Join("src", "solr")} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return "", err
		}
	}
	text := strings.ReplaceAll(st.text, "SOCKET", s.socket)
	for name, text := range map[string]string{
		"v1": text, "v1-changed": changed(text),
		"services": inServices(text), "services-changed": inServices(changed(text)),
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".yml"), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}
