package compose

import (
	"fmt"
	"net"
	"strings"

	"github.com/distribution/reference"
)

// imageName refuses what the engine would not take for an image.
func imageName(_ *scope, v value) (string, *invalid) {
	t := strings.TrimSpace(v.text)
	if t == "" {
		return "", invalidf("write a name such as busybox or postgres:9.4", "is empty")
	}
	if _, err := reference.ParseAnyReference(t); err != nil {
		hint := "write NAME, NAME:TAG or REGISTRY/NAME:TAG without spaces"
		if strings.ToLower(t) != t {
			hint = "the name before the tag must be in lower case"
		}
		return t, invalidf(hint, "%q is not a valid image name", t).as(KindBadImage)
	}
	return t, nil
}

// buildPath resolves a build context, which is a directory unless it begins
// like a URL (compose-v1.md 1.2).
func buildPath(s *scope, v value) (string, *invalid) {
	if v.text == "" {
		return "", invalidf(`write "build: ." for the directory of the file`, "is empty")
	}
	if isURL(v.text) {
		return v.text, nil
	}
	return s.absolute(v.text), nil
}

func isURL(t string) bool {
	for _, prefix := range [...]string{"http://", "https://", "git://", "github.com/", "git@"} {
		if strings.HasPrefix(t, prefix) {
			return true
		}
	}
	return false
}

func notEmpty(_ *scope, v value) (string, *invalid) {
	if v.text == "" {
		return "", invalidf("write a value, or remove the key", "is empty")
	}
	return v.text, nil
}

func workingDir(_ *scope, v value) (string, *invalid) {
	if !strings.HasPrefix(v.text, "/") {
		return v.text, invalidf(fmt.Sprintf("write %q", "/"+strings.TrimPrefix(v.text, "./")), "%q is not an absolute path", v.text)
	}
	return v.text, nil
}

func macAddress(_ *scope, v value) (string, *invalid) {
	if hw, err := net.ParseMAC(v.text); err != nil || len(hw) != 6 {
		return v.text, invalidf("write six bytes such as 02:42:ac:11:65:43", "%q is not a MAC address", v.text)
	}
	return v.text, nil
}

func containerNamed(_ *scope, v value) (string, *invalid) {
	if len(v.text) < 2 || !containerName.MatchString(v.text) {
		return v.text, invalidf("", "%q is not a valid container name: two or more of a-z A-Z 0-9 _ . -, starting with a letter or digit", v.text)
	}
	return v.text, nil
}

func address(t string) (string, *invalid) {
	if net.ParseIP(t) == nil {
		return t, invalidf("", "%q is not an IP address", t)
	}
	return t, nil
}

// shared is a namespace of another container or of the host.
func shared(words ...string) func(*scope, value) (string, *invalid) {
	return func(_ *scope, v value) (string, *invalid) {
		for _, w := range words {
			if v.text == w {
				return v.text, nil
			}
		}
		k, name, ok := strings.Cut(v.text, ":")
		if ok && (k == "container" || k == "service") && containerName.MatchString(name) {
			return "container:" + name, nil
		}
		return v.text, invalidf("", "%q is not one of %s, container:NAME", v.text, strings.Join(words, ", "))
	}
}

// security refuses what the engine does not know how to split.
func security(_ *scope, v value) (located, *invalid) {
	out := located{v.text, v.pos}
	if v.text != "no-new-privileges" && !strings.ContainsAny(v.text, "=:") {
		return out, invalidf("write KEY:VALUE, such as label:disable or seccomp:unconfined", "%q has no value", v.text).as(KindBadSecurity)
	}
	return out, nil
}

// host checks one extra host.
func host(s *scope, v *Var) *invalid {
	if v.Name == "" || strings.ContainsAny(v.Name, " \t") {
		return invalidf("write "+assign(s, "HOST", ":", "ADDRESS"), "%q is not a valid host name", v.Name)
	}
	if v.Value == nil {
		m := invalidf(fmt.Sprintf(`write "%s"`, assign(s, v.Name, ":", "ADDRESS")), "%q has no address", v.Name)
		m.kind, m.text = KindBadHost, v.Name
		return m
	}
	a := strings.Trim(*v.Value, "[] ")
	if a != "host-gateway" && net.ParseIP(a) == nil {
		m := invalidf(`write an IP address, or "host-gateway" for the host's`, "%q is not an IP address", a)
		m.kind, m.text = KindBadHost, v.Name+":"+a
		return m
	}
	v.Value = &a
	return nil
}
