package spec

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
	"gopkg.in/yaml.v3"

	"github.com/stack-lite/stack-lite/compose"
)

// Options select the files of a project.
type Options struct {
	Files    []string          // absolute, or "-" for Stdin, in order; at least one
	Dir      string            // the project directory, absolute
	Name     string            // of the project; empty: the environment's, the files', or the directory's
	EnvFiles []string          // that must exist, absolute; none: .env in Dir, which may be missing
	Env      map[string]string // the process's environment
	Profiles []string          // that are active; none: those of COMPOSE_PROFILES
	Stdin    []byte
	Notes    []compose.Note           // on how the files were found
	Display  func(path string) string // how messages name a file
}

// Model is what files say, as compose-go writes it.
type Model struct{ project *types.Project }

// YAML is the model as a file of the specification in which everything is resolved.
// Dollar signs are doubled, so that it can be read again.
func (m *Model) YAML() ([]byte, error) { return doubled(m.printed().MarshalYAML()) }

// JSON is the same as JSON.
func (m *Model) JSON() ([]byte, error) { return doubled(m.printed().MarshalJSON()) }

// printed is the project as docker compose prints it: without files whose variables and
// labels have been read, and without networks, volumes and the like that no service uses.
func (m *Model) printed() *types.Project {
	p := m.project.WithoutUnnecessaryResources() // a copy
	for name, s := range p.Services {
		s.EnvFiles, s.LabelFiles = nil, nil
		p.Services[name] = s
	}
	return p
}

// Values are the same as plain values: maps, lists, text, int64, float64, bool and nil.
// They can be read again: services wait for none that are not among them.
func (m *Model) Values() (map[string]any, error) {
	all := m.printed()
	for _, s := range all.Services {
		maps.DeleteFunc(s.DependsOn, func(name string, _ types.ServiceDependency) bool {
			_, there := all.Services[name]
			return !there
		})
	}
	text, err := all.MarshalYAML() // JSON has no keys of others in a service
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := yaml.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	for name, s := range m.project.Services {
		if s.Build == nil || len(s.Build.SSH) == 0 {
			continue
		}
		var keys []string // compose-go writes those with a path as it does not read them
		for _, key := range s.Build.SSH {
			keys = append(keys, sshText(key))
		}
		slices.Sort(keys) // it has them in no order
		values["services"].(map[string]any)[name].(map[string]any)["build"].(map[string]any)["ssh"] = list(keys)
	}
	return plain(values).(map[string]any), nil
}

func list(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

// plain gives numbers one type, and mappings text for keys.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case uint64:
		return float64(v)
	case map[string]any:
		for name, value := range v {
			v[name] = plain(value)
		}
	case map[any]any:
		texts := make(map[string]any, len(v))
		for name, value := range v {
			texts[fmt.Sprint(name)] = plain(value)
		}
		return texts
	case []any:
		for i, value := range v {
			v[i] = plain(value)
		}
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return v
}

// Profiles are the names of all profiles, also of those that are not active, sorted.
func (m *Model) Profiles() []string {
	var names []string
	for _, s := range m.project.AllServices() {
		names = append(names, s.Profiles...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Inactive are the services whose profiles are not active, with these.
func (m *Model) Inactive() []string {
	var list []string
	for name, s := range m.project.DisabledServices {
		if len(s.Profiles) > 0 {
			list = append(list, fmt.Sprintf("%s (%s)", name, strings.Join(s.Profiles, ", ")))
		}
	}
	slices.Sort(list)
	return list
}

// Written is what the files that o selects say, merged, with variables as they are, as YAML
// or JSON. The error is of type compose.Errors.
func Written(ctx context.Context, o Options, asJSON bool) ([]byte, error) {
	files, err := readFiles(o)
	if err != nil {
		return nil, err
	}
	_, done := listen()
	defer done()
	details, name, err := detailsOf(o, files)
	if err != nil {
		return nil, compose.Errors{files.explain(err)}
	}
	model, err := loader.LoadModelWithContext(ctx, details, name, func(l *loader.Options) {
		l.SkipInterpolation, l.SkipResolveEnvironment = true, true
	})
	if err != nil {
		return nil, compose.Errors{files.explain(err)}
	}
	if asJSON {
		return json.MarshalIndent(model, "", "  ")
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	err = enc.Encode(model)
	return b.Bytes(), err
}

func doubled(text []byte, err error) ([]byte, error) {
	return bytes.ReplaceAll(text, []byte("$"), []byte("$$")), err
}

// Load reads the files that o selects. The error is of type compose.Errors where they
// are at fault; there is never a Project together with an error.
func Load(ctx context.Context, o Options) (*compose.Project, *Model, error) {
	files, err := readFiles(o)
	if err != nil {
		return nil, nil, err
	}
	model, warnings, err := readModel(ctx, o, files)
	if err != nil {
		return nil, nil, compose.Errors{files.explain(err)}
	}
	m := &mapper{files: files, model: model}
	project := m.project()
	if len(m.errs) == 0 {
		m.check(project)
	}
	if len(m.errs) > 0 {
		m.errs.Sort()
		return nil, nil, m.errs
	}
	for _, w := range warnings {
		m.notes = append(m.notes, files.warning(w))
	}
	project.Notes = append(slices.Clone(o.Notes), m.sortedNotes()...)
	return project, &Model{model}, nil
}

// stdin is the name of what is read from standard input.
const stdin = "-"

// reading is held while compose-go reads: it warns by the standard logger, of which
// there is one.
var reading sync.Mutex

// warned takes what a logger is told, each once.
type warned struct{ list []string }

func (*warned) Levels() []logrus.Level { return logrus.AllLevels }

func (w *warned) Fire(e *logrus.Entry) error {
	if !slices.Contains(w.list, e.Message) {
		w.list = append(w.list, e.Message)
	}
	return nil
}

// listen has the standard logger write nothing, and keeps what it is told.
func listen() (w *warned, done func()) {
	reading.Lock()
	logger := logrus.StandardLogger()
	out, level, hooks := logger.Out, logger.Level, logger.Hooks
	w = &warned{}
	logger.SetOutput(io.Discard)
	logger.SetLevel(logrus.WarnLevel)
	logger.ReplaceHooks(logrus.LevelHooks{})
	logger.AddHook(w)
	return w, func() {
		logger.SetOutput(out)
		logger.SetLevel(level)
		logger.ReplaceHooks(hooks)
		reading.Unlock()
	}
}

// readModel has compose-go read the files.
func readModel(ctx context.Context, o Options, files *files) (*types.Project, []string, error) {
	w, done := listen()
	defer done()
	details, name, err := detailsOf(o, files)
	if err != nil {
		return nil, nil, err
	}
	model, err := loader.LoadWithContext(ctx, details, name, func(l *loader.Options) {
		l.Listeners = append(l.Listeners, files.listen)
		l.Profiles = profiles(o, details.Environment)
	})
	return model, w.list, err
}

// detailsOf are the files as compose-go takes them, and what gives it the project's name.
func detailsOf(o Options, files *files) (types.ConfigDetails, func(*loader.Options), error) {
	env, err := environment(o)
	if err != nil {
		return types.ConfigDetails{}, nil, err
	}
	d := types.ConfigDetails{WorkingDir: o.Dir, Environment: env}
	for _, f := range files.main {
		d.ConfigFiles = append(d.ConfigFiles, types.ConfigFile{Filename: f.path, Content: f.content})
	}
	return d, func(l *loader.Options) {
		switch {
		case o.Name != "":
			l.SetProjectName(o.Name, true)
		case env["COMPOSE_PROJECT_NAME"] != "":
			l.SetProjectName(env["COMPOSE_PROJECT_NAME"], true)
		case !files.named():
			l.SetProjectName(loader.NormalizeProjectName(filepath.Base(o.Dir)), false)
		}
	}, nil
}

// environment are the variables that files are read with: those of the process and,
// below them, those of env files.
func environment(o Options) (types.Mapping, error) {
	env := types.Mapping{}
	maps.Copy(env, o.Env)
	list := o.EnvFiles
	if len(list) == 0 {
		file := filepath.Join(o.Dir, ".env")
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			list = []string{file}
		}
	}
	more, err := dotenv.GetEnvFromFile(env, list)
	if err != nil {
		return nil, err
	}
	return env.Merge(more), nil
}

// profiles are those that are active.
func profiles(o Options, env types.Mapping) []string {
	if len(o.Profiles) > 0 {
		return o.Profiles
	}
	var list []string
	for _, name := range strings.Split(env["COMPOSE_PROFILES"], ",") {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}
