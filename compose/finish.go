package compose

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// finisher completes services that were read and merged.
type finisher struct {
	*sources
	find        lookup
	base        string // the project's directory
	skipBuild   bool   // leaves build directories unchecked
	dockerfiles bool   // looks for Dockerfiles
	sketch      bool   // leaves files alone that services refer to
	literal     bool   // leaves variables in env_file as they are
	taken       int    // variables that services took from env_file so far
	full        bool   // that there are too many was reported
}

// finish looks up what is not in the services themselves: env_file, build
// directories, security profiles, and which names are those of services and
// which of containers.
func (f *finisher) finish(partials []*partial) {
	isService := map[string]bool{}
	for _, p := range partials {
		isService[p.Name] = true
	}
	f.words(partials)
	files := map[string][]setting{}
	for _, p := range partials {
		if !f.sketch {
			f.environment(p, files)
			f.profiles(p)
		}
		p.VolumesFrom = append([]VolumesFrom(nil), p.VolumesFrom...)
		for i := range p.VolumesFrom {
			p.VolumesFrom[i].Service = isService[p.VolumesFrom[i].Source]
		}
		if p.Net.Mode == NetContainer && isService[p.Net.Name] {
			p.Net.Mode = NetService
		}
		if !f.skipBuild && p.Build != "" && !isURL(p.Build) {
			f.buildDir(p)
		}
	}
}

// environment puts env_file below environment.
func (f *finisher) environment(p *partial, files map[string][]setting) {
	var vars []Var
	for i, from := range p.envFiles {
		path := fmt.Sprintf("%s.env_file[%d]", p.Name, i)
		settings, ok := files[from.text]
		if !ok {
			settings = f.settings(from, path)
			files[from.text] = settings
		}
		if f.taken += len(settings); f.taken > maxTakenOver {
			if f.taken -= len(settings); !f.full {
				f.full = true
				f.fail(from.pos, path, fmt.Sprintf("more than %d variables are taken from files", maxTakenOver))
			}
			continue
		}
		name := f.display(from.text)
		for _, s := range settings {
			v := Var{Name: s.name, Value: s.value, Pos: Pos{File: name, Line: s.line, Column: s.col}}
			if v.Value == nil {
				if host, ok := f.find(s.name); ok {
					v.Value = &host
				}
			}
			vars = append(vars, v)
		}
	}
	if len(vars) > 0 {
		p.Environment = sortVars(append(vars, p.Environment...))
	}
}

func (f *finisher) settings(from located, path string) []setting {
	data, err := f.disk.read(from.text)
	name := f.display(from.text)
	if err != nil {
		f.fail(from.pos, path, fmt.Sprintf("%s: %s", name, reason(err))).as(KindNoEnvFile, About{Text: from.text, Cause: err})
		return nil
	}
	find := f.find
	if f.literal {
		find = nil
	}
	settings, errs := parseEnvFile(string(data), find)
	for _, e := range errs {
		f.fail(Pos{File: name, Line: e.line, Column: e.col}, "", e.msg, e.hints...)
	}
	return settings
}

// profiles puts the text of seccomp profiles in the place of their names, as
// the engine wants it.
func (f *finisher) profiles(p *partial) {
	for _, opt := range p.security {
		p.SecurityOpt = append(p.SecurityOpt, f.profile(p, opt))
	}
}

func (f *finisher) profile(p *partial, opt located) string {
	file, ok := strings.CutPrefix(opt.text, "seccomp:")
	if !ok {
		file, ok = strings.CutPrefix(opt.text, "seccomp=")
	}
	if !ok || file == "unconfined" || file == "builtin" || strings.HasPrefix(file, "{") {
		return opt.text
	}
	path := (&scope{find: f.find, base: f.base}).absolute(file)
	data, err := f.disk.read(path)
	if err != nil {
		f.fail(opt.pos, p.pathOf("security_opt", opt.pos), fmt.Sprintf("the seccomp profile %s: %s", f.display(path), reason(err))).
			as(KindBadProfile, About{Text: file, Cause: err})
	} else if !utf8.Valid(data) {
		f.fail(opt.pos, p.pathOf("security_opt", opt.pos), fmt.Sprintf("the seccomp profile %s: not text in UTF-8", f.display(path)))
	}
	return "seccomp=" + strings.TrimSpace(string(data))
}

func (f *finisher) buildDir(p *partial) {
	isDir, err := f.disk.isDir(p.Build)
	if err == nil && !isDir {
		err = errors.New("not a directory")
	}
	if err != nil {
		f.fail(p.values["build"], p.Name+".build", fmt.Sprintf("cannot build from %s: %s", f.display(p.Build), strings.Replace(reason(err), "file", "directory", 1))).
			as(KindBuildDir, About{Text: p.Build})
	} else if f.dockerfiles && !has(&p.Service, "image") { // with both, that is the mistake
		f.dockerfile(p)
	}
}

// dockerfile looks for the Dockerfile of a service.
func (f *finisher) dockerfile(p *partial) {
	key, path := "build", filepath.Join(p.Build, "Dockerfile")
	switch {
	case filepath.IsAbs(p.Dockerfile):
		key, path = "dockerfile", p.Dockerfile
	case p.Dockerfile != "":
		key, path = "dockerfile", filepath.Join(p.Build, filepath.FromSlash(p.Dockerfile))
	}
	isDir, err := f.disk.isDir(path)
	if err == nil && isDir {
		err = errors.New("a directory")
	}
	if err == nil {
		return
	}
	hint := `where it has another name, write "dockerfile: NAME" beside build:`
	if key == "dockerfile" {
		hint = "it is looked for from the build directory on"
	}
	f.fail(p.values[key], p.Name+"."+key, fmt.Sprintf("cannot build from %s: %s", f.display(path), reason(err)), hint)
}
