package compose

import (
	"errors"
	"fmt"
	"strings"
)

// finish looks up what services say lies elsewhere: env_file, build
// directories, security profiles, and services behind names that may be
// containers.
func (l *loader) finish(drafts []*draft, skipBuild bool) {
	isService := map[string]bool{}
	for _, d := range drafts {
		isService[d.Name] = true
	}
	files := map[string][]setting{}
	for _, d := range drafts {
		l.environment(d, files)
		l.profiles(d)
		d.VolumesFrom = append([]VolumesFrom(nil), d.VolumesFrom...)
		for i := range d.VolumesFrom {
			d.VolumesFrom[i].Service = isService[d.VolumesFrom[i].Source]
		}
		if d.Net.Mode == NetContainer && isService[d.Net.Name] {
			d.Net.Mode = NetService
		}
		if !skipBuild && d.Build != "" && !isURL(d.Build) {
			l.buildDir(d)
		}
	}
}

// environment puts env_file below environment.
func (l *loader) environment(d *draft, files map[string][]setting) {
	var vars []Var
	for i, f := range d.envFiles {
		path := fmt.Sprintf("%s.env_file[%d]", d.Name, i)
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
		d.Environment = sortVars(append(vars, d.Environment...))
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
func (l *loader) profiles(d *draft) {
	for _, opt := range d.security {
		d.SecurityOpt = append(d.SecurityOpt, l.profile(d, opt))
	}
}

func (l *loader) profile(d *draft, opt located) string {
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
		l.fail(opt.pos, d.pathOf("security_opt", opt.pos), fmt.Sprintf("the seccomp profile %s: %s", l.display(path), reason(err)))
	}
	return "seccomp=" + strings.TrimSpace(string(data))
}

func (l *loader) buildDir(d *draft) {
	isDir, err := l.disk.isDir(d.Build)
	if err == nil && !isDir {
		err = errors.New("it is no directory")
	}
	if err != nil {
		l.fail(d.values["build"], d.Name+".build", fmt.Sprintf("cannot build from %s: %s", l.display(d.Build), strings.Replace(reason(err), "file", "directory", 1)))
	}
}
