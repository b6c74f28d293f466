package enginetest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
)

// release is a release of the Docker Engine: the versions of the API it speaks,
// and everything in which its answers differ from those of other releases,
// whatever version a call is made with. (What depends on the version of the
// call is an [apiVersion].) Another release is another value in [releases].
type release struct {
	// from is the version of the API that the release came with.
	from string
	// api and minAPI are the newest and the oldest version it speaks.
	api, minAPI string
	// version is that of the engine.
	version string

	// pingHeader is what the answer to a ping has besides the usual.
	pingHeader map[string]string
	// pushNeedsAuth refuses a push without credentials, even empty ones.
	pushNeedsAuth bool
	// anonymousVolumeLabels mark a volume without a name.
	anonymousVolumeLabels map[string]string
	// networkModeMustExist requires the network that a container was made on to
	// exist before the container is attached to any.
	networkModeMustExist bool
	// macPerEndpoint keeps a MAC address with a connection, not with the
	// container, whatever the call had.
	macPerEndpoint bool
	// imageContainer shows with an image the settings of the container that it was
	// made from. docker-compose 1.x replaces no container where that is missing.
	imageContainer bool
	// subnetsBySize finds a subnet for 0.0.0.0/28 in the predefined pools.
	subnetsBySize bool
	// startFailure is the format of why the network kept a container from starting.
	startFailure string

	refusals refusals
}

// refusals are the error answers whose words or status differ between
// releases, each with what it is about.
type refusals struct {
	killStopped      refusal // as the call named it, ID
	removeRunning    refusal // name, ID, state
	removePaused     refusal // name, ID
	imageUnknown     refusal // as the call named it, familiar name
	networkUnnamed   refusal // name
	networkAmbiguous refusal // name or ID, number of matches, what they share
	networkInUse     refusal // name, ID, its endpoints
	notConnected     refusal // ID of the container, name of the network
	addressOutside   refusal // address
	subnetInvalid    refusal // subnet
	subnetOverlaps   refusal
	poolsExhausted   refusal
}

// refusal is an error answer: its status, and its message as a format, which
// leaves out by index what it does not mention.
type refusal struct {
	status int
	format string
}

func (r refusal) about(a ...any) error {
	if !strings.Contains(r.format, "%") {
		return &apiError{r.status, r.format}
	}
	return errorf(r.status, r.format, a...)
}

// containerConfig is what is shown of the container that an image was made from,
// whose settings are those of the image.
func (r release) containerConfig(image *containertypes.Config) *containertypes.Config {
	if r.imageContainer {
		return image
	}
	return nil
}

// releases are all that can be chosen, the oldest first.
func releases() []release {
	today := engine28()
	bySize := today
	bySize.from, bySize.subnetsBySize = "1.52", true
	return []release{engine20(), today, bySize}
}

// releaseOf is the release whose newest API version is the given one, or would
// be: of two neighbours the older.
func releaseOf(api string) (release, error) {
	if !regexp.MustCompile(`^1\.\d+$`).MatchString(api) {
		return release{}, fmt.Errorf("%q is no API version", api)
	}
	all := releases()
	chosen := all[0]
	for _, r := range all[1:] {
		if versions.GreaterThanOrEqualTo(api, r.from) {
			chosen = r
		}
	}
	chosen.api = api
	return chosen, nil
}

// engine20 is Engine 20.10.
func engine20() release {
	return release{
		from:           "1.41",
		minAPI:         "1.12",
		version:        "20.10.24",
		pushNeedsAuth:  true,
		imageContainer: true,
		startFailure:   "%s",
		refusals: refusals{
			killStopped: refusal{http.StatusConflict, "Cannot kill container: %s: Container %s is not running"},
			removeRunning: refusal{http.StatusConflict, "You cannot remove a %[3]s container %[2]s. " +
				"Stop the container before attempting removal or force remove"},
			removePaused: refusal{http.StatusConflict, "You cannot remove a paused container %[2]s. " +
				"Unpause and then stop the container before attempting removal or force remove"},
			imageUnknown:     refusal{http.StatusNotFound, "no such image: %s: No such image: %s"},
			networkUnnamed:   refusal{http.StatusInternalServerError, "invalid name: %s"},
			networkAmbiguous: refusal{http.StatusBadRequest, "%[2]d matches found based on %[3]s: network %[1]s is ambiguous"},
			networkInUse: refusal{http.StatusForbidden,
				"error while removing network: network %[1]s id %[2]s has active endpoints"},
			notConnected: refusal{http.StatusInternalServerError, "container %s is not connected to network %s"},
			addressOutside: refusal{http.StatusInternalServerError,
				"Invalid address %s: It does not belong to any of this network's subnets"},
			subnetInvalid:  refusal{http.StatusInternalServerError, "Invalid subnet %[1]s : invalid CIDR address: %[1]s"},
			subnetOverlaps: refusal{http.StatusForbidden, "Pool overlaps with other one on this address space"},
			poolsExhausted: refusal{http.StatusNotFound, "could not find an available, non-overlapping IPv4 address pool " +
				"among the defaults to assign to the network"},
		},
	}
}

// engine28 is Engine 28.
func engine28() release {
	return release{
		from:                  "1.44",
		minAPI:                "1.24",
		version:               "28.5.2",
		pingHeader:            map[string]string{"Builder-Version": "2", "Swarm": "inactive"},
		anonymousVolumeLabels: map[string]string{"com.docker.volume.anonymous": ""},
		networkModeMustExist:  true,
		macPerEndpoint:        true,
		startFailure:          "failed to set up container networking: %s",
		refusals: refusals{
			killStopped: refusal{http.StatusConflict, "cannot kill container: %s: container %s is not running"},
			removeRunning: refusal{http.StatusConflict, "cannot remove container %[1]q: container is %[3]s: " +
				"stop the container before attempting removal or force remove"},
			removePaused: refusal{http.StatusConflict, "cannot remove container %[1]q: container is paused: " +
				"unpause and then stop the container before attempting removal or force remove"},
			imageUnknown:     refusal{http.StatusNotFound, "No such image: %[2]s"},
			networkUnnamed:   refusal{http.StatusBadRequest, "invalid network name: name is empty"},
			networkAmbiguous: refusal{http.StatusBadRequest, "network %s is ambiguous (%d matches found based on %s)"},
			networkInUse: refusal{http.StatusForbidden,
				"error while removing network: network %[1]s has active endpoints (%[3]s)"},
			notConnected:   refusal{http.StatusForbidden, "container %s is not connected to network %s"},
			addressOutside: refusal{http.StatusBadRequest, "no configured subnet or ip-range contain the IP address %s"},
			subnetInvalid:  refusal{http.StatusBadRequest, "invalid subnet %s: invalid CIDR block notation"},
			subnetOverlaps: refusal{http.StatusForbidden, "invalid pool request: Pool overlaps with other one on this address space"},
			poolsExhausted: refusal{http.StatusBadRequest, "all predefined address pools have been fully subnetted"},
		},
	}
}
