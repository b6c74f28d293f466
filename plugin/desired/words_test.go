package desired_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAWordInVolumesIsTakenForWhatThereIs(t *testing.T) {
	const file, also = `web: {image: x, volumes: ["WORD"]}`, `, "data/x:/x"]}`
	for name, c := range map[string]struct {
		volume  string // the entry
		more    string // the rest of the file's line
		beside  string // directory or file of the word's name
		mounts  []observed.Mount
		volumes []string // that the engine has
		strict  bool
		fig     bool

		asked  bool   // whether the engine has it
		taken  string // the entry, as config prints it; DIR is the project's directory
		note   string
		refuse bool
	}{
		"nothing says anything": {
			volume: "data:/data", taken: "data:/data",
			note: `fig.yml:1:27: web.volumes: "data" is taken for the volume "data", which all projects share; for the directory ./data write ./data:/data`,
		},
		"a directory lies there": {
			volume: "data:/data:ro", beside: "directory", asked: true, taken: "DIR/data:/data:ro",
			note: `fig.yml:1:27: web.volumes: "data" is taken for the directory ./data, which lies there; to say so write ./data:/data:ro, for a volume first type: docker volume create data`,
		},
		"a directory, and the engine has a volume": {
			volume: "data:/data", beside: "directory", volumes: []string{"data"}, asked: true, taken: "data:/data",
			note: `fig.yml:1:27: web.volumes: "data" is taken for the volume "data", which the engine has; for the directory ./data write ./data:/data`,
		},
		"another entry has a path in it": {
			volume: "data:/data", more: also, asked: true, taken: "DIR/data:/data",
			note: `fig.yml:1:27: web.volumes: "data" is taken for the directory ./data, which is a directory elsewhere in the file; to say so write ./data:/data, for a volume first type: docker volume create data`,
		},
		"a container has the volume": {
			volume: "data:/data", beside: "directory", mounts: []observed.Mount{{Volume: "data", Target: "/data"}}, taken: "data:/data",
		},
		"a container has the volume elsewhere": {
			volume: "data:/data", beside: "directory", mounts: []observed.Mount{{Volume: "data", Target: "/old"}}, taken: "data:/data",
		},
		"a container has the directory": {
			volume: "data:/data", mounts: []observed.Mount{{Source: "DIR/data", Target: "/data"}}, volumes: []string{"data"}, taken: "DIR/data:/data",
		},
		"a file lies there": {
			volume: "a.conf:/etc/a.conf", beside: "file", volumes: []string{"a.conf"}, taken: "DIR/a.conf:/etc/a.conf",
			note: `fig.yml:1:27: web.volumes: "a.conf" is taken for the file ./a.conf, which lies there; to say so write ./a.conf:/etc/a.conf`,
		},
		"no file lies there":    {volume: "a.conf:/etc/a.conf", asked: true, taken: "a.conf:/etc/a.conf", refuse: true},
		"but there is a volume": {volume: "a.conf:/etc/a.conf", asked: true, volumes: []string{"a.conf"}, taken: "a.conf:/etc/a.conf", note: "which the engine has"},
		"a directory of a name": {volume: "conf.d:/etc/conf.d", taken: "conf.d:/etc/conf.d", note: "which all projects share"},
		"with a driver":         {volume: "data:/data", more: `], volume_driver: local}`, beside: "directory", taken: "data:/data"},
		"as docker-compose":     {volume: "data:/data", strict: true, beside: "directory", taken: "data:/data", note: "as by docker-compose since 1.5"},
		"as Fig":                {volume: "data:/data", strict: true, fig: true, beside: "directory", volumes: []string{"data"}, taken: "DIR/data:/data", note: "as by Fig"},
		"as Fig, in use": {
			volume: "data:/data", strict: true, fig: true, beside: "directory", mounts: []observed.Mount{{Volume: "data", Target: "/data"}}, taken: "data:/data",
		},
		"as Fig, with nothing there": {volume: "data:/data", strict: true, fig: true, taken: "data:/data", note: "which all projects share"},
		"likewise without doubt":     {volume: "data:/data", strict: true, taken: "data:/data"},
	} {
		dir := t.TempDir()
		text := strings.Replace(file, "WORD", c.volume, 1)
		if c.more != "" {
			text = strings.TrimSuffix(text, "]}") + c.more
		}
		word, _, _ := strings.Cut(c.volume, ":")
		var err error
		switch c.beside {
		case "directory":
			err = os.Mkdir(filepath.Join(dir, word), 0o700)
		case "file":
			err = os.WriteFile(filepath.Join(dir, word), nil, 0o600)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		p, err := compose.Load(compose.Options{Dir: dir, ProjectName: "demo", Env: map[string]string{}, Strict: c.strict, Directories: c.fig})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var have desired.Have
		if c.mounts != nil {
			for i := range c.mounts {
				c.mounts[i].Source = strings.Replace(c.mounts[i].Source, "DIR", dir, 1)
			}
			have.Containers = []plan.HaveContainer{{ID: "1", Service: "web"}}
			have.Snapshot.Containers = []observed.Container{{ID: "1", Service: "web", Mounts: c.mounts}}
		}
		if asked := slices.Contains(desired.UnsettledWords(p, have), word); asked != c.asked {
			t.Errorf("%s: the engine is asked: %v, want %v", name, asked, c.asked)
		}
		for range 2 { // a verb may look twice
			notes := desired.TakeWords(p, have, c.volumes)
			v := p.Service("web").Volumes[0]
			if got := strings.ReplaceAll(v.String(), dir, "DIR"); got != c.taken {
				t.Errorf("%s: taken for %s, want %s", name, got, c.taken)
			}
			got := ""
			if len(notes) == 1 {
				got = notes[0].String()
			}
			if len(notes) > 1 || (c.note == "") != (got == "") || !strings.Contains(got, c.note) {
				t.Errorf("%s: notes %q, want %q", name, notes, c.note)
			}
		}
		topology, err := linking.Resolve(p, linking.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := (desired.Inputs{Project: p, Topology: topology, Have: have}).Check(nil); (err != nil) != c.refuse {
			t.Errorf("%s: %v", name, err)
		}
	}
}
