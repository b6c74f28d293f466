package engine

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/image"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Pushes plans to send the images that are built for services, or for all
// where services is nil, to a registry: demo_web to PREFIX/demo_web.
func Pushes(p *compose.Project, services []string, prefix string) *plan.Plan {
	var list []plan.Image
	as := map[string]string{}
	for _, i := range images(p, BuildOptions{}) {
		if spec, ok := i.Spec.(BuildSpec); ok && (services == nil || slices.Contains(services, spec.Service)) {
			list = append(list, i)
			as[i.Ref] = strings.TrimSuffix(prefix, "/") + "/" + i.Ref
		}
	}
	return plan.Pushes(list, as)
}

// noAuth is what the engine wants to see where there are no credentials.
var noAuth = base64.URLEncoding.EncodeToString([]byte("{}"))

// push sends an image to its registry, under another name where as is not
// empty. The error is a *RegistryError.
func (e *Engine) push(ctx context.Context, ref, as string, report func(plan.Progress)) error {
	if as == "" {
		as = ref
	}
	auth, err := e.registryAuth("push", as)
	if err != nil {
		return err
	}
	if auth == "" {
		auth = noAuth
	}
	if as != ref {
		if err := e.client.ImageTag(ctx, ref, as); err != nil {
			return registryError("push", ref, err.Error())
		}
	}
	return e.tryAgain(ctx, report, func() error {
		body, err := e.client.ImagePush(ctx, as, image.PushOptions{RegistryAuth: auth})
		return e.relay(body, err, "push", as, report)
	})
}
