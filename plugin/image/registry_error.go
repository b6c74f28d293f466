package image

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/distribution/reference"

	"github.com/stack-lite/stack-lite/plugin/refusal"
)

// RegistryError is an image that could not be fetched from its registry, or
// sent to it.
type RegistryError struct {
	Verb  string // pull or push
	Ref   string
	Cause RegistryCause
	Msg   string // what the engine said
}

// LookupError is an image of which an engine does not say whether it has it.
type LookupError struct {
	Ref string
	Err error
}

func (l *LookupError) Error() string {
	return "the engine does not say whether it has " + l.Ref + ": " + refusal.Words(l.Err.Error())
}

// Unwrap gives the client's error.
func (l *LookupError) Unwrap() error { return l.Err }

// RegistryCause is what kept an image from being fetched or sent.
type RegistryCause string

// The causes. Registries that show what they hold only after a login say Denied
// where another says NoTag.
const (
	BadName      RegistryCause = "not a valid image name"
	NoTag        RegistryCause = "the registry has no such image or tag"
	Denied       RegistryCause = "no such image, or access to it is denied"
	NoLogin      RegistryCause = "the registry requires a login"
	LoginRefused RegistryCause = "the registry rejected the login"
	NoRegistry   RegistryCause = "the registry can't be reached"
	TooMany      RegistryCause = "too many requests to the registry"
	NotHere      RegistryCause = "the engine has no such image"
	Broken       RegistryCause = "the connection was lost"
	OtherSystem  RegistryCause = "the image is not made for the engine's kind of processor or system"
	Other        RegistryCause = ""
)

// Error says what happened. The caller names the image.
func (r *RegistryError) Error() string {
	switch r.Cause {
	case Other:
		return r.Msg
	case NoRegistry:
		return fmt.Sprintf("the registry %s can't be reached (%s)", r.Registry(), reason(r.Msg))
	case BadName, Broken, TooMany:
		return fmt.Sprintf("%s (%s)", r.Cause, reason(r.Msg))
	}
	return string(r.Cause) // the engine's words add nothing
}

// Registry is the host of the registry.
func (r *RegistryError) Registry() string { return registryOf(r.Ref) }

// request is what an engine says of its own request to a registry, before what
// came of it.
var request = regexp.MustCompile(`^(?:failed to resolve reference "[^"]*": |failed to do request: |\w+ "[^"]*": |dial \w+(?: \S+)?: |lookup \S+(?: on \S+)?: |connect: |net/http: |http: )+`)

// reason leaves out of an engine's words its own request, but for what came of it.
func reason(msg string) string { return request.ReplaceAllString(msg, "") }

// Hints says what to try.
func (r *RegistryError) Hints() []string {
	login := "docker login"
	if host := registryOf(r.Ref); host != "docker.io" {
		login += " " + host
	}
	switch r.Cause {
	case NoTag:
		return []string{"check that the tag exists"}
	case Denied:
		return []string{"check the name; if it is right: " + login}
	case NoLogin, LoginRefused:
		return []string{"try: " + login}
	case TooMany:
		return []string{"wait a while, or log in: " + login}
	case NoRegistry:
		if strings.Contains(r.Msg, "server gave HTTP response") {
			return []string{"the registry has no TLS: the engine takes it with \"insecure-registries\": [\"" + r.Registry() + "\"] in /etc/docker/daemon.json"}
		}
		return []string{"check the name, and the network of the engine: docker pull " + r.Ref}
	case NotHere:
		return []string{"to build it: docker stacklite build"}
	}
	return nil
}

func registryOf(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "docker.io"
	}
	return reference.Domain(named)
}

// causes says what happened, by the text of an engine's error. They pass on the
// words of registries and of the Go library; none has a code for them.
var causes = []struct {
	text  *regexp.Regexp
	cause RegistryCause
}{
	{regexp.MustCompile(`does not exist locally|No such image`), NotHere},
	{regexp.MustCompile(`toomanyrequests|too many requests`), TooMany},
	{regexp.MustCompile(`(?i)no basic auth credentials`), NoLogin},
	{regexp.MustCompile(`(?i)incorrect username or password|unauthorized|authentication required`), LoginRefused},
	{regexp.MustCompile(`(?i)access denied|denied:|insufficient_scope|forbidden`), Denied},
	{regexp.MustCompile(`no matching manifest`), OtherSystem},
	{regexp.MustCompile(`(?i)manifest unknown|name unknown|not known to registry|not found`), NoTag},
	{regexp.MustCompile(`(?i)unexpected EOF|connection reset|broken pipe|: EOF$`), Broken},
	{regexp.MustCompile(`(?i)dial tcp|no such host|i/o timeout|TLS handshake|deadline exceeded|server gave HTTP response|x509`), NoRegistry},
	{regexp.MustCompile(`(?i)invalid reference|repository name must`), BadName},
}

func registryError(verb, ref, msg string) *RegistryError {
	e := &RegistryError{Verb: verb, Ref: ref, Msg: strings.TrimSpace(strings.TrimPrefix(msg, refusal.Daemon))}
	for _, c := range causes {
		if c.text.MatchString(e.Msg) {
			e.Cause = c.cause
			break
		}
	}
	return e
}

// temporary reports whether the same may succeed a moment later.
func (r *RegistryError) temporary() bool {
	return r.Cause == Broken || r.Cause == NoRegistry && !strings.Contains(r.Msg, "no such host") && !strings.Contains(r.Msg, "server gave HTTP") &&
		!strings.Contains(r.Msg, "x509")
}
