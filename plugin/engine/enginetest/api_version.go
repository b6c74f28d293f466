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
	// macPerEndpoint is a MAC address that belongs to a connection; before, it
	// belonged to the container, which is refused where noContainerMAC.
	macPerEndpoint, noContainerMAC bool
	// macOnConnect gives one to a container that is attached; before, only one
	// that was made got it.
	macOnConnect bool
}

func apiVersionOf(number string) apiVersion {
	since := func(first string) bool { return versions.GreaterThanOrEqualTo(number, first) }
	return apiVersion{
		multiplexedStreams: since("1.42"),
		manyEndpoints:      since("1.44"),
		uniqueNetworks:     since("1.44"),
		dnsNames:           since("1.45"),
		macPerEndpoint:     since("1.44"),
		noContainerMAC:     since("1.52"),
		macOnConnect:       since("1.54"),
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
