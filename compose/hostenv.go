package compose

import (
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

// dotenv reads --env-file, or the .env of the first file's directory; without
// -f that of the working directory.
func (s *sources) dotenv(o Options) hostEnv {
	if o.EnvFile != "" {
		return s.envFile(s.abs(o.EnvFile), o.Env, false)
	}
	dir := s.dir
	switch {
	case o.ProjectDir != "":
		dir = s.abs(o.ProjectDir)
	case len(o.Files) > 0 && o.Files[0] != "-":
		dir = filepath.Dir(s.abs(o.Files[0]))
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
		s.fail(Pos{File: name}, "", reason(err))
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
