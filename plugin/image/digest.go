package image

import (
	"context"

	"github.com/containerd/errdefs"
)

// Digest is the name with which an image's digest is written, REPOSITORY@DIGEST.
// The engine knows those of images that were pulled or pushed, the registry those
// of images that the engine does not have. It is empty for an image that has none;
// known says whether there is such an image. Where no registry answers there is
// none.
func (s *Store) Digest(ctx context.Context, ref string) (digest string, known bool, err error) {
	image, err := s.client.ImageInspect(ctx, ref)
	switch {
	case err == nil && len(image.RepoDigests) > 0:
		return image.RepoDigests[0], true, nil
	case err == nil:
		return "", true, nil
	case !errdefs.IsNotFound(err):
		if s.options.Explain != nil {
			err = s.options.Explain(err)
		}
		return "", false, err
	}
	auth := ""
	if s.options.RegistryAuth != nil {
		auth, _ = s.options.RegistryAuth(ref) // without it the registry says what is missing
	}
	there, err := s.client.DistributionInspect(ctx, ref, auth)
	if err != nil || there.Descriptor.Digest == "" {
		return "", false, nil
	}
	return ref + "@" + there.Descriptor.Digest.String(), true, nil
}
