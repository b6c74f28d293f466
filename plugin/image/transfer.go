package image

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// attempts is how often something is tried whose connection breaks, and
// firstPause how long the first pause is; each is twice the one before. The
// engine itself tries layers again (from 20.10), but not what comes before.
const (
	attempts   = 4
	firstPause = 250 * time.Millisecond
)

// registryAuth gives the credentials for an image's registry.
func (s *Store) registryAuth(verb, ref string) (string, error) {
	if _, err := reference.ParseNormalizedNamed(ref); err != nil {
		return "", &RegistryError{Verb: verb, Ref: ref, Cause: BadName, Msg: err.Error()}
	}
	if s.options.RegistryAuth == nil {
		return "", nil
	}
	auth, err := s.options.RegistryAuth(ref)
	if err != nil {
		return "", &RegistryError{Verb: verb, Ref: ref, Msg: "can't read credentials from the docker config: " + err.Error()}
	}
	return auth, nil
}

// readTransfer reports what the engine answers to a pull or push until it is
// done. It takes the error of the call along.
func readTransfer(body io.ReadCloser, err error, verb, ref string, report func(plan.Progress)) error {
	if err != nil {
		if client.IsErrConnectionFailed(err) || errors.Is(err, context.Canceled) {
			return err
		}
		return registryError(verb, ref, err.Error())
	}
	defer body.Close()
	decoder := json.NewDecoder(body)
	for {
		var m jsonmessage.JSONMessage
		switch err := decoder.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, context.Canceled):
			return err
		case err != nil:
			return &RegistryError{Verb: verb, Ref: ref, Cause: Broken, Msg: err.Error()}
		case m.Error != nil:
			return registryError(verb, ref, m.Error.Message)
		case m.Status != "":
			report(progressOf(m))
		}
	}
}

// progressOf is a message about a layer as progress.
func progressOf(m jsonmessage.JSONMessage) plan.Progress {
	p := plan.Progress{Part: m.ID, Text: m.Status}
	if m.Progress != nil {
		p.Current, p.Total = m.Progress.Current, m.Progress.Total
	}
	return p
}

// retry does something until it succeeds, fails for good or has failed too
// often.
func retry(ctx context.Context, report func(plan.Progress), do func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := do()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var failed *RegistryError
		if n == attempts || !errors.As(err, &failed) || !failed.temporary() {
			return err
		}
		report(plan.Progress{Text: "trying again: " + reason(failed.Msg)})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}
