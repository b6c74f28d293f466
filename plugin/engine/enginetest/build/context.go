package build

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// A Context is the files of a build, by path: digests and, for the
// Dockerfile's sake, contents.
type Context map[string][]byte

// ReadContext reads the body of a build: an archive, compressed or not.
func ReadContext(r io.Reader) (Context, error) {
	var head [2]byte
	n, err := io.ReadFull(r, head[:])
	if err != nil && n == 0 {
		return Context{}, nil
	}
	r = io.MultiReader(bytes.NewReader(head[:n]), r)
	if head == [2]byte{0x1f, 0x8b} {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, err
		}
	}
	files := Context{}
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		files[path.Clean(h.Name)] = b
	}
}

// Digest is a fingerprint of all files at or below a path; it is false when
// there are none.
func (c Context) Digest(at string) (string, bool) {
	at = path.Clean(strings.TrimPrefix(at, "/"))
	var all bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(c)) {
		matched, err := path.Match(at, name)
		if at == "." || name == at || strings.HasPrefix(name, at+"/") || matched && err == nil {
			fmt.Fprintf(&all, "%s %d\n", name, len(c[name]))
			all.Write(c[name])
		}
	}
	if all.Len() == 0 {
		return "", false
	}
	sum := sha256.Sum256(all.Bytes())
	return "sha256:" + hex.EncodeToString(sum[:]), true
}
