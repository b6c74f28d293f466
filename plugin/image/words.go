package image

import (
	"context"
	"fmt"
	"strings"

	"github.com/distribution/reference"

	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// Habits are those of the tool whose place is taken; zero: our own.
type Habits struct {
	// AsDocker builds as docker build does: without BuildKit, unless buildx is
	// there or a Dockerfile needs it.
	AsDocker bool

	// KeepFailed leaves the container of a failed step for somebody to look
	// into, where the classic builder builds.
	KeepFailed bool

	// Words reports builds in the words of the classic builder, whoever builds:
	// "Step 1/2 : FROM redis", "Successfully built 1f5a0d3c2b4e". Each text
	// ends its last line.
	Words bool
}

// usingCache is what the classic builder says below a step that was not carried
// out again.
const usingCache = " ---> Using cache"

// kitWords gives, for a step of BuildKit's, what the classic builder would have
// said of it; nothing where it has no such step. The file is nil where it is
// not on this machine.
func kitWords(file *dockerfile.File) func(vertex) string {
	return func(v vertex) string {
		m := kitStepLine.FindStringSubmatch(v.Name)
		if m == nil {
			return ""
		}
		words := fmt.Sprintf("Step %s/%s : %s\n", m[2], m[3], m[4])
		step, ok := findStep(file, v.Name)
		if !ok {
			step, ok = findWords(file, m[4])
		}
		if ok {
			words = fmt.Sprintf("Step %d/%d : %s\n", file.Number(step), file.Len(), joinLines(step.Text))
		}
		if v.Cached {
			words += usingCache + "\n"
		}
		return words
	}
}

// findWords looks a step up by what it says. Where two builds at once have a step
// in common BuildKit may give it to one with the number that it has in the other.
func findWords(file *dockerfile.File, words string) (dockerfile.Step, bool) {
	if file == nil {
		return dockerfile.Step{}, false
	}
	for n := 1; n <= file.Len(); n++ {
		step, _ := file.Nth(n)
		// BuildKit writes the name of a base image in full.
		if joinLines(step.Text) == words || step.Keyword == "FROM" && strings.HasPrefix(words, "FROM ") {
			return step, true
		}
	}
	return dockerfile.Step{}, false
}

// joinLines writes an instruction of several lines on one, as the classic
// builder does.
func joinLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\\\n", ""), "\n", " ")
}

// reportBuilt says as the classic builder does what came out of a build that
// another made.
func (s *Store) reportBuilt(ctx context.Context, ref string, report func(plan.Progress)) error {
	made, err := s.client.ImageInspect(ctx, ref)
	if err != nil {
		return err
	}
	id := strings.TrimPrefix(made.ID, "sha256:")
	name := ref
	if named, err := reference.ParseNormalizedNamed(ref); err == nil {
		name = reference.FamiliarString(reference.TagNameOnly(named))
	}
	report(plan.Progress{Text: fmt.Sprintf("Successfully built %s\nSuccessfully tagged %s\n", id[:min(12, len(id))], name)})
	return nil
}

// EngineWords is what the engine said, without what this program makes of it.
func (r *RegistryError) EngineWords() string { return r.Msg }

// EngineWords is what the builder said, without what this program makes of it.
func (b *BuildError) EngineWords() string {
	if b.said == "" {
		return b.Msg
	}
	return b.said
}
