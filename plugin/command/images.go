package command

import (
	"context"
	"slices"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func newImagesCommand(c *cli) *cobra.Command {
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
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error {
				list, err := s.List(ctx, args)
				if err != nil {
					return err
				}
				uses, err := s.Engine.ImagesOf(ctx, list)
				if err != nil {
					return err
				}
				if c.classic != nil && format == "table" && !quiet {
					return classic.PrintImages(s.View, uses)
				}
				return printImages(s.View, uses, quiet, format)
			})
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

func printImages(o view.Options, uses []engine.ImageUse, quiet bool, format string) error {
	if quiet {
		var ids []string
		for _, u := range uses {
			ids = append(ids, strings.TrimPrefix(u.ID, "sha256:"))
		}
		slices.Sort(ids)
		return view.Lines(o, slices.Compact(ids)...)
	}
	rows := make([]imageRow, len(uses))
	for i, u := range uses {
		id := strings.TrimPrefix(u.ID, "sha256:")
		rows[i] = imageRow{u.Container.Name, u.Repository, u.Tag, id[:min(12, len(id))], units.HumanSizeWithPrecision(float64(u.Size), 4)}
	}
	return view.Table(o.Out, format, []string{"Container", "Repository", "Tag", "ImageID", "Size"}, rows)
}
