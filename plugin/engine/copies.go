package engine

import (
	"context"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/labels"
	"github.com/stack-lite/stack-lite/plugin/observed"
)

// container is a container of a list, of which is known whose its labels are.
func (f *factsCache) container(ctx context.Context, claim observed.Claim, c container.Summary) (observed.Container, error) {
	copied, err := f.isCopy(ctx, claim, c.ID, containerName(c), c.ImageID, c.Labels)
	made := observedContainer(c, copied)
	if err == nil && made.Role.Proxy && !servesBySocket(&made) && !labels.Ours(c.Labels) {
		made.Role.Proxy, err = f.declaredProxy(ctx, c)
	}
	return made, err
}

// declaredProxy reports whether who made a container declared it a discovery proxy,
// and not who made its image: that one has no say in who reaches whom.
func (f *factsCache) declaredProxy(ctx context.Context, c container.Summary) (bool, error) {
	facts, err := f.ofImage(ctx, c.ImageID)
	if err != nil {
		return false, ignoreNotFound(err)
	}
	return !strings.EqualFold(facts.Labels[linking.DiscoverLabel], c.Labels[linking.DiscoverLabel]), nil
}

// isCopy reports whether a container has labels of ours, or of docker-compose 1.x
// and of a project, that were written for another one. Its image is asked, once a
// run, where its name does not tell. One that is gone leaves a container that
// can't be shown to be ours.
func (f *factsCache) isCopy(ctx context.Context, claim observed.Claim, id, name, image string, of map[string]string) (bool, error) {
	foreign := !labels.Ours(of) && !claim.Concerns(name, of[labels.Project], of[labels.ComposeVersion])
	if foreign || labels.IdentityOf(id, name, of) != labels.Unsure {
		return false, nil
	}
	facts, err := f.ofImage(ctx, image)
	if errdefs.IsNotFound(err) {
		return true, nil
	}
	return labels.Copied(of, facts.Labels), err
}
