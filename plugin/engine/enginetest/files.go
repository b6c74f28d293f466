package enginetest

import (
	"path"
	"strings"

	mounttypes "github.com/docker/docker/api/types/mount"
)

// fileStore holds what programs write into files: into those of a volume, of a
// folder of the host, or of the container itself.
type fileStore struct {
	byPlace map[string]map[string]string // text by path, by what the path is in
}

func newFileStore() *fileStore { return &fileStore{byPlace: map[string]map[string]string{}} }

// place is what a file of a container is in, the path there, and whether it can
// be written to.
func (c *container) place(file string) (in, at string, writable bool) {
	file = path.Clean(file)
	in, at, writable = c.id, file, !c.host.ReadonlyRootfs
	longest := -1
	for _, m := range c.mounts {
		rest, inside := strings.CutPrefix(file, m.Destination)
		if !inside || rest != "" && !strings.HasPrefix(rest, "/") || len(m.Destination) <= longest {
			continue
		}
		longest, in, at, writable = len(m.Destination), m.Source, rest, m.RW
		if m.Type == mounttypes.TypeTmpfs {
			in = c.id + m.Destination
		}
	}
	return in, at, writable
}

func (s *fileStore) read(c *container, file string) (text string, ok bool) {
	in, at, _ := c.place(file)
	text, ok = s.byPlace[in][at]
	return text, ok
}

func (s *fileStore) write(c *container, file, text string) bool {
	in, at, writable := c.place(file)
	if !writable {
		return false
	}
	if s.byPlace[in] == nil {
		s.byPlace[in] = map[string]string{}
	}
	s.byPlace[in][at] = text
	return true
}

// drop forgets what was in a volume or a container.
func (s *fileStore) drop(in string) { delete(s.byPlace, in) }
