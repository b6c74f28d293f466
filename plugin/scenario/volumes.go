package scenario

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
)

// writes: the first running container of the service writes a word into a file.
func writes(s *Scene, args []string) error {
	return askFirst(s, args[0], 0, "write", args[1], args[2])
}

// cannotWrite: no running container of the service can.
func cannotWrite(s *Scene, args []string) error {
	replicas, err := s.living(args[0])
	if err != nil {
		return err
	}
	for _, r := range replicas {
		code, printed, err := s.probe(r, "write", args[1], "word")
		if err != nil || code == 0 || !strings.Contains(printed, "read-only") {
			return fmt.Errorf("%s writes %s: status %d, %s (%v)", r.name, args[1], code, printed, err)
		}
	}
	return nil
}

func askFirst(s *Scene, service string, want int, question ...string) error {
	replicas, err := s.living(service)
	if err != nil {
		return err
	}
	code, printed, err := s.probe(replicas[0], question...)
	if err == nil && code != want {
		err = fmt.Errorf("%s asks %v: status %d, %s", replicas[0].name, question, code, printed)
	}
	return err
}

// holds: in every running container of the service a file holds a word.
func holds(s *Scene, args []string) error {
	replicas, err := s.living(args[0])
	if err != nil {
		return err
	}
	for _, r := range replicas {
		code, printed, err := s.probe(r, "read", args[1])
		if err != nil {
			return err
		}
		if word := strings.TrimSpace(printed); code != 0 || word != args[2] {
			return refuted{fmt.Errorf("%s reads %q in %s, want %s", r.name, word, args[1], args[2])}
		}
	}
	return nil
}

// rememberVolumes notes the volumes that there are of the script's projects,
// beside those noted before.
func rememberVolumes(s *Scene, _ []string) error {
	names, err := ownVolumes(s)
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("there are no volumes to remember")
	}
	s.volumes = append(s.volumes, names...)
	return err
}

// volumesKept: all remembered volumes are there.
func volumesKept(s *Scene, _ []string) error {
	if len(s.volumes) == 0 {
		return fmt.Errorf("no volumes were remembered")
	}
	for _, name := range s.volumes {
		if _, err := s.Client.VolumeInspect(context.Background(), name); err != nil {
			return fmt.Errorf("a volume is gone: %w", err)
		}
	}
	return nil
}

// volumesNamed: so many volumes of the script's projects exist, remembered or not.
func volumesNamed(s *Scene, args []string) error {
	names, err := ownVolumes(s)
	if err != nil {
		return err
	}
	return exactly(args[0], len(names), "%d volumes, want %s: %v", len(names), args[0], names)
}

var unnamed = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ownVolumes lists the volumes of the script's projects that exist: those with
// their names, those that containers of theirs mount, and those that did once. A
// name alone says nothing of one that has none.
func ownVolumes(s *Scene) ([]string, error) {
	ctx := context.Background()
	containers, err := s.Client.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return nil, err
	}
	for _, c := range containers {
		if !s.ours(c.Labels[LabelProject]) && !slices.ContainsFunc(c.Names, s.ours) {
			continue
		}
		for _, m := range c.Mounts {
			if m.Name != "" && (s.ours(m.Name) || unnamed.MatchString(m.Name)) && !slices.Contains(s.mounted, m.Name) {
				s.mounted = append(s.mounted, m.Name)
			}
		}
	}
	all, err := s.Client.VolumeList(ctx, volume.ListOptions{})
	if err != nil {
		return nil, err
	}
	var there []string
	for _, v := range all.Volumes {
		if s.ours(v.Name) || slices.Contains(s.mounted, v.Name) {
			there = append(there, v.Name)
		}
	}
	slices.Sort(there)
	return there, nil
}

// clearVolumes removes the volumes of the script's projects, whose containers are
// gone.
func clearVolumes(ctx context.Context, s *Scene) error {
	names, err := ownVolumes(s)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := s.Client.VolumeRemove(ctx, name, false)
		if err != nil && !cerrdefs.IsNotFound(err) && !cerrdefs.IsConflict(err) {
			return err
		}
	}
	return nil
}
