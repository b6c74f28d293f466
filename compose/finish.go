package compose

import (
	"errors"
	"fmt"
	"strings"
)

// finish looks up what is not in the services themselves: env_file, build
// directories, security profiles, and which names are those of services and
// which of containers.
func (l *loader) finish(partials []*partial, skipBuild bool) {
	isService := map[string]bool{}
	for _, p := range partials {
		isService[p.Name] = true
	}
	files := map[string][]setting{}
	for _, p := range partials {
		l.environment(p, files)
		l.profiles(p)
		p.VolumesFrom = append([]VolumesFrom(nil), p.VolumesFrom...)
		for i := range p.VolumesFrom {
			p.VolumesFrom[i].Service = isService[p.VolumesFrom[i].Source]
		}
		if p.Net.Mode == NetContainer && isService[p.Net.Name] {
			p.Net.Mode = NetService
		}
		if !skipBuild && p.Build != "" && !isURL(p.Build) {
			l.buildDir(p)
		}
	}
}

// environment puts env_file below environment.
func (l *loader) environment(p *partial, files map[string][]setting) {
	var vars []Var
	for i, f := range p.envFiles {
		path := fmt.Sprintf("%s.env_file[%d]", p.Name, i)
		settings, ok := files[f.text]
		if !ok {
			settings = l.settings(f, path)
			files[f.text] = settings
		}
		name := l.display(f.text)
		for _, s := range settings {
			v := Var{Name: s.name, Value: s.value, Pos: Pos{File: name, Line: s.line, Column: s.col}}
			if v.Value == nil {
				if host, ok := l.find(s.name); ok {
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

func (l *loader) settings(f located, path string) []setting {
	data, err := l.disk.read(f.text)
	name := l.display(f.text)
	if err != nil {
		l.fail(f.pos, path, fmt.Sprintf("%s: %s", name, reason(err)))
		return nil
	}
	settings, errs := parseEnvFile(string(data), l.find)
	for _, e := range errs {
		l.fail(Pos{File: name, Line: e.line, Column: e.col}, "", e.msg, e.hints...)
	}
	return settings
}

// profiles puts the text of seccomp profiles in the place of their names, as
// the engine wants it.
func (l *loader) profiles(p *partial) {
	for _, opt := range p.security {
		p.SecurityOpt = append(p.SecurityOpt, l.profile(p, opt))
	}
}

func (l *loader) profile(p *partial, opt located) string {
	file, ok := strings.CutPrefix(opt.text, "seccomp:")
	if !ok {
		file, ok = strings.CutPrefix(opt.text, "seccomp=")
	}
	if !ok || file == "unconfined" || file == "builtin" || strings.HasPrefix(file, "{") {
		return opt.text
	}
	path := (&scope{find: l.find, base: l.base}).absolute(file)
	data, err := l.disk.read(path)
	if err != nil {
		l.fail(opt.pos, p.pathOf("security_opt", opt.pos), fmt.Sprintf("the seccomp profile %s: %s", l.display(path), reason(err)))
	}
	return "seccomp=" + strings.TrimSpace(string(data))
}

func (l *loader) buildDir(p *partial) {
	isDir, err := l.disk.isDir(p.Build)
	if err == nil && !isDir {
		err = errors.New("not a directory")
	}
	if err != nil {
		l.fail(p.values["build"], p.Name+".build", fmt.Sprintf("cannot build from %s: %s", l.display(p.Build), strings.Replace(reason(err), "file", "directory", 1)))
	}
}
