package classic

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/stack-lite/stack-lite/compose"
)

// complaint is a mistake in the words of docker-compose 1.29.
type complaint struct {
	header   string // the line above it, which several may share; empty: none
	sentence string // empty: docker-compose had no words for it
}

// inWords says what docker-compose said of a mistake (compose-v1.md 4 and 2.2).
func inWords(e *compose.Error) complaint {
	invalid := "The Compose file is invalid because:"
	if file := e.Pos.File; file != "" && file != stdin {
		invalid = fmt.Sprintf("The Compose file '%s' is invalid because:", fileOf(e))
	}
	if text := ofSchema(e.Kind, e.About); text != "" {
		if e.About.Service == "" && e.Kind != compose.KindNewerSection { // it is about a flag
			return complaint{sentence: text}
		}
		return complaint{invalid, text}
	}
	if text := ofService(e.Kind, e.About); text != "" {
		return complaint{"The Compose file is invalid because:", text}
	}
	for _, of := range []func(*compose.Error) string{ofFile, ofValue, ofReference, ofEngine} {
		if text := of(e); text != "" {
			return complaint{sentence: text}
		}
	}
	return complaint{}
}

// stdin is what mistakes call standard input.
const stdin = "<stdin>"

// fileOf is the file that a mistake is in, as docker-compose named it.
func fileOf(e *compose.Error) string {
	switch {
	case e.About.Base != "":
		return e.About.Base
	case e.Pos.File == stdin:
		return "None"
	}
	return pathOf(e.Pos.File)
}

// pathOf is a file as docker-compose named it: from the working directory.
func pathOf(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return "./" + file
}

// ofSchema is about what is no value of its key, whatever it says.
func ofSchema(kind compose.Kind, a compose.About) string {
	path := a.Service + "." + a.Key
	if a.Part != "" {
		path += "." + a.Part
	}
	switch kind {
	case compose.KindBadValue:
		return badValue(a)
	case compose.KindUnknownKey:
		text := fmt.Sprintf("Unsupported config option for %s: '%s'", a.Service, a.Key)
		if meant := hinted()[a.Key]; meant != "" {
			text += fmt.Sprintf(" (did you mean '%s'?)", meant)
		}
		return text
	case compose.KindUnknownPart:
		return fmt.Sprintf("%s contains unsupported option: '%s'", path, a.Text)
	case compose.KindMissingPart:
		return fmt.Sprintf("%s '%s' is a required property", path, a.Text)
	case compose.KindBadName:
		return fmt.Sprintf(`Invalid service name '%s' - only [a-zA-Z0-9\._\-] characters are allowed`, a.Service)
	case compose.KindBadPort, compose.KindUnevenPorts:
		return badPort(kind, a)
	case compose.KindSwapAlone:
		return a.Service + ".memswap_limit is invalid: when defining 'memswap_limit' you must set 'mem_limit' as well"
	case compose.KindNewerSection:
		does := "does"
		if len(a.Names) > 1 {
			does = "do"
		}
		return fmt.Sprintf("'%s' %s not match any of the regexes: '^x-'\n\n%s", strings.Join(a.Names, "', '"), does, wrongVersion)
	}
	return ""
}

// badValue is about a value of another type than its key takes. Of any other
// value only an engine may have complained.
func badValue(a compose.About) string {
	s, path := schemaOf(a.Key), a.Service+"."+a.Key
	allowed, inside := s.whole, a.Part != "" || a.Item
	switch {
	case a.Part != "":
		path += "." + a.Part
		allowed = s.parts
	case a.Item:
		allowed = s.items
	}
	switch {
	case a.Key == "" || len(allowed) == 0 || allowed.allows(a.Written):
		return ""
	case inside && s.named:
		return fmt.Sprintf("%s contains %s, which is an invalid type, it should be %s", path, a.Written, allowed.say())
	}
	return fmt.Sprintf("%s contains an invalid type, it should be %s", path, allowed.say())
}

func badPort(kind compose.Kind, a compose.About) string {
	text := fmt.Sprintf(`Invalid port "%s", should be [[remote_ip:]remote_port[-remote_port]:]port[/protocol]`, a.Text)
	switch {
	case a.Key == "expose":
		text = "should be of the format 'PORT[/PROTOCOL]'"
	case kind == compose.KindUnevenPorts:
		text = "Port ranges don't match in length"
	}
	if a.Service == "" {
		return text
	}
	return a.Service + "." + a.Key + " is invalid: " + text
}

// hinted are the words for which docker-compose named a key.
func hinted() map[string]string {
	return map[string]string{
		"cpu_share": "cpu_shares", "add_host": "extra_hosts", "hosts": "extra_hosts", "extra_host": "extra_hosts", "device": "devices",
		"link": "links", "memory_swap": "memswap_limit", "port": "ports", "privilege": "privileged", "priviliged": "privileged",
		"privilige": "privileged", "volume": "volumes", "workdir": "working_dir",
	}
}

// wrongVersion is what docker-compose said of files whose format it could not
// tell.
const wrongVersion = `You might be seeing this error because you're using the wrong Compose file version. ` +
	`Either specify a supported version (e.g "2.2" or "3.3") and place your service definitions under the ` + "`services`" +
	` key, or omit the ` + "`version`" + ` key and place your service definitions at the root of the file to use version 1.` + "\n" +
	`For more on the Compose file format versions, see https://docs.docker.com/compose/compose-file/`

// ofService is about keys of a service that do not go together.
func ofService(kind compose.Kind, a compose.About) string {
	const either = "A service can either be built to image or use an existing image, not both."
	switch kind {
	case compose.KindNoImage:
		return fmt.Sprintf("Service %s has neither an image nor a build context specified. At least one must be provided.", a.Service)
	case compose.KindBuiltImage:
		return fmt.Sprintf("Service %s has both an image and build path specified. %s", a.Service, either)
	case compose.KindImageFile:
		return fmt.Sprintf("Service %s has both an image and alternate Dockerfile. %s", a.Service, either)
	}
	return ""
}

// ofFile is about files as a whole.
func ofFile(e *compose.Error) string {
	a, file := e.About, fileOf(e)
	switch e.Kind {
	case compose.KindNoMapping:
		return fmt.Sprintf("Top level object in '%s' needs to be an object not '<class '%s'>'.", file, pythonClass(a.Written))
	case compose.KindNoService:
		kind := map[string]string{"object": "mapping", "integer": "number"}[typeOf(a.Written)]
		if kind == "" {
			kind = typeOf(a.Written)
		}
		return fmt.Sprintf("In file '%s', services '%s' must be a mapping not %s.", file, a.Service, types{kind}.say())
	case compose.KindNoYAML:
		return fmt.Sprintf("%s\n  in %q, line %d, column %d", badYAML(a.Text), file, e.Pos.Line, e.Pos.Column)
	case compose.KindNoWord:
		return "yaml.constructor.ConstructorError: while constructing a mapping\nfound unhashable key"
	case compose.KindUnknownTag:
		return fmt.Sprintf("yaml.constructor.ConstructorError: could not determine a constructor for the tag '%s'", longTag(a.Text))
	case compose.KindFirstVersion:
		return fmt.Sprintf(`Version in "%s" is invalid. %s`, file, wrongVersion)
	case compose.KindNoFiles:
		return "\n        Can't find a suitable configuration file in this directory or any\n" +
			"        parent. Are you in the right directory?\n\n        Supported filenames: " + strings.Join(a.Names, ", ")
	case compose.KindTwoOverrides:
		return fmt.Sprintf("Multiple override files found: %s, %s. You may only use a single override file.", pathOf(a.Names[0]), pathOf(a.Names[1]))
	case compose.KindNoFile:
		return pythonError(a.Cause, pathOf(a.Text))
	case compose.KindNoEnvFile:
		switch {
		case errors.Is(a.Cause, fs.ErrNotExist):
			return "Couldn't find env file: " + a.Text
		case errors.Is(a.Cause, syscall.EISDIR):
			return a.Text + " is not a file."
		}
		return pythonError(a.Cause, a.Text)
	}
	return ""
}

// longTag is a tag as Python wrote it.
func longTag(tag string) string {
	if short, ok := strings.CutPrefix(tag, "!!"); ok {
		return "tag:yaml.org,2002:" + short
	}
	return tag
}

// pythonError is why a file can't be read as Python said it, or nothing where
// that is another reason.
func pythonError(cause error, path string) string {
	for _, c := range []struct {
		is   error
		text string
	}{
		{fs.ErrNotExist, ".FileNotFoundError: [Errno 2] No such file or directory"}, {fs.ErrPermission, ".PermissionError: [Errno 13] Permission denied"},
		{syscall.EISDIR, ".IsADirectoryError: [Errno 21] Is a directory"}, {syscall.ENOTDIR, ".NotADirectoryError: [Errno 20] Not a directory"},
	} {
		if errors.Is(cause, c.is) {
			return fmt.Sprintf("%s: '%s'", c.text, path)
		}
	}
	return ""
}

// badYAML is what Python's reader of YAML says where Go's says text: both come
// from one library and name the same places.
func badYAML(text string) string {
	const parser, scanner = "yaml.parser.ParserError: ", "yaml.scanner.ScannerError: "
	for _, known := range []struct{ says, said string }{
		{"a second document", "yaml.composer.ComposerError: expected a single document in the stream\nbut found another document"},
		{"did not find expected ',' or ']'", parser + "while parsing a flow sequence\nexpected ',' or ']'"},
		{"did not find expected ',' or '}'", parser + "while parsing a flow mapping\nexpected ',' or '}'"},
		{"did not find expected key", parser + "while parsing a block mapping\nexpected <block end>"},
		{"did not find expected '-' indicator", parser + "while parsing a block collection\nexpected <block end>"},
		{"did not find expected node content", parser + "while parsing a flow node\nexpected the node content"},
		{"did not find expected <document start>", parser + "expected '<document start>'"},
		{"found unexpected end of stream", scanner + "while scanning a quoted scalar\nfound unexpected end of stream"},
		{"found a tab that cannot start any token", scanner + "while scanning for the next token\nfound character '\\t' that cannot start any token"},
		{"mapping values are not allowed in this context", scanner + "mapping values are not allowed here"},
		{"block sequence entries are not allowed in this context", scanner + "sequence entries are not allowed here"},
		{"could not find expected ':'", scanner + "while scanning a simple key\ncould not find expected ':'"},
		{"found unknown escape character", scanner + "while scanning a double-quoted scalar\nfound unknown escape character"},
	} {
		if known.says == text {
			return known.said
		}
	}
	if anchor, ok := strings.CutPrefix(text, "unknown anchor "); ok {
		return "yaml.composer.ComposerError: found undefined alias " + strings.TrimSuffix(anchor, " referenced")
	}
	if strings.HasPrefix(text, "did not find") {
		return parser + text
	}
	return scanner + text
}

// ofValue is about what a value says.
func ofValue(e *compose.Error) string {
	a := e.About
	convert := func(what string) string {
		path := "service." + a.Service + "." + a.Key
		if a.Part != "" {
			path += "." + a.Part
		}
		return fmt.Sprintf(`Error while attempting to convert %s to appropriate type: "%s" is not a valid %s`, path, a.Text, what)
	}
	switch e.Kind {
	case compose.KindBadVolume:
		return fmt.Sprintf("Volume %s has incorrect format, should be external:internal[:mode]", a.Text)
	case compose.KindSameMount:
		return fmt.Sprintf("Duplicate mount points: [%s]", strings.Join(withModes(a.Names), ", "))
	case compose.KindBadSource:
		return fmt.Sprintf("volume_from %s has incorrect format, should be service[:mode]", a.Text)
	case compose.KindBadSecurity:
		return "Invalid security_opt: " + a.Text
	case compose.KindBadProfile:
		if text := pythonError(a.Cause, a.Text); text != "" {
			_, text, _ = strings.Cut(text, ": ")
			return "Error reading seccomp profile: " + text
		}
	case compose.KindBadRestart:
		return badRestart(a)
	case compose.KindBadBoolean:
		return convert("boolean value")
	case compose.KindBadInteger:
		return convert("integer")
	case compose.KindBadSize:
		return fmt.Sprintf("The specified value for memory (%s) should specify the units. The postfix should be one of the `b` `k` `m` `g` characters", a.Text)
	case compose.KindBadVariable:
		return fmt.Sprintf("environment variable name '%s' may not contain whitespace.", a.Text)
	case compose.KindSoftAbove:
		return fmt.Sprintf("Service '%s' has invalid ulimit '{'%s': {'soft': %s, 'hard': %s}}'. 'soft' value can not be greater than 'hard' value ", a.Service, a.Part, a.Names[0], a.Names[1])
	case compose.KindBuildDir:
		return fmt.Sprintf("build path %s either does not exist, is not accessible, or is not a valid URL.", a.Text)
	case compose.KindCapitalName:
		return fmt.Sprintf("Service '%s' contains uppercase characters which are not valid as part of an image name. "+
			"Either use a lowercase service name or use the `image` field to set a custom name for the service image.", a.Service)
	case compose.KindBadDollar:
		return fmt.Sprintf(`Invalid interpolation format for "%s" option in service "%s": "%s"`, a.Key, a.Service, a.Text)
	}
	return ""
}

// withModes are volumes with the mode that docker-compose gave those of the host
// that have none.
func withModes(volumes []string) []string {
	out := slices.Clone(volumes)
	for i, v := range out {
		if strings.Count(v, ":") == 1 {
			out[i] = v + ":rw"
		}
	}
	return out
}

// badRestart is about a policy. That it is none, only the engine said.
func badRestart(a compose.About) string {
	policy, _, counted := strings.Cut(a.Text, ":")
	switch {
	case strings.Count(a.Text, ":") > 1:
		return fmt.Sprintf("Restart %s has incorrect format, should be mode[:max_retry]", a.Text)
	case counted:
		return cannotCreate(a.Service, fmt.Sprintf("maximum retry count cannot be used with restart policy '%s'", policy))
	}
	return cannotCreate(a.Service, fmt.Sprintf("invalid restart policy '%s'", policy))
}

// ofReference is about services, and what they name.
func ofReference(e *compose.Error) string {
	a := e.About
	switch e.Kind {
	case compose.KindUnknownLink:
		return fmt.Sprintf("Service '%s' has a link to service '%s' which is undefined.", a.Service, a.Text)
	case compose.KindOwnLink:
		return "A service can not link to itself: " + a.Service
	case compose.KindOwnExternal:
		if a.Key != "" { // it was not looked at
			return cannotCreate(a.Service, fmt.Sprintf("could not get container for %s: No such container: %s", a.Text, a.Text))
		}
		return fmt.Sprintf("Service %s has a self-referential external link: %s", a.Service, a.Text)
	case compose.KindCircle:
		return "Circular dependency between " + strings.Join(a.Names, " and ")
	case compose.KindExtendCircle:
		lines := make([]string, len(a.Names))
		for i, name := range a.Names {
			lines[i] = name + " in " + a.Files[i]
		}
		return "Circular reference:\n  " + strings.Join(lines, "\n  extends ")
	case compose.KindNoBase:
		return fmt.Sprintf("Cannot extend service '%s' in %s: Service not found", a.Text, a.Files[0])
	case compose.KindNoContainer:
		switch a.Key {
		case "net":
			return fmt.Sprintf("Service '%s' uses the network stack of container '%s' which does not exist.", a.Service, a.Text)
		case "volumes_from":
			return fmt.Sprintf(`Service "%s" mounts volumes from "%s", which is not the name of a service or container.`, a.Service, a.Text)
		}
		return cannotCreate(a.Service, fmt.Sprintf("could not get container for %s: No such container: %s", a.Text, a.Text))
	}
	return ""
}

// ofEngine is about what docker-compose left to the engine, in the words of
// Engine 20.10.
func ofEngine(e *compose.Error) string {
	a := e.About
	switch e.Kind {
	case compose.KindBadValue:
		if text := refused(a); text != "" {
			return cannotCreate(a.Service, text)
		}
	case compose.KindBadHost:
		if _, address, ok := strings.Cut(a.Text, ":"); ok {
			return cannotCreate(a.Service, fmt.Sprintf("invalid IP address in add-host: %q", address))
		}
		return cannotCreate(a.Service, fmt.Sprintf("bad format for add-host: %q", a.Text))
	case compose.KindBadImage:
		if strings.ToLower(a.Text) != a.Text {
			return "invalid reference format: repository name must be lowercase"
		}
		return "invalid reference format"
	case compose.KindSameName:
		return cannotCreate(a.Service, fmt.Sprintf(`Conflict. The container name "/%s" is already in use`, a.Text))
	case compose.KindNetLinks:
		kind := map[string]string{"host": "host type networking", "container": "container type network"}[a.Text]
		return cannotCreate(a.Service, fmt.Sprintf("conflicting options: %s can't be used with links. This would result in undefined behavior", kind))
	case compose.KindSharedNet:
		return cannotCreate(a.Service, "conflicting options: "+map[string]string{
			"ports": "port publishing and the container type network mode", "expose": "port exposing and the container type network mode",
			"hostname": "hostname and the network mode", "dns": "dns and the network mode", "extra_hosts": "custom host-to-IP mapping and the network mode",
			"mac_address": "mac-address and the network mode",
		}[a.Key])
	}
	return ""
}

// refused is why Engine 20.10 made no container with a value of the right type;
// nothing where it did, or where it said different things of different values.
func refused(a compose.About) string {
	switch a.Key {
	case "cap_add", "cap_drop":
		list := map[string]string{"cap_add": "CapAdd", "cap_drop": "CapDrop"}[a.Key]
		return fmt.Sprintf("invalid %s: unknown capability: %q", list, "CAP_"+strings.TrimPrefix(strings.ToUpper(a.Text), "CAP_"))
	case "container_name":
		return fmt.Sprintf("Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", a.Text)
	case "cpuset":
		return fmt.Sprintf("Invalid value %s for cpuset cpus: invalid format: %s", a.Text, a.Text)
	case "cpu_quota":
		if n, err := strconv.Atoi(a.Text); err == nil && n > 0 {
			return "CPU cfs quota can not be less than 1ms (i.e. 1000)"
		}
	case "mem_limit":
		if !strings.HasPrefix(a.Text, "-") {
			return "Minimum memory limit allowed is 6MB"
		}
	case "volumes":
		if parts := strings.Split(a.Text, ":"); len(parts) == 3 && parts[2] != "" {
			return "invalid mode: " + parts[2]
		}
	case "working_dir":
		return fmt.Sprintf("the working directory '%s' is invalid, it needs to be an absolute path", a.Text)
	}
	return ""
}

// cannotCreate is how docker-compose passed on that an engine makes no container.
func cannotCreate(service, why string) string {
	return fmt.Sprintf("Cannot create container for service %s: %s", service, why)
}
