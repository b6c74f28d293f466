package image

import (
	"context"

	"github.com/docker/docker/api/types/image"

	"github.com/stack-lite/stack-lite/plugin/plan"
)

// pull fetches an image from its registry, for a platform; empty: the engine's own. The error is a *RegistryError.
func (s *Store) pull(ctx context.Context, ref, platform string, report func(plan.Progress)) error {
	return retry(ctx, report, func() error {
		auth, err := s.registryAuth("pull", ref)
		if err != nil {
			return err
		}
		body, err := s.client.ImagePull(ctx, ref, image.PullOptions{RegistryAuth: auth, Platform: platform})
		return readTransfer(body, err, "pull", ref, report)
	})
}
