package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/adhoc"
	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/refusal"
	"github.com/stack-lite/stack-lite/plugin/view"
)

const otherRange = "or use another range: --pool 10.100.0.0/16, or STACKLITE_POOL=10.100.0.0/16"

// Hints names a flag that helps against an error: packages below this one do
// not know the command line.
func Hints(err error) []string {
	var (
		noBuilder *image.NoBuilder
		full      *engine.PoolFull
		foreign   *engine.ForeignProgram
		broken    *engine.BrokenLink
		taken     *engine.PlaceTaken
		step      *plan.StepError
		nobody    *adhoc.NoSuchContainer
		refused   *refusal.Refusal
		mistake   *compose.Error
	)
	switch {
	case errors.As(err, &nobody):
		return meantContainers(nobody.Word, nil, nobody.Known)
	case errors.As(err, &refused) && refused.Kind == refusal.NoSubnet:
		return []string{otherRange}
	case errors.As(err, &mistake):
		return mistakeHints(mistake)
	case errors.As(err, &step):
		return stepHints(step)
	case errors.As(err, &noBuilder) && !noBuilder.Needed:
		return []string{"--builder auto uses what is installed"}
	case errors.As(err, &full):
		return []string{
			"take down a stack that is not needed: docker stacklite --project-name NAME down",
			otherRange,
		}
	case errors.As(err, &broken):
		return []string{
			"start that one first: docker start " + broken.Target,
			"or replace what docker-compose 1.x made, whose links need this: docker stacklite up -d",
		}
	case errors.As(err, &taken):
		return []string{"when that program has ended, type the same again"}
	case errors.As(err, &foreign):
		return []string{"name one that can in STACKLITE_PROBER: a docker-stacklite for " + foreign.Want + " built with CGO_ENABLED=0 (make cross)"}
	}
	return nil
}

// meantContainers says which services and containers may have been meant by a
// word that is the name of none: all services, and containers with names that are
// near. An engine may have hundreds.
func meantContainers(word string, services, containers []string) []string {
	const most = 5
	var near []string
	for _, name := range containers {
		if word != "" && strings.Contains(name, word) && len(near) < most {
			near = append(near, name)
		}
	}
	if name := compose.Nearest(word, containers); name != "" && len(near) == 0 {
		near = []string{name}
	}
	var hints []string
	if known := slices.Concat(services, near); len(known) > 0 {
		hints = append(hints, "there are: "+strings.Join(known, ", "))
	}
	return append(hints, "to list all containers: docker ps -a")
}

// mistakeHints names a flag that helps against a mistake of a file.
func mistakeHints(m *compose.Error) []string {
	switch m.Kind {
	case desired.KindNotPushed:
		return []string{"--push-to REGISTRY builds, pushes and deploys"}
	case desired.KindOnePort:
		return []string{"let a front have the port and spread connections over the replicas: docker stacklite scale --balance " + m.About.Service + "=" + m.About.Text}
	}
	return nil
}

// stepHints says what to do about a step that failed.
func stepHints(failed *plan.StepError) []string {
	hints := Hints(failed.Err)
	switch a := failed.Step.Action.(type) {
	case plan.Connect:
		if _, bridge := a.Network.Spec.(desired.DefaultBridge); bridge {
			return []string{"the link is as it was; once this works, remove it again: docker network connect " + a.Network.Name + " " + a.Name}
		}
	case plan.AwaitContainer:
		if a.Beside {
			return append(hints, asBefore(failed.Err, a.Name, a.Next)...)
		}
		return append(hints, halfReplaced(a.Stopped, a.Next)...)
	case plan.StartContainer:
		if a.Beside {
			return append(hints, asBefore(failed.Err, a.Name, a.Next)...)
		}
		if taken := (*engine.PlaceTaken)(nil); errors.As(failed.Err, &taken) {
			return append(hints, untouched(a.Next)...)
		}
		return append(hints, halfReplaced(a.Stopped, a.Next)...)
	case plan.RunHook:
		if a.Beside {
			return append(hints, asBefore(failed.Err, a.Name, a.Next)...)
		}
		return append(hints, untouched(a.Next)...)
	case plan.RestartContainer:
		hints = append(hints, untouched(a.Next)...)
	}
	return hints
}

// halfReplaced says what there is where a new container failed when the old ones had been
// stopped, in one hint: few are shown.
func halfReplaced(stopped, next []string) []string {
	if len(stopped) == 0 {
		return untouched(next)
	}
	back := "the one that it was to replace is there, stopped; to go back to it: docker start " + strings.Join(stopped, " ")
	return []string{strings.Join(append([]string{back}, untouched(next)...), "; ")}
}

// asBefore says of a new container which failed beside the old one that nothing has
// changed.
func asBefore(err error, name string, next []string) []string {
	if gone := (*engine.Withdrawn)(nil); !errors.As(err, &gone) {
		return nil
	}
	return append([]string{"the new container is taken away again"}, untouched(append([]string{name}, next...))...)
}

// untouched says which replicas run on, for it was to be their turn after one that failed.
func untouched(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{"not touched, and still running: " + strings.Join(names, ", ")}
}

// verbsElsewhere are words that people type as verbs because docker or another
// release has them, each with the command that does it here. SERVICE stands for
// the first argument and web where there is none, ARGS for all.
func verbsElsewhere() map[string]string {
	container := "$(docker stacklite ps -q SERVICE)"
	list := map[string]string{
		"cp":       "docker cp ARGS",
		"attach":   "docker attach " + container,
		"inspect":  "docker inspect " + container,
		"stats":    "docker stats $(docker stacklite ps -q ALL)",
		"commit":   "docker commit " + container + " IMAGE",
		"diff":     "docker diff " + container,
		"export":   "docker export " + container + " > FILE",
		"sh":       "docker stacklite exec SERVICE sh",
		"shell":    "docker stacklite exec SERVICE sh",
		"bash":     "docker stacklite exec SERVICE bash",
		"rmi":      "docker rmi $(docker stacklite config --images)",
		"validate": "docker stacklite config -q",
		"convert":  "docker stacklite config",
		"volumes":  "docker stacklite config --volumes",
		"login":    "docker login",
	}
	for verb, words := range map[string][]string{
		"ps": {"status", "list", "containers"}, "down": {"destroy"}, "rm": {"remove", "delete"}, "ls": {"projects"},
	} {
		for _, word := range words {
			list[word] = "docker stacklite " + verb
		}
	}
	return list
}

// inItsPlace is a hint with what was probably meant by a word that is no verb, and
// its arguments; nothing where that is not known.
func inItsPlace(cmd *cobra.Command, args []string) string {
	if line, known := verbsElsewhere()[args[0]]; known && cmd.Name() == Name {
		return "to do that: " + filledIn(line, args[1:])
	}
	var names []string
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() {
			names = append(names, verb.Name())
		}
	}
	if near := near(args[0], names); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

// filledIn puts arguments into the command of verbsElsewhere.
func filledIn(line string, args []string) string {
	services := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })
	first := "web"
	if len(services) > 0 {
		first = services[0]
	}
	paths := []string{"$(docker stacklite ps -q web):/PATH", "."}
	if len(services) > 0 {
		paths = nil
		for _, a := range args {
			if service, path, in := strings.Cut(a, ":"); in {
				a = "$(docker stacklite ps -q " + shellWords([]string{service})[0] + "):" + path
			}
			paths = append(paths, a)
		}
	}
	return strings.NewReplacer(
		" ALL", strings.TrimRight(" "+strings.Join(shellWords(services), " "), " "), "SERVICE", shellWords([]string{first})[0], "ARGS", strings.Join(paths, " "),
	).Replace(line)
}

// shellWords are words as they are typed.
func shellWords(words []string) []string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = view.ShellWord(w)
	}
	return quoted
}

// flagHint is what was probably meant by a flag that a command does not have;
// nothing where that is not known.
func flagHint(cmd *cobra.Command, word string) string {
	if len(word) < 2 {
		return ""
	}
	var own []string
	ownFlags(cmd).VisitAll(func(f *pflag.Flag) { own = append(own, f.Name) })
	if found := onlyBeginning(word, own); found != "" {
		return "did you mean --" + found + "?"
	}
	var have []string
	for _, verb := range rootOf(cmd).Commands() {
		if f := verb.LocalNonPersistentFlags().Lookup(word); f != nil && !f.Hidden {
			have = append(have, verb.Name())
		}
	}
	if len(have) > 0 {
		return "--" + word + " is a flag of " + strings.Join(have, ", ")
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden || cmd.Root().PersistentFlags().Lookup(f.Name) != nil {
			names = append(names, f.Name)
		}
	})
	if near := near(word, names); near != "" {
		return "did you mean --" + near + "?"
	}
	return ""
}

// near is the one of names that a word is the beginning of, or else nearest to.
func near(word string, names []string) string {
	if found := onlyBeginning(word, names); found != "" && len(word) > 1 {
		return found
	}
	return compose.Nearest(word, names)
}

// onlyBeginning is the one name that begins with a word; nothing where several do.
func onlyBeginning(word string, names []string) string {
	found := ""
	for _, name := range names {
		if strings.HasPrefix(name, word) {
			if found != "" {
				return ""
			}
			found = name
		}
	}
	return found
}
