package engine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Pulls plans to fetch the images of services, or of all where services is nil,
// unless skip says that one shall not. Images that are built have no registry.
func Pulls(p *compose.Project, services []string, skip func(ref string) bool) *plan.Plan {
	var list []plan.Image
	built := images(p, BuildOptions{})
	for _, s := range p.Services {
		ref := ImageOf(p, s)
		at := slices.IndexFunc(built, func(i plan.Image) bool { return i.Ref == ref })
		if services != nil && !slices.Contains(services, s.Name) || built[at].Build || skip(ref) ||
			slices.ContainsFunc(list, func(i plan.Image) bool { return i.Ref == ref }) {
			continue
		}
		list = append(list, plan.Image{Ref: ref})
	}
	return plan.Pulls(list)
}

// attempts is how often something is tried whose connection breaks, and
// firstPause how long the first pause is; each is twice the one before. The
// engine itself tries layers again (from 20.10), but not what comes before.
const (
	attempts   = 4
	firstPause = 250 * time.Millisecond
)

// pull fetches an image from its registry. The error is a *RegistryError.
func (e *Engine) pull(ctx context.Context, ref string, report func(plan.Progress)) error {
	return e.tryAgain(ctx, report, func() error {
		auth, err := e.registryAuth("pull", ref)
		if err != nil {
			return err
		}
		body, err := e.client.ImagePull(ctx, ref, image.PullOptions{RegistryAuth: auth})
		return e.relay(body, err, "pull", ref, report)
	})
}

// registryAuth gives the credentials for an image's registry.
func (e *Engine) registryAuth(verb, ref string) (string, error) {
	if _, err := reference.ParseNormalizedNamed(ref); err != nil {
		return "", &RegistryError{Verb: verb, Ref: ref, Cause: BadName, Msg: err.Error()}
	}
	if e.options.RegistryAuth == nil {
		return "", nil
	}
	auth, err := e.options.RegistryAuth(ref)
	if err != nil {
		return "", &RegistryError{Verb: verb, Ref: ref, Msg: "the docker config gives no credentials: " + err.Error()}
	}
	return auth, nil
}

// relay passes on what the engine says until it is done.
func (e *Engine) relay(body io.ReadCloser, err error, verb, ref string, report func(plan.Progress)) error {
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
			report(statusOf(m))
		}
	}
}

// tryAgain does something until it succeeds, fails for good or has failed too
// often.
func (e *Engine) tryAgain(ctx context.Context, report func(plan.Progress), do func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := do()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var failed *RegistryError
		if n == attempts || !errors.As(err, &failed) || !failed.passing() {
			return err
		}
		report(plan.Progress{Text: "trying again: " + failed.Msg})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}
