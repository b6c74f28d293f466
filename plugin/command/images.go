package command

import (
	"context"
	"slices"
	"strings"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/session"
	"github.com/stack-lite/stack-lite/plugin/tasks"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// imagesFlags are the flags of images.
type imagesFlags struct {
	quiet  bool
	format string
}

func newImagesCommand(c *cli) *cobra.Command {
	var f imagesFlags
	cmd := &cobra.Command{
		Use:   "images [OPTIONS] [SERVICE...]",
		Short: "List the images that containers were created from",
		Long:  `List the images that the containers of the stack were created from.`,
		Example: `  docker stacklite images
  docker stacklite images --format '{{.Repository}}:{{.Tag}}'`,
		ValidArgsFunction: c.completeServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withProject(cmd, func(ctx context.Context, s *session.Session) error { return runImages(ctx, s, c.classic, f, args) })
		},
	}
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print only image IDs, each once")
	cmd.Flags().StringVar(&f.format, "format", "table", "output format: table, json or a Go template")
	return cmd
}

func runImages(ctx context.Context, s *session.Session, old *classic.Tool, f imagesFlags, args []string) error {
	if done, err := inSwarm(ctx, s, func() error { return tasks.PrintImages(ctx, s, args, f.quiet, f.format) }); done {
		return err
	}
	list, err := s.List(ctx, args)
	if err != nil {
		return err
	}
	uses, err := s.Engine.ImagesOf(ctx, list)
	if err != nil {
		return err
	}
	switch {
	case f.quiet:
		return printImageIDs(s.View, uses)
	case old != nil && f.format == "table":
		return classic.PrintImages(s.View, uses)
	}
	return printImages(s.View, uses, f.format)
}

func printImageIDs(o view.Options, uses []observed.ImageUse) error {
	var ids []string
	for _, u := range uses {
		ids = append(ids, strings.TrimPrefix(u.ID, "sha256:"))
	}
	slices.Sort(ids)
	return view.Lines(o, slices.Compact(ids)...)
}

// imageRow is what images shows of an image, under the names that templates
// use.
type imageRow struct {
	Container  string
	Repository string
	Tag        string
	ImageID    string
	Size       string
}

func printImages(o view.Options, uses []observed.ImageUse, format string) error {
	rows := make([]imageRow, len(uses))
	for i, u := range uses {
		id := strings.TrimPrefix(u.ID, "sha256:")
		rows[i] = imageRow{u.Container.Name, u.Repository, u.Tag, id[:min(12, len(id))], units.HumanSizeWithPrecision(float64(u.Size), 4)}
	}
	return view.Table(o, format, []string{"Container", "Repository", "Tag", "ImageID", "Size"}, rows)
}
