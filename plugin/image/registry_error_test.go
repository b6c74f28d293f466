package image

import (
	"strings"
	"testing"
)

func TestReasonsWhyAnImageCantBeFetchedAreDistinguished(t *testing.T) {
	// What engines said, to requests for a registry of Debian's and for Docker Hub.
	for said, want := range map[string]RegistryCause{
		"manifest for 127.0.0.1:5000/a/b:nosuch not found: manifest unknown: manifest unknown":                                                       NoTag,
		`Head "http://127.0.0.1:5000/v2/a/b/manifests/1": no basic auth credentials`:                                                                 NoLogin,
		`Head "http://127.0.0.1:5000/v2/a/b/manifests/1": unauthorized: authentication required`:                                                     LoginRefused,
		"unauthorized: authentication required":                                                                                                      LoginRefused,
		`Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password`:                                                       LoginRefused,
		"pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied": Denied,
		"denied: requested access to the resource is denied":                                                                                         Denied,
		`Get "http://127.0.0.1:5579/v2/": dial tcp 127.0.0.1:5579: connect: connection refused`:                                                      NoRegistry,
		`Get "https://nosuch.invalid/v2/": dial tcp: lookup nosuch.invalid on 10.0.0.1:53: no such host`:                                             NoRegistry,
		`Get "https://127.0.0.2:5000/v2/": http: server gave HTTP response to HTTPS client`:                                                          NoRegistry,
		"toomanyrequests: You have reached your pull rate limit.":                                                                                    TooMany,
		"unexpected EOF":                       Broken,
		`Get "http://127.0.0.1:5000/v2/": EOF`: Broken,
		"read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer":          Broken,
		"An image does not exist locally with the tag: 127.0.0.1:5000/a/b":           NotHere,
		"received unexpected HTTP status: 500 Internal Server Error":                 Other,
		"Error response from daemon: write /var/lib/docker: no space left on device": Other,
	} {
		if got := registryError("pull", "a/b", said).Cause; got != want {
			t.Errorf("%s\n got %q, want %q", said, got, want)
		}
	}
}

func TestOnlyWhatIsTemporaryIsTriedAgain(t *testing.T) {
	for said, want := range map[string]bool{
		"unexpected EOF": true,
		"dial tcp 127.0.0.1:5000: connect: connection refused":         true,
		"dial tcp: lookup nosuch.invalid on 10.0.0.1:53: no such host": false,
		"manifest unknown":                                false,
		"no basic auth credentials":                       false,
		"http: server gave HTTP response to HTTPS client": false,
	} {
		if got := registryError("pull", "a", said).temporary(); got != want {
			t.Errorf("%s: got %v", said, got)
		}
	}
}

func TestALoginIsNamedWithItsRegistry(t *testing.T) {
	for ref, want := range map[string]string{"redis": "try: docker login", "a/b": "try: docker login", "localhost:5000/a": "try: docker login localhost:5000"} {
		if got := registryError("pull", ref, "no basic auth credentials").Hints(); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q", ref, got)
		}
	}
}

func TestWhyARegistryCanNotBeReachedIsToldWithoutTheRequest(t *testing.T) {
	for msg, want := range map[string]string{
		`Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.53:53: no such host`:                                                     "no such host",
		`Get "http://there:5000/v2/": dial tcp 10.0.0.1:5000: connect: connection refused`:                                                                                "connection refused",
		`failed to resolve reference "there:5000/x:1": failed to do request: Head "https://there:5000/v2/x/manifests/1": http: server gave HTTP response to HTTPS client`: "server gave HTTP response to HTTPS client",
		`Get "https://there/v2/": x509: certificate signed by unknown authority`:                                                                                          "x509: certificate signed by unknown authority",
	} {
		e := registryError("pull", "there:5000/x:1", msg)
		if e.Cause != NoRegistry || e.Error() != "the registry there:5000 can't be reached ("+want+")" {
			t.Errorf("%s: %s", msg, e)
		}
		if len(e.Hints()) != 1 || strings.Contains(e.Hints()[0], "insecure-registries") != strings.Contains(msg, "server gave HTTP") {
			t.Errorf("%s: %q", msg, e.Hints())
		}
	}
}
