package image

import (
	"context"
	"encoding/base64"

	"github.com/docker/docker/api/types/image"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// noAuth is what the engine wants to see where there are no credentials.
var noAuth = base64.URLEncoding.EncodeToString([]byte("{}"))

// push sends an image to its registry, under another name where as is not
// empty. The error is a *RegistryError.
func (s *Store) push(ctx context.Context, ref, as string, report func(plan.Progress)) error {
	if as == "" {
		as = ref
	}
	auth, err := s.registryAuth("push", as)
	if err != nil {
		return err
	}
	if auth == "" {
		auth = noAuth
	}
	if as != ref {
		if err := s.client.ImageTag(ctx, ref, as); err != nil {
			return registryError("push", ref, err.Error())
		}
	}
	return retry(ctx, report, func() error {
		body, err := s.client.ImagePush(ctx, as, image.PushOptions{RegistryAuth: auth})
		return readTransfer(body, err, "push", as, report)
	})
}
