package session

import (
	"bytes"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// What is read of what services mount: configuration is small, and there is not much of
// it.
const (
	mostMounted  = 128 << 10 // bytes of a file
	mostInFolder = 64        // files of a folder
)

// MountedFiles reads the texts that services mount from this machine: files, and what lies
// in folders that are mounted below /etc or are called something with conf. What can't be
// read is left out, and so are the files of the project itself.
func MountedFiles(p *compose.Project) []suggest.File {
	var found []suggest.File
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Named || !filepath.IsAbs(v.Host) {
				continue
			}
			for _, name := range configFiles(v) {
				if slices.Contains(p.Files, name) {
					continue
				}
				if text, ok := smallText(name); ok {
					found = append(found, suggest.File{Service: s.Name, Path: ShorterPath(name), Text: text})
				}
			}
		}
		found = append(found, configsOf(s)...)
	}
	return found
}

// configsOf are the texts of the configs of a service. Secrets are left alone.
func configsOf(s *compose.Service) []suggest.File {
	if s.Spec == nil {
		return nil
	}
	var found []suggest.File
	for _, f := range s.Spec.Files {
		if f.Secret || f.Path == "" {
			continue
		}
		if text, ok := smallText(f.Path); ok {
			found = append(found, suggest.File{Service: s.Name, Path: ShorterPath(f.Path), Text: text})
		}
	}
	return found
}

// configFiles are the files behind a volume that may be configuration.
func configFiles(v compose.Volume) []string {
	info, err := os.Stat(v.Host)
	switch {
	case err != nil:
		return nil
	case info.Mode().IsRegular():
		return []string{v.Host}
	case !info.IsDir() || !strings.HasPrefix(v.Target, "/etc/") && !strings.Contains(path.Base(v.Target), "conf"):
		return nil
	}
	entries, err := os.ReadDir(v.Host)
	if err != nil {
		return nil
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() && len(files) < mostInFolder {
			files = append(files, filepath.Join(v.Host, e.Name()))
		}
	}
	return files
}

// smallText reads a file; not ok: it is big, no text, or can't be read.
func smallText(name string) (string, bool) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > mostMounted { // a pipe would be waited for
		return "", false
	}
	f, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostMounted+1))
	if err != nil || len(b) > mostMounted || bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) {
		return "", false
	}
	return string(b), true
}

// ShorterPath is a path from the working directory on, where that is shorter.
func ShorterPath(name string) string {
	dir, err := WorkingDir()
	if err != nil {
		return name
	}
	if rel, err := filepath.Rel(dir, name); err == nil && len(rel) < len(name) {
		return rel
	}
	return name
}
