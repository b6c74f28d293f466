package plugin

import "runtime/debug"

// version is set by the linker in what make builds.
var version string

// builtVersion is the version that go build and go install leave in a program:
// the module's, else the commit that was checked out. -dirty says that files
// were changed.
func builtVersion(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "dev"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return "dev"
	}
	if len(revision) > 12 {
		revision = revision[:12]
	}
	if settings["vcs.modified"] == "true" {
		revision += "-dirty"
	}
	return revision
}
