package engine

import (
	"context"

	"github.com/docker/docker/api/types/image"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// PullError is an image that could not be fetched.
type PullError struct {
	Ref string
	Msg string
}

func (p *PullError) Error() string { return "pull of " + p.Ref + ": " + p.Msg }

// pull fetches an image from its registry.
func (e *Engine) pull(ctx context.Context, ref string, report func(plan.Progress)) error {
	var options image.PullOptions
	if e.options.RegistryAuth != nil {
		auth, err := e.options.RegistryAuth(ref)
		if err != nil {
			return &PullError{Ref: ref, Msg: err.Error()}
		}
		options.RegistryAuth = auth
	}
	body, err := e.client.ImagePull(ctx, ref, options)
	if err != nil {
		return &PullError{Ref: ref, Msg: err.Error()}
	}
	defer body.Close()
	return relayMessages(body, report, func(msg string) error { return &PullError{Ref: ref, Msg: msg} })
}
