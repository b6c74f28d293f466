package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.0"

// writePackage makes a Debian (deb) or RPM (rpm) package for Linux on arch.
func (r *release) writePackage(kind, arch string) error {
	cmd := exec.Command("go", "run", nfpm, "package", "--config", "scripts/release/nfpm.yaml", "--packager", kind, "--target", r.to)
	cmd.Env = append(os.Environ(), "ARCH="+arch, "VERSION="+packageVersion(r.version), "DOCS="+r.docs(),
		"PROGRAM="+filepath.Join(r.programs, program+"-linux-"+arch))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// described is how git describe --tags --always --dirty names a commit: the last
// tag, then, unless it is the tag's, the number of commits since, and its id.
var described = regexp.MustCompile(`^v?([0-9][^-]*)(?:-([^-]+))??(?:-([0-9]+)-(g[0-9a-f]+))?(-dirty)?$`)

// packageVersion turns what git describe says into a version that dpkg and rpm
// put in the right order: a candidate before its release, a commit behind the
// tag that it comes after. Without any tag the version is 0.
func packageVersion(version string) string {
	m := described.FindStringSubmatch(version)
	if m == nil || !strings.Contains(m[1], ".") {
		return "0+" + strings.ReplaceAll(version, "-", ".")
	}
	v := m[1]
	if m[2] != "" {
		v += "~" + m[2]
	}
	if m[3] != "" {
		v += "+" + m[3] + "." + m[4]
	}
	if m[5] != "" {
		v += "+dirty"
	}
	return v
}
