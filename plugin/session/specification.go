package session

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Model is what files of the specification say, as docker compose prints it.
type Model = spec.Model

// loadSpec reads the files that are selected where they are in the language of the
// specification. The project is nil where they are not: files of the first format are read
// without it.
func loadSpec(e *Environment, o Options, selected compose.Options) (*compose.Project, *Model, error) {
	read, ok := specOptions(e, o, selected)
	if !ok {
		return nil, nil, nil
	}
	return spec.Load(context.Background(), read)
}

// Written is what files of the specification say with variables as they are; ok is false
// where the files are others.
func Written(e *Environment, o Options, asJSON bool) (text []byte, ok bool, err error) {
	selected, err := o.files(e)
	if err != nil {
		return nil, false, err
	}
	read, ok := specOptions(e, o, selected)
	if !ok {
		return nil, false, nil
	}
	text, err = spec.Written(context.Background(), read, asJSON)
	return text, true, err
}

// specOptions are what files of the specification are read with; false where the files
// that are selected are no such files.
func specOptions(e *Environment, o Options, selected compose.Options) (spec.Options, bool) {
	if o.Strict {
		return spec.Options{}, false // docker-compose 1.x, or Fig
	}
	chosen, err := compose.Select(selected)
	if err != nil || len(chosen.Files) == 0 {
		return spec.Options{}, false // who reads the first format says why
	}
	first, err := firstFile(chosen.Files[0], selected.Stdin)
	if err != nil || compose.FormatOf(first) != compose.Spec {
		return spec.Options{}, false
	}
	read := spec.Options{
		Files: chosen.Files, Dir: chosen.Dir, Env: e.Vars, Profiles: o.Profiles, Notes: chosen.Notes,
		Display: func(path string) string {
			if path == "-" {
				return "<stdin>"
			}
			return ShorterPath(path)
		},
	}
	if o.Project != "" {
		read.Name = compose.NormalizeName(o.Project)
	}
	if chosen.EnvFile != "" {
		read.EnvFiles = []string{chosen.EnvFile}
	}
	if chosen.Files[0] == "-" {
		read.Stdin = first
	}
	return read, true
}

// firstFile is the content of the first file of a project.
func firstFile(path string, stdin io.Reader) ([]byte, error) {
	if path != "-" {
		return os.ReadFile(path)
	}
	if stdin == nil {
		return nil, io.EOF
	}
	return io.ReadAll(stdin)
}

// externalFiles finds the secrets and configs of a service that only a swarm keeps.
func externalFiles(svc *compose.Service) compose.Errors {
	if svc.Spec == nil {
		return nil
	}
	var errs compose.Errors
	for _, f := range svc.Spec.Files {
		if f.External == "" {
			continue
		}
		kind := "configs"
		if f.Secret {
			kind = "secrets"
		}
		errs = append(errs, &compose.Error{
			Pos: f.Pos, Path: "services." + svc.Name + "." + kind + "." + f.Name, Msg: fmt.Sprintf("%q is external: only a swarm keeps such", f.Name),
			Hints: []string{"write file: or environment: for it under " + kind + ": at the top"},
		})
	}
	return errs
}

// checkThere makes sure that the networks and volumes are there that files of the
// specification say are. The error is of type compose.Errors.
func checkThere(ctx context.Context, s *Session, have desired.Have) error {
	var errs compose.Errors
	missing := func(kind, name, engine string, pos compose.Pos) {
		errs = append(errs, &compose.Error{
			Pos: pos, Path: kind + "s." + name, Msg: fmt.Sprintf("there is no %s %s on the engine, which the files say is external", kind, engine),
			Hints: []string{fmt.Sprintf("to make it: docker %s create %s", kind, engine)},
		})
	}
	for _, n := range s.Project.Networks {
		there := slices.ContainsFunc(have.Snapshot.Networks, func(o observed.Network) bool { return o.Name == n.Engine })
		used := slices.ContainsFunc(s.Project.Services, func(svc *compose.Service) bool {
			return slices.Contains(desired.ExternalNetworks(s.Project, svc), n.Engine)
		})
		if n.External && used && !there {
			missing("network", n.Name, n.Engine, n.Pos)
		}
	}
	for _, svc := range s.Project.Services {
		errs = append(errs, externalFiles(svc)...)
	}
	var names []string
	for _, v := range s.Project.Volumes {
		if v.External {
			names = append(names, v.Engine)
		}
	}
	there, err := engine.Volumes(ctx, s.Engine, names)
	if err != nil {
		return err
	}
	for _, v := range s.Project.Volumes {
		if v.External && !slices.Contains(there, v.Engine) {
			missing("volume", v.Name, v.Engine, v.Pos)
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return nil
}

// DeclaredVolumes lists the volumes of the engine that the files declare and that are the
// project's: not external ones.
func DeclaredVolumes(ctx context.Context, s *Session) ([]string, error) {
	if s.Project == nil {
		return nil, nil
	}
	var names []string
	for _, v := range s.Project.Volumes {
		if !v.External {
			names = append(names, v.Engine)
		}
	}
	there, err := engine.Volumes(ctx, s.Engine, names)
	slices.Sort(there)
	return there, err
}

// noteCutOff notes, where files of today are planned with links as the boundary, which
// services could talk with each other, on the network that all share, and no longer will.
func noteCutOff(s *Session, p *plan.Plan) error {
	if s.Project.Format != compose.Spec || s.desired.Isolation != linking.ByLinks || !s.Options.DryRun {
		return nil
	}
	shared, err := linking.Resolve(s.Project, linking.Options{Isolation: linking.ByProject, NoDiscovery: true})
	if err != nil {
		return err
	}
	lost := graph.Lost(graph.Of(s.Project, shared), graph.Of(s.Project, s.Topology))
	if len(lost) == 0 {
		return nil
	}
	var pairs []string
	for _, pair := range lost {
		pairs = append(pairs, pair[0]+" – "+pair[1])
	}
	text := "without isolation these could talk with each other, and will no longer: "
	p.Notes = append(p.Notes, text+strings.Join(pairs, ", "))
	return nil
}
