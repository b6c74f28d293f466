package compose

import (
	"maps"
	"path/filepath"
	"strings"
)

// hostEnv are the variables of the machine that reads the files.
type hostEnv struct {
	process map[string]string
	file    map[string]string // of .env; nil where none was read
}

// find looks a variable up: the process's environment beats .env. Values are
// text, because neither a file nor the engine's JSON can hold anything else.
func (h hostEnv) find(name string) (string, bool) {
	if v, ok := h.process[name]; ok {
		return strings.ToValidUTF8(v, "\ufffd"), true
	}
	v, ok := h.file[name]
	return v, ok
}

// all are the variables that find finds.
func (h hostEnv) all() map[string]string {
	out := maps.Clone(h.file)
	if out == nil {
		out = map[string]string{}
	}
	for name := range h.process {
		out[name], _ = h.find(name)
	}
	return out
}

// variables reads the variables for the files that o selects, and selects these,
// which the variables have a say in.
func (s *sources) variables(o Options) (hostEnv, selection) {
	host := s.dotenv(o)
	chosen := s.choose(o, host.find)
	if chosen.found && o.EnvFile == "" && host.file == nil {
		host = s.envFile(filepath.Join(filepath.Dir(chosen.files[0]), ".env"), o.Env, true)
	}
	return host, chosen
}

// dotenv reads --env-file, or the .env of the first file's directory; where no
// file is named, that of the working directory.
func (s *sources) dotenv(o Options) hostEnv {
	if o.EnvFile != "" {
		return s.envFile(s.abs(o.EnvFile), o.Env, false)
	}
	dir := s.dir
	switch {
	case o.ProjectDir != "":
		dir = s.abs(o.ProjectDir)
	default:
		if named := s.named(namedFiles(o, hostEnv{process: o.Env}.find)).files; len(named) > 0 && named[0] != "-" {
			dir = filepath.Dir(named[0])
		}
	}
	return s.envFile(filepath.Join(dir, ".env"), o.Env, true)
}

// envFile reads variables for the files themselves, which stand below those
// of the process.
func (s *sources) envFile(path string, process map[string]string, mayMiss bool) hostEnv {
	host := hostEnv{process: process}
	data, err := s.disk.read(path)
	if mayMiss && absent(err) {
		return host
	}
	name := s.display(path)
	if err != nil {
		s.fail(Pos{File: name}, "", reason(err)).as(KindNoEnvFile, About{Text: path, Cause: err})
		return host
	}
	outer := func(name string) (string, bool) { v, ok := process[name]; return v, ok }
	settings, errs := parseEnvFile(string(data), outer)
	for _, e := range errs {
		// Other programs read .env too, so what cannot be read is left out.
		pos := Pos{File: name, Line: e.line, Column: e.col}
		if mayMiss {
			s.note(pos, "", "not read: "+e.msg)
			continue
		}
		s.fail(pos, "", e.msg, e.hints...)
	}
	host.file = map[string]string{}
	for _, set := range settings {
		if set.value != nil {
			host.file[set.name] = *set.value
		}
	}
	return host
}
