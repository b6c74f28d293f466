package enginetest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	networktypes "github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

func (s *containerStore) getContainers(w http.ResponseWriter, r *http.Request) error {
	want, err := s.readFilters(r, "id", "name", "label", "status", "network",
		"ancestor", "exited", "volume", "before", "since")
	if err != nil {
		return err
	}
	limit := 0
	if value := r.FormValue("limit"); value != "" {
		if limit, err = strconv.Atoi(value); err != nil {
			return api.BadRequest("%v", err)
		}
	}
	all := api.BoolParam(r, "all") || limit > 0 || want.Contains("status")
	matches, err := s.matcher(want)
	if err != nil {
		return err
	}
	list := listed(s.byID, func(c *container) bool {
		return (all || c.alive()) && matches(c)
	}, newestFirst, s.summary)
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	return api.WriteJSON(w, http.StatusOK, list)
}

// matcher makes a function out of filters. Values of one filter are
// alternatives, but labels must all be there.
func (s *containerStore) matcher(want listFilters) (func(*container) bool, error) {
	for _, status := range want.Get("status") {
		if containertypes.ValidateContainerState(status) != nil {
			return nil, s.release.refusals.statusUnknown.about(status)
		}
	}
	var before, since time.Time
	for key, limit := range map[string]*time.Time{"before": &before, "since": &since} {
		for _, ref := range want.Get(key) {
			c, err := s.find(ref)
			if err != nil {
				return nil, err
			}
			*limit = c.created
		}
	}
	ancestors := map[string]bool{}
	for _, ref := range want.Get("ancestor") {
		if i, err := s.images.find(ref); err == nil {
			ancestors[i.id] = true
		}
	}
	return func(c *container) bool {
		return want.Match("id", c.id) &&
			(want.Match("name", c.name) || want.Match("name", "/"+c.name)) &&
			want.MatchKVList("label", c.config.Labels) &&
			want.ExactMatch("status", c.status) &&
			(!want.Contains("exited") || c.status == containertypes.StateExited && want.ExactMatch("exited", strconv.Itoa(c.exitCode))) &&
			(!want.Contains("ancestor") || ancestors[c.image.id]) &&
			(!want.Contains("network") || c.onAnyNetwork(want.Get("network"))) &&
			(!want.Contains("volume") || c.hasAnyVolume(want.Get("volume"))) &&
			(before.IsZero() || c.created.Before(before)) &&
			(since.IsZero() || c.created.After(since))
	}, nil
}

func (c *container) onAnyNetwork(refs []string) bool {
	for name, settings := range c.endpoints {
		if slices.ContainsFunc(refs, func(ref string) bool {
			return ref == name || settings.NetworkID != "" && strings.HasPrefix(settings.NetworkID, ref)
		}) {
			return true
		}
	}
	return false
}

func (c *container) hasAnyVolume(refs []string) bool {
	return slices.ContainsFunc(c.mounts, func(m mount) bool {
		return slices.Contains(refs, m.Name) || slices.Contains(refs, m.Destination)
	})
}

func (s *containerStore) summary(c *container) *containertypes.Summary {
	shown := &containertypes.Summary{
		ID:      c.id,
		Names:   s.names(c),
		Image:   s.shownImage(c),
		ImageID: c.image.id,
		Command: strings.Join(c.argv(), " "),
		Created: c.created.Unix(),
		Ports:   c.portList(),
		Labels:  api.NonNil(c.config.Labels),
		State:   c.status,
		Status:  c.statusText(),
		Mounts:  c.mountPoints(),
	}
	shown.HostConfig.NetworkMode = string(c.host.NetworkMode)
	shown.NetworkSettings = &containertypes.NetworkSettingsSummary{Networks: map[string]*networktypes.EndpointSettings{}}
	for name, settings := range c.endpoints {
		short := *settings.EndpointSettings
		short.Links, short.DNSNames, short.DriverOpts = nil, nil, nil
		if c := short.IPAMConfig; c != nil {
			short.IPAMConfig = &networktypes.EndpointIPAMConfig{IPv4Address: c.IPv4Address, IPv6Address: c.IPv6Address}
		}
		short.Aliases = nil // a list names none, whatever the version
		shown.NetworkSettings.Networks[name] = &short
	}
	return shown
}

// shownImage is the image as it was asked for, or its ID once that name means
// another image.
func (s *containerStore) shownImage(c *container) string {
	if image, err := s.images.find(c.config.Image); err != nil || image != c.image {
		return c.image.id
	}
	return c.config.Image
}
