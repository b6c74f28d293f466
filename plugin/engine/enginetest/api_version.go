package enginetest

import (
	"context"
	"net/http"

	"github.com/docker/docker/api/types/versions"
)

// apiVersion is the version of the Engine API that a call was made with: what
// depends on it, whatever the release of the engine.
type apiVersion struct {
	// multiplexedStreams have a content type of their own.
	multiplexedStreams bool
	// manyEndpoints lets a container be created on several networks.
	manyEndpoints bool
	// uniqueNetworks refuses a second network of a name, wanted or not.
	uniqueNetworks bool
	// dnsNames lists all names of an endpoint apart from its aliases; before,
	// the short ID of the container stood among these.
	dnsNames bool
}

func apiVersionOf(number string) apiVersion {
	since := func(first string) bool { return versions.GreaterThanOrEqualTo(number, first) }
	return apiVersion{
		multiplexedStreams: since("1.42"),
		manyEndpoints:      since("1.44"),
		uniqueNetworks:     since("1.44"),
		dnsNames:           since("1.45"),
	}
}

// versionKey is where a call carries its API version.
type versionKey struct{}

func withVersion(r *http.Request, number string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), versionKey{}, apiVersionOf(number)))
}

func versionOf(r *http.Request) apiVersion {
	v, _ := r.Context().Value(versionKey{}).(apiVersion)
	return v
}
