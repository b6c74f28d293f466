package enginetest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	timetypes "github.com/docker/docker/api/types/time"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/api"
)

// journal keeps every event since the engine started. (A real engine keeps
// the last 256.)
type journal struct {
	lock    *api.Lock
	entries []events.Message
}

func (j *journal) routes() api.Routes {
	return api.Routes{Open: map[string]api.Handler{"GET /events": j.getEvents}}
}

// emit writes an event down and wakes the calls that follow. Its attributes are
// the labels of what it is about and those given as pairs, which win.
func (j *journal) emit(kind events.Type, action events.Action, id string, labels map[string]string, pairs ...string) {
	j.emitFrom("local", kind, action, id, labels, pairs...)
}

// emitFrom is emit for events of the engine, or of the swarm.
func (j *journal) emitFrom(scope string, kind events.Type, action events.Action, id string, labels map[string]string, pairs ...string) {
	attributes := merged(labels, nil)
	for pair := range slices.Chunk(pairs, 2) {
		attributes[pair[0]] = pair[1]
	}
	now := time.Now()
	m := events.Message{
		Type:     kind,
		Action:   action,
		Actor:    events.Actor{ID: id, Attributes: attributes},
		Scope:    scope,
		Time:     now.Unix(),
		TimeNano: now.UnixNano(),
	}
	switch kind {
	case events.ContainerEventType:
		m.Status, m.ID, m.From = string(action), id, attributes["image"]
	case events.ImageEventType:
		m.Status, m.ID = string(action), id
	}
	j.entries = append(j.entries, m)
	j.lock.Notify()
}

func (j *journal) getEvents(w http.ResponseWriter, r *http.Request) error {
	since, err := eventTime(r.FormValue("since"))
	if err != nil {
		return api.BadRequest("%v", err)
	}
	until, err := eventTime(r.FormValue("until"))
	if err != nil {
		return api.BadRequest("%v", err)
	}
	want, err := filters.FromJSON(r.FormValue("filters"))
	if err != nil {
		return api.BadRequest("%v", err)
	}
	next := 0 // a start alone or an end alone asks for the past
	if since.IsZero() && until.IsZero() {
		_ = j.lock.Hold(func() error { next = len(j.entries); return nil })
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	api.Flush(w) // who has seen this misses nothing
	if !until.IsZero() {
		// The wait ends at that time even when nothing happens.
		defer j.lock.After(time.Until(until), j.lock.Notify).Stop()
	}
	encode := json.NewEncoder(w)
	api.Stream(j.lock, r, func() (batch []events.Message, last bool) {
		for ; next < len(j.entries); next++ {
			m := j.entries[next]
			at := time.Unix(0, m.TimeNano)
			if !at.Before(since) && (until.IsZero() || !at.After(until)) && eventMatches(want, m) {
				batch = append(batch, m)
			}
		}
		return batch, !until.IsZero() && !time.Now().Before(until)
	}, func(m events.Message) error {
		defer api.Flush(w)
		return encode.Encode(m)
	})
	return nil
}

// eventTime reads a time as the engine takes it: seconds with a fraction, a
// date, or how long ago.
func eventTime(value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	stamp, err := timetypes.GetTimestamp(value, time.Now())
	if err != nil {
		return time.Time{}, err
	}
	seconds, nanos, err := timetypes.ParseTimestamps(stamp, 0)
	if err != nil {
		return time.Time{}, err
	}
	if seconds == 0 && nanos == 0 {
		return time.Unix(0, 1), nil // the epoch is a time, unlike no time at all
	}
	return time.Unix(seconds, nanos), nil
}

func eventMatches(want filters.Args, m events.Message) bool {
	named := func(kind events.Type, field string) bool {
		if !want.Contains(field) {
			return true
		}
		return m.Type == kind && (want.ExactMatch(field, m.Actor.ID) ||
			want.ExactMatch(field, m.Actor.Attributes["name"]) ||
			slices.ContainsFunc(want.Get(field), func(prefix string) bool {
				return len(prefix) >= 4 && len(m.Actor.ID) > len(prefix) && m.Actor.ID[:len(prefix)] == prefix
			}))
	}
	action := string(m.Action)
	plain, _, _ := strings.Cut(action, ":")
	return (want.ExactMatch("event", action) || want.ExactMatch("event", plain)) &&
		want.ExactMatch("type", string(m.Type)) && want.ExactMatch("scope", m.Scope) &&
		(!want.Contains("label") || want.MatchKVList("label", m.Actor.Attributes)) &&
		named(events.ContainerEventType, "container") &&
		named(events.NetworkEventType, "network") &&
		named(events.VolumeEventType, "volume") &&
		named(events.ServiceEventType, "service") &&
		named(events.NodeEventType, "node") &&
		named(events.SecretEventType, "secret") &&
		named(events.ConfigEventType, "config") &&
		named(events.ImageEventType, "image")
}
