// Command release packs the programs that "make cross" has built: an archive for
// each platform, Debian and RPM packages for Linux, and SHA256SUMS. Man pages and
// completions are made from the command line itself. It is run in the top folder
// of the repository, by "make release".
//
// The same commit gives the same bytes: all times are SOURCE_DATE_EPOCH.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// program is what the files of "make cross" begin with, and the package's name.
const program = "docker-stacklite"

func main() {
	var r release
	flag.StringVar(&r.version, "version", "", "the version of the programs, as git describe tells it")
	flag.StringVar(&r.programs, "programs", "dist", "the folder with the programs")
	flag.StringVar(&r.to, "to", "dist/release", "the folder to write; what is in it is removed first")
	flag.Parse()
	if err := r.make(os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release is one version for all platforms.
type release struct {
	version      string
	programs, to string
	date         time.Time
}

func (r *release) make(epoch string) error {
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH is no number of seconds: %w", err)
	}
	r.date = time.Unix(seconds, 0).UTC()
	for _, dir := range []string{r.to, r.docs()} {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := writeDocs(r.docs(), r.version, r.date); err != nil {
		return err
	}
	if err := r.writeArchives(); err != nil {
		return err
	}
	for _, arch := range []string{"amd64", "arm64"} {
		for _, kind := range []string{"deb", "rpm"} {
			if err := r.writePackage(kind, arch); err != nil {
				return err
			}
		}
	}
	return writeSums(r.to)
}

// docs is the folder that man pages and completions are made in.
func (r *release) docs() string { return filepath.Join(r.programs, "docs") }

func (r *release) writeArchives() error {
	paths, err := filepath.Glob(filepath.Join(r.programs, program+"-*"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("no programs in %s", r.programs)
	}
	for _, path := range paths {
		platform := strings.TrimPrefix(filepath.Base(path), program+"-")
		if err := writeArchive(r.to, "stack-lite-"+r.version, platform, path, r.docs(), r.date); err != nil {
			return err
		}
	}
	return nil
}
