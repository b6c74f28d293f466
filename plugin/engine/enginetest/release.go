package enginetest

import (
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
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
	// exist before the container is attached to another.
	networkModeMustExist bool
	// networkModeNamed shows the default bridge by its name where a container was
	// made on none that the call named.
	networkModeNamed bool
	// forgetsFailedNetwork takes a container off the network on which its ports could
	// not be published: it starts without that from then on.
	forgetsFailedNetwork bool
	// publishesUnexposed publishes ports that are not exposed as well.
	publishesUnexposed bool
	// addressesCheckedEarly refuses a fixed address when a container is made.
	addressesCheckedEarly bool
	// addressesAnywhere gives fixed addresses also in subnets that nobody asked for.
	addressesAnywhere bool
	// gatewayShown shows the gateway of a network, also where nobody asked for one.
	gatewayShown bool
	// randomMAC is that of whoever asked for none; else it follows from the address.
	randomMAC bool
	// macPerEndpoint keeps a MAC address with a connection, not with the
	// container, whatever the call had.
	macPerEndpoint bool
	// imageContainer shows with an image the settings of the container that it was
	// made from. docker-compose 1.x replaces no container where that is missing.
	imageContainer bool
	// restartPolicyNamed shows the policy of a container that asked for none.
	restartPolicyNamed bool
	// overlaysInTurn get the subnet after the one that was given last, also where one
	// before it is free again.
	overlaysInTurn bool
	// overlaysNamedExactly are listed only under their whole names.
	overlaysNamedExactly bool
	// subnetsBySize finds a subnet for 0.0.0.0/28 in the predefined pools.
	subnetsBySize bool
	// startFailure is the format of why the network kept a container from starting.
	startFailure string
	// notExecutable is why a command that is not in the image does not start.
	notExecutable string

	refusals refusals
}

// refusals are the error answers whose words or status differ between
// releases, each with what it is about.
type refusals struct {
	noConfig         refusal
	filterUnknown    refusal // NAME or NAME=VALUE
	statusUnknown    refusal // status
	notRunning       refusal // ID
	pausedAlready    refusal // ID
	killStopped      refusal // as the call named it, ID
	removeRunning    refusal // as the call named it, ID, state
	removePaused     refusal // as the call named it, ID
	noStream         refusal
	noTaskStream     refusal
	joinMissing      refusal // the container whose network is joined, as it is named
	joinStopped      refusal // ID, name, state of that
	pidMissing       refusal // the container whose processes are joined
	pidStopped       refusal // ID of that
	linkElsewhere    refusal // name of the target, ID
	imageUnknown     refusal // as the call named it, familiar name
	networkUnnamed   refusal // name
	overlayUnmanaged refusal // why no service can be made there
	overlayByWorker  refusal // likewise
	networkAmbiguous refusal // name, number of matches
	prefixAmbiguous  refusal // beginning of an ID, number of matches
	networkInUse     refusal // name, ID, its endpoints
	hostConnected    refusal
	addressOutside   refusal // address
	addressUnasked   refusal // address
	addressOnDefault refusal
	subnetInvalid    refusal // subnet, why
	gatewayOutside   refusal // gateway, subnet
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
		return &api.Error{Status: r.status, Message: r.format}
	}
	return api.Errorf(r.status, r.format, a...)
}

// containerConfig is what is shown of the container that an image was made from,
// whose settings are those of the image.
func (r release) containerConfig(image *containertypes.Config) *containertypes.Config {
	if r.imageContainer {
		return image
	}
	return nil
}

// macFor is the MAC address of who has an address and asked for none.
func (r release) macFor(addr netip.Addr) string {
	b := addr.As4()
	if !r.randomMAC {
		return madeMAC(addr)
	}
	// Like one by chance, and like no other on the network.
	return fmt.Sprintf("fe:ed:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}

// madeMAC is a MAC address that follows from an IP address.
func madeMAC(addr netip.Addr) string {
	b := addr.As4()
	return fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}

// releases are all that can be chosen, the oldest first.
func releases() []release { return []release{engine20(), engine28(), engine29()} }

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

// engine20 is Engine 20.10, as the contract has it.
func engine20() release {
	return release{
		from:                 "1.41",
		minAPI:               "1.12",
		version:              "20.10.24",
		pushNeedsAuth:        true,
		overlaysInTurn:       true,
		overlaysNamedExactly: true,
		imageContainer:       true,
		startFailure:         "%s",
		notExecutable: "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: " +
			"exec: %[1]q: stat %[1]s: no such file or directory: unknown",
		refusals: refusals{
			noConfig:      refusal{http.StatusBadRequest, "Config cannot be empty in order to create a container"},
			filterUnknown: refusal{http.StatusBadRequest, "Invalid filter '%s'"},
			statusUnknown: refusal{http.StatusBadRequest, "Invalid filter 'status=%s'"},
			notRunning:    refusal{http.StatusConflict, "Container %s is not running"},
			pausedAlready: refusal{http.StatusConflict, "Container %s is already paused"},
			killStopped:   refusal{http.StatusConflict, "Cannot kill container: %s: Container %s is not running"},
			removeRunning: refusal{http.StatusConflict, "You cannot remove a %[3]s container %[2]s. " +
				"Stop the container before attempting removal or force remove"},
			removePaused: refusal{http.StatusConflict, "You cannot remove a paused container %[2]s. " +
				"Unpause and then stop the container before attempting removal or force remove"},
			noStream:         refusal{http.StatusBadRequest, "Bad parameters: you must choose at least one stream"},
			noTaskStream:     refusal{http.StatusInternalServerError, "Bad parameters: you must choose at least one stream"},
			joinMissing:      refusal{http.StatusNotFound, "No such container: %s"},
			joinStopped:      refusal{http.StatusConflict, "cannot join network of a non running container: %[1]s"},
			pidMissing:       refusal{http.StatusInternalServerError, "cannot join PID of a non running container: %[1]s: No such container: %[1]s"},
			pidStopped:       refusal{http.StatusInternalServerError, "container %s is not running"},
			linkElsewhere:    refusal{http.StatusInternalServerError, "Cannot link to /%[1]s, as it does not belong to the default network"},
			imageUnknown:     refusal{http.StatusNotFound, "no such image: %s: No such image: %s"},
			networkUnnamed:   refusal{http.StatusInternalServerError, "invalid name: %s"},
			overlayUnmanaged: refusal{http.StatusInternalServerError, "%s"},
			overlayByWorker: refusal{http.StatusForbidden, "Cannot create a multi-host network from a worker node. " +
				"Please create the network from a manager node."},
			networkAmbiguous: refusal{http.StatusBadRequest, "%[2]d matches found based on name: network %[1]s is ambiguous"},
			prefixAmbiguous:  refusal{http.StatusBadRequest, "%[2]d matches found based on ID prefix: network %[1]s is ambiguous"},
			networkInUse: refusal{http.StatusForbidden,
				"error while removing network: network %[1]s id %[2]s has active endpoints"},
			hostConnected: refusal{http.StatusBadRequest,
				"container cannot be disconnected from host network or connected to host network"},
			addressOutside: refusal{http.StatusInternalServerError,
				"Invalid address %s: It does not belong to any of this network's subnets"},
			addressUnasked: refusal{http.StatusBadRequest,
				"user specified IP address is supported only when connecting to networks with user configured subnets"},
			addressOnDefault: refusal{http.StatusBadRequest, "user specified IP address is supported on user defined networks only"},
			subnetInvalid:    refusal{http.StatusInternalServerError, "Invalid subnet %[1]s : invalid CIDR address: %[1]s"},
			gatewayOutside:   refusal{http.StatusInternalServerError, "failed to allocate gateway (%[1]s): Requested address is out of range"},
			subnetOverlaps:   refusal{http.StatusForbidden, "Pool overlaps with other one on this address space"},
			poolsExhausted: refusal{http.StatusNotFound, "could not find an available, non-overlapping IPv4 address pool " +
				"among the defaults to assign to the network"},
		},
	}
}

// invalidEndpoint is what engines from 28 on put before why an address can't be had.
const invalidEndpoint = "invalid endpoint settings:\n"

// engine28 is Engine 28, as its source has it: there is no recording of one.
func engine28() release {
	return release{
		from:                  "1.44",
		minAPI:                "1.24",
		version:               "28.5.2",
		pingHeader:            map[string]string{"Builder-Version": "2", "Swarm": "inactive"},
		anonymousVolumeLabels: map[string]string{"com.docker.volume.anonymous": ""},
		networkModeMustExist:  true,
		networkModeNamed:      true,
		addressesCheckedEarly: true,
		randomMAC:             true,
		macPerEndpoint:        true,
		startFailure:          "failed to set up container networking: %s",
		notExecutable: "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: " +
			"unable to start container process: error during container init: exec: %[1]q: stat %[1]s: no such file or directory",
		refusals: refusals{
			noConfig:      refusal{http.StatusBadRequest, "config cannot be empty in order to create a container"},
			filterUnknown: refusal{http.StatusBadRequest, "invalid filter '%s'"},
			statusUnknown: refusal{http.StatusBadRequest, "invalid filter 'status=%[1]s': invalid value for state (%[1]s): " +
				"must be one of created, running, paused, restarting, removing, exited, dead"},
			notRunning:       refusal{http.StatusConflict, "container %s is not running"},
			pausedAlready:    refusal{http.StatusConflict, "Container %s is already paused"},
			killStopped:      refusal{http.StatusConflict, "cannot kill container: %s: container %s is not running"},
			removeRunning:    refusal{http.StatusConflict, "cannot remove container %[1]q: container is %[3]s: stop the container before removing or force remove"},
			removePaused:     refusal{http.StatusConflict, "cannot remove container %[1]q: container is paused and must be unpaused first"},
			noStream:         refusal{http.StatusBadRequest, "Bad parameters: you must choose at least one stream"},
			noTaskStream:     refusal{http.StatusBadRequest, "Bad parameters: you must choose at least one stream"},
			joinMissing:      refusal{http.StatusInternalServerError, "joining network namespace of container: No such container: %s"},
			joinStopped:      refusal{http.StatusConflict, "cannot join network namespace of a non running container: container %[2]s is %[3]s"},
			pidMissing:       refusal{http.StatusInternalServerError, "failed to join PID namespace: No such container: %s"},
			pidStopped:       refusal{http.StatusInternalServerError, "failed to join PID namespace: container %s is not running"},
			linkElsewhere:    refusal{http.StatusInternalServerError, "container %[2]s not attached to default bridge network"},
			imageUnknown:     refusal{http.StatusNotFound, "No such image: %[2]s"},
			networkUnnamed:   refusal{http.StatusBadRequest, "invalid name: name is empty"},
			overlayUnmanaged: refusal{http.StatusForbidden, "%s"},
			overlayByWorker:  refusal{http.StatusForbidden, "%s"},
			networkAmbiguous: refusal{http.StatusBadRequest, "network %s is ambiguous (%d matches found on name)"},
			prefixAmbiguous:  refusal{http.StatusBadRequest, "network %s is ambiguous (%d matches found based on ID prefix)"},
			networkInUse: refusal{http.StatusForbidden,
				"error while removing network: network %[1]s has active endpoints (%[3]s)"},
			hostConnected: refusal{http.StatusBadRequest,
				"cannot connect container to host network - container must be created in host network mode"},
			addressOutside: refusal{http.StatusBadRequest, invalidEndpoint + "no configured subnet or ip-range contain the IP address %s"},
			addressUnasked: refusal{http.StatusBadRequest,
				invalidEndpoint + "user specified IP address is supported only when connecting to networks with user configured subnets"},
			addressOnDefault: refusal{http.StatusBadRequest, invalidEndpoint + "user specified IP address is supported on user defined networks only"},
			subnetInvalid:    refusal{http.StatusBadRequest, "invalid subnet %[1]s: invalid CIDR block notation"},
			gatewayOutside: refusal{http.StatusBadRequest,
				"invalid network config:\ninvalid gateway %s: parent subnet %s doesn't contain this address"},
			subnetOverlaps: refusal{http.StatusForbidden, "invalid pool request: Pool overlaps with other one on this address space"},
			poolsExhausted: refusal{http.StatusBadRequest, "all predefined address pools have been fully subnetted"},
		},
	}
}

// engine29 is Engine 29, as the contract has it: what has changed since 28.
func engine29() release {
	r := engine28()
	r.from, r.minAPI, r.version = "1.52", "1.40", "29.8.1"
	r.subnetsBySize = true
	r.restartPolicyNamed = true
	r.addressesAnywhere = true
	r.gatewayShown = true
	r.publishesUnexposed = true
	r.forgetsFailedNetwork = true
	r.refusals.pausedAlready.format = "container %s is already paused"
	r.refusals.noTaskStream.format = "must specify at least one of 'stdout' or 'stderr'"
	r.refusals.noStream.format = "must specify at least one of 'stdout' or 'stderr'"
	r.refusals.addressOutside.format = invalidEndpoint + "no configured subnet contains IP address %s"
	r.refusals.addressOnDefault.format = invalidEndpoint + "user-specified IP address is supported on user-defined networks only"
	r.refusals.subnetInvalid.format = "invalid JSON: %[2]s"
	return r
}
