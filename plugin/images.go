package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newImagesCommand(a *app) *cobra.Command {
	var (
		quiet  bool
		format string
	)
	cmd := &cobra.Command{
		Use:   "images [OPTIONS] [SERVICE...]",
		Short: "List the images that containers were made from",
		Long:  `List the images that the containers of the stack were made from.`,
		Example: `  docker stacklite images
  docker stacklite images --format '{{.Repository}}:{{.Tag}}'`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return a.images(ctx, args, quiet, format)
		},
	}
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "ids only, each once")
	cmd.Flags().StringVar(&format, "format", "table", "table, json or a template")
	return cmd
}

// imageRow is what images tells of an image, under the names that templates use.
type imageRow struct {
	Container  string
	Repository string
	Tag        string
	ImageID    string
	Size       string
}

func (a *app) images(ctx context.Context, args []string, quiet bool, format string) error {
	s, err := a.scope(ctx)
	if err != nil {
		return err
	}
	list, err := s.list(ctx, args)
	if err != nil {
		return err
	}
	uses, err := s.engine.ImagesOf(ctx, list)
	if err != nil {
		return err
	}
	if quiet {
		var ids []string
		for _, u := range uses {
			ids = append(ids, strings.TrimPrefix(u.ID, "sha256:"))
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			fmt.Fprintln(a.out, id)
		}
		return nil
	}
	if a.classic != nil && format == "table" {
		return a.classic.printImages(s, uses)
	}
	rows := make([]imageRow, len(uses))
	for i, u := range uses {
		id := strings.TrimPrefix(u.ID, "sha256:")
		rows[i] = imageRow{u.Replica.Name, u.Repository, u.Tag, id[:min(12, len(id))], units.HumanSizeWithPrecision(float64(u.Size), 4)}
	}
	return view.Table(a.out, format, []string{"Container", "Repository", "Tag", "ImageID", "Size"}, rows)
}
