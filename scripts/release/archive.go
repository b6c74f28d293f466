package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// member is a file of an archive.
type member struct {
	name string // in the archive
	path string // on the disk
	mode fs.FileMode
}

// writeArchive packs a program with license, README, man pages and completions
// into NAME-PLATFORM.tar.gz in the folder to; .zip for Windows. All is in one
// folder there, and the program goes by the name that docker looks for.
func writeArchive(to, name, platform, programPath, docs string, date time.Time) error {
	platform, ext := strings.TrimSuffix(platform, ".exe"), filepath.Ext(platform)
	top := name + "-" + platform
	members := []member{
		{path.Join(top, program+ext), programPath, 0o755},
		{path.Join(top, "LICENSE"), "LICENSE", 0o644},
		{path.Join(top, "README.md"), "README.md", 0o644},
	}
	err := filepath.WalkDir(docs, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(docs, p)
		members = append(members, member{path.Join(top, filepath.ToSlash(rel)), p, 0o644})
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	pack, suffix := packTar, ".tar.gz"
	if ext == ".exe" {
		pack, suffix = packZip, ".zip"
	}
	file, err := os.Create(filepath.Join(to, top+suffix))
	if err != nil {
		return err
	}
	return errors.Join(pack(file, members, date), file.Close())
}

func packTar(w io.Writer, members []member, date time.Time) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, m := range members {
		data, err := os.ReadFile(m.path)
		if err != nil {
			return err
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: m.name, Size: int64(len(data)), Mode: int64(m.mode), ModTime: date}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(data); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}

func packZip(w io.Writer, members []member, date time.Time) error {
	archive := zip.NewWriter(w)
	for _, m := range members {
		data, err := os.ReadFile(m.path)
		if err != nil {
			return err
		}
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: date}
		header.SetMode(m.mode)
		part, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := part.Write(data); err != nil {
			return err
		}
	}
	return archive.Close()
}
