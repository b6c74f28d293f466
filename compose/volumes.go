package compose

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

var volumeName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]+$`)

// parseVolume reads one item of volumes: CONTAINER, HOST:CONTAINER or
// HOST:CONTAINER:MODE (compose-v1.md 1.5).
func parseVolume(s *scope, v value) (Volume, *invalid) {
	out := Volume{Pos: v.pos}
	parts := strings.Split(v.text, ":")
	if len(parts) > 3 {
		return out, invalidf("write HOST:CONTAINER or HOST:CONTAINER:MODE; several modes are joined by commas", "%q has more than three parts", v.text).as(KindBadVolume)
	}
	for _, part := range parts {
		if part == "" {
			return out, invalidf("write CONTAINER, HOST:CONTAINER or HOST:CONTAINER:MODE", "%q has an empty part", v.text)
		}
	}
	if len(parts) == 1 {
		if !path.IsAbs(parts[0]) {
			return out, invalidf(fmt.Sprintf("write %q, with the path in the container after the colon", parts[0]+":/path"), "%q is not an absolute path in the container", v.text)
		}
		out.Target = path.Clean(parts[0])
		return out, nil
	}
	out.Target = path.Clean("/" + parts[1])
	if !path.IsAbs(parts[1]) {
		s.noteAt(v, "%q is taken for %q, because paths in a container are absolute", parts[1], out.Target)
	}
	if out.Target == "/" {
		return out, invalidf("", "%q would hide all files of the container", v.text)
	}
	if len(parts) == 3 {
		if m := volumeMode(parts[2]); m != nil {
			return out, m
		}
		if out.Mode = parts[2]; out.Mode == "rw" {
			out.Mode = "" // as if it were not said
		}
	}
	return out, s.volumeHost(v, parts[0], &out)
}

// volumeHost decides what the left side is. Releases disagreed about words
// with a slash inside: up to 1.4 they were directories, later they were names
// that no engine takes, so they are directories here. Plain words were
// directories up to 1.4 and are named volumes since.
func (s *scope) volumeHost(v value, host string, out *Volume) *invalid {
	switch {
	case path.IsAbs(host) || host[0] == '.':
		out.Host = s.absolute(host)
	case host == "~" || strings.HasPrefix(host, "~/"):
		dir, ok := s.home(host)
		if !ok {
			return invalidf("set HOME, or write the directory in full", "%q: there is no home directory", host)
		}
		out.Host = dir
	case strings.Contains(host, "/"):
		out.Host = s.absolute(host)
		s.noteAt(v, "%q is taken for the directory %q", host, "./"+host)
	default:
		if !volumeName.MatchString(host) {
			return invalidf(fmt.Sprintf("write %q for a directory", "./"+host), "%q is not a valid volume name: two or more of a-z A-Z 0-9 _ . -, starting with a letter or digit", host)
		}
		out.Host, out.Named = host, true
		out.Word = &Word{Text: host, Place: s.absolute("./" + host), Strict: s.strict && !s.directories, Old: s.directories}
	}
	return nil
}

// words looks for what lies where the words of volumes may lead. With a driver of
// its own a service means volumes.
func (f *finisher) words(partials []*partial) {
	for _, p := range partials {
		p.Volumes = append([]Volume(nil), p.Volumes...)
		for i, v := range p.Volumes {
			if v.Word == nil {
				continue
			}
			if p.VolumeDriver != "" {
				p.Volumes[i].Word = nil
				continue
			}
			word := *v.Word // several services may have it from one that they extend
			switch isDir, err := f.disk.isDir(word.Place); {
			case err == nil && isDir:
				word.Beside = Directory
			case err == nil || !absent(err):
				word.Beside = File
			}
			word.Written = writtenAsPath(partials, word.Place)
			p.Volumes[i].Word = &word
		}
	}
}

// writtenAsPath reports whether an entry names a place, or something in it, as a
// path.
func writtenAsPath(partials []*partial, place string) bool {
	for _, p := range partials {
		for _, v := range p.Volumes {
			if !v.Named && (v.Host == place || strings.HasPrefix(v.Host, place+"/")) {
				return true
			}
		}
	}
	return false
}

var volumeModes = []string{"rw", "ro", "z", "Z", "nocopy", "shared", "rshared", "slave", "rslave",
	"private", "rprivate", "consistent", "cached", "delegated"}

func volumeMode(mode string) *invalid {
	for _, m := range strings.Split(mode, ",") {
		known := false
		for _, k := range volumeModes {
			known = known || m == k
		}
		if !known {
			return invalidf("the usual modes are ro and rw; others are "+strings.Join(volumeModes[2:], ", "), "no mode %q%s", m, DidYouMean(m, volumeModes))
		}
	}
	return nil
}

// String is the volume as a file says it.
func (v Volume) String() string {
	s := v.Target
	if v.Host != "" {
		s = v.Host + ":" + s
	}
	if v.Mode != "" {
		s += ":" + v.Mode
	}
	return s
}

// parseDevice reads one item of devices: HOST[:CONTAINER[:PERMISSIONS]].
func parseDevice(_ *scope, v value) (Device, *invalid) {
	const form = "write HOST, HOST:CONTAINER or HOST:CONTAINER:rwm, such as /dev/ttyUSB0:/dev/ttyUSB0"
	d := Device{Permissions: "rwm", Pos: v.pos}
	parts := strings.Split(v.text, ":")
	if len(parts) == 2 && !path.IsAbs(parts[1]) {
		parts = []string{parts[0], parts[0], parts[1]}
	}
	if len(parts) > 3 {
		return d, invalidf(form, "%q has more than three parts", v.text)
	}
	d.Host, d.Container = parts[0], parts[0]
	if len(parts) > 1 {
		d.Container = parts[1]
	}
	if len(parts) > 2 {
		d.Permissions = parts[2]
	}
	if !path.IsAbs(d.Host) || !path.IsAbs(d.Container) {
		return d, invalidf(form, "%q is not an absolute path to a device", v.text)
	}
	if d.Permissions == "" || strings.Trim(d.Permissions, "rwm") != "" {
		return d, invalidf("write some of r, w and m (make the device)", "no permissions %q", d.Permissions)
	}
	return d, nil
}

// String is the device as a file says it.
func (d Device) String() string { return d.Host + ":" + d.Container + ":" + d.Permissions }
