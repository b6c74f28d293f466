package command

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stack-lite/stack-lite/plugin/session"
)

func TestNoFlagOfACommandClashesWithAGlobalOne(t *testing.T) {
	root, _ := New(&session.Environment{Out: io.Discard, Err: io.Discard}, nil)
	for _, cmd := range root.Commands() {
		t.Run(cmd.Name(), func(t *testing.T) {
			// Cobra panics on a clash, and only once the command is run.
			cmd.InitDefaultHelpFlag()
			if cmd.Flags().Lookup("file") == nil {
				t.Error("it does not know the flag --file")
			}
		})
	}
}

// What holds for one verb alone, such as -q of pull, must not be known to the
// rest of the program.
func TestNoVerbChangesTheGeneralOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web:\n  image: probe\n")
	m := newMemory(t)
	for _, line := range []string{
		"build --no-parallel -q", "config -q", "create --quiet-pull", "plan --format json", "ps -q",
		"pull -q --no-parallel --policy never", "push -q --to localhost:5000", "up -d --quiet-pull", "down",
	} {
		var errs strings.Builder
		c := &cli{env: m.environment(io.Discard, &errs)}
		root := newRoot(c)
		before := c.general
		root.SetArgs(strings.Fields(line))
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, &errs)
		}
		if diff := cmp.Diff(before, c.general); diff != "" {
			t.Errorf("%s changes the general options:\n%s", line, diff)
		}
	}
}

func TestATimeToStopThatIsNoNumberIsRefused(t *testing.T) {
	_, errs, code := newMemory(t).run(t, "stop", "-t", "soon")
	want := "stack-lite: invalid argument \"soon\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"soon\": invalid syntax\n" +
		"hint: try: stacklite stop --help\n"
	if code != 2 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestWhatIsNoVerbIsSaidBeforeItsFlags(t *testing.T) {
	for line, said := range map[string]string{
		"upp -d":            "no such command: upp",
		"--dry-run upp -d":  "no such command: upp",
		"link ad --nothing": "no such command: ad",
		"-x upp":            "unknown shorthand flag: 'x' in -x",
		"up -x":             "unknown shorthand flag: 'x' in -x",
	} {
		_, errs, code := newMemory(t).run(t, strings.Fields(line)...)
		if code != 2 || !strings.Contains(errs, said) {
			t.Errorf("%s: exit code %d\n%s", line, code, errs)
		}
	}
}

func TestHintsAreAboutTheSameProject(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	write(t, "other.yml", "web:\n  image: probe\n")
	_, errs, code := m.run(t, "-f", "other.yml", "-p", "shop", "--adopt", "exec", "web", "x")
	if code != 1 || !strings.Contains(errs, "hint: to start it: docker stacklite -f other.yml -p shop --adopt up -d web\n") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// typed are command lines that can't be followed, each with the first hint.
var typed = map[string]string{
	"cp web:/x .":               "to do that: docker cp $(docker stacklite ps -q web):/x .",
	"cp ./a web:/x":             "to do that: docker cp ./a $(docker stacklite ps -q web):/x",
	"cp":                        "to do that: docker cp $(docker stacklite ps -q web):/PATH .",
	"attach db":                 "to do that: docker attach $(docker stacklite ps -q db)",
	"stats":                     "to do that: docker stats $(docker stacklite ps -q)",
	"stats web db":              "to do that: docker stats $(docker stacklite ps -q web db)",
	"-f a.yml -p shop stats db": "to do that: docker stats $(docker stacklite -f a.yml -p shop ps -q db)",
	"inspect db":                "to do that: docker inspect $(docker stacklite ps -q db)",
	"bash":                      "to do that: docker stacklite exec web bash",
	"rmi":                       "to do that: docker rmi $(docker stacklite config --images)",
	"status":                    "to do that: docker stacklite ps",
	"remove":                    "to do that: docker stacklite rm",
	"down web db":               "to remove the containers of services: docker stacklite rm --stop --force web db",
	"upp -d":                    "did you mean up?",
	"lgos":                      "did you mean logs?",
	"restrat web":               "did you mean restart?",
	"pus":                       "did you mean push?",
	"link ad":                   "did you mean add?",
	"up --detch":                "did you mean --detach?",
	"up --no-recrate":           "did you mean --no-recreate?",
	"up --force":                "did you mean --force-recreate?",
	"ps --al":                   "did you mean --all?",
	"up --isolaton=link":        "did you mean --isolation?",
	"start --build":             "--build is a flag of create, plan, run, up",
	"up --pull alwys":           "did you mean --pull always?",
	"pull --policy mising":      "did you mean --policy missing?",
	"config --isolation lnk":    "did you mean --isolation link?",
	"-v up":                     "try: stacklite up --help",
	"compose up":                "try: stacklite --help",
	"up -it":                    "try: stacklite up --help",
}

func TestWhatCanNotBeFollowedGetsTheLineThatDoesIt(t *testing.T) {
	for line, hint := range typed {
		_, errs, code := newMemory(t).run(t, strings.Fields(line)...)
		_, said, _ := strings.Cut(errs, "\nhint: ")
		if first, _, _ := strings.Cut(said, "\n"); code != 2 || first != hint {
			t.Errorf("%s: exit code %d, hint %q", line, code, first)
		}
	}
}

func TestFlagsThatPeopleTypeAreKnown(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "fig.yml", "web:\n  image: probe\n")
	m := newMemory(t)
	version, _, _ := m.run(t, "version")
	for line, want := range map[string]string{
		"--version":                        version,
		"-v":                               version,
		"--dry-run up --pull always":       "pull image probe   asked for\n",
		"--dry-run create --pull always":   "pull image probe   asked for\n",
		"plan --pull always":               "pull image probe   asked for\n",
		"up --pull never --dry-run":        "create container demo_web_1",
		"plan --build":                     "create container demo_web_1",
		"plan --no-build":                  "create container demo_web_1",
		"--dry-run run -it web sh":         "create container demo_web_run_",
		"--dry-run run -ti --rm web sh -c": "create container demo_web_run_",
		"--dry-run run -i -t web":          "create container demo_web_run_",
	} {
		out, errs, code := m.run(t, strings.Fields(line)...)
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d\n%s%s", line, code, out, errs)
		}
	}
	write(t, "fig.yml", "web:\n  image: nowhere\n")
	if _, errs, code := m.run(t, "up", "-d", "--pull", "never"); code != 1 || !strings.Contains(errs, "there is no image nowhere") {
		t.Errorf("up --pull never: exit code %d\n%s", code, errs)
	}
}

// allCommands are those of a command line with all that are below them.
func allCommands(cmd *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{cmd}
	for _, child := range cmd.Commands() {
		list = append(list, allCommands(child)...)
	}
	return list
}

func TestNoHelpIsWiderThanATerminal(t *testing.T) {
	root, _ := New(&session.Environment{Out: io.Discard, Err: io.Discard}, nil)
	docker := &cobra.Command{Use: "docker"} // as the names are read
	docker.AddCommand(root)
	texts := map[string]string{"general": generalHelp(root)}
	for _, cmd := range allCommands(root) {
		cmd.DisableFlagsInUseLine = true // as the Docker CLI's library has it
		texts[cmd.CommandPath()] = helpOf(cmd)
	}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
	}
}

func TestAHelpShowsItsOwnFlagsAndWhereTheOthersAre(t *testing.T) {
	m := newMemory(t)
	for verb, want := range map[string]struct{ has, hasNot []string }{
		"up":       {[]string{"-d, --detach", "-f, --file", "-p, --project-name", "stacklite help flags"}, []string{"--isolation", "--adopt"}},
		"logs":     {[]string{"-f, --follow", "      --file", "-p, --project-name"}, []string{"-f, --file", "--pool"}},
		"run":      {[]string{"-p, --publish", "-f, --file", "      --project-name"}, []string{"-p, --project-name"}},
		"link add": {[]string{"stacklite help flags"}, []string{"--file", "--project-name"}},
		"version":  {[]string{"--short"}, []string{"--file", "help flags"}},
		"":         {[]string{"-v, --version", "Look at it and into it:\n", "  logs        Show", "-f, --file", "stacklite help flags"}, []string{"--pool", "Aliases"}},
	} {
		out, _, code := m.run(t, append(strings.Fields(verb), "--help")...)
		for _, text := range want.has {
			if code != 0 || !strings.Contains(out, text) {
				t.Errorf("%s --help lacks %q:\n%s", verb, text, out)
			}
		}
		for _, text := range want.hasNot {
			if strings.Contains(out, text) {
				t.Errorf("%s --help has %q:\n%s", verb, text, out)
			}
		}
	}
	out, _, code := m.run(t, "help", "flags")
	root, _ := New(&session.Environment{Out: io.Discard, Err: io.Discard}, nil)
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if code != 0 || !strings.Contains(out, "--"+f.Name+" ") {
			t.Errorf("help flags lacks --%s:\n%s", f.Name, out)
		}
	})
}

func TestTheHelpOfWhatIsNoVerbIsNotThatOfAnother(t *testing.T) {
	for line, want := range map[string]string{
		"nosuch --help":                "nosuch",
		"--help nosuch":                "nosuch",
		"-f a.yml --dry-run nosuch -h": "-f a.yml --dry-run nosuch",
		"link nosuch --help":           "link nosuch",
		"up --help":                    "up --help",
		"--help":                       "--help",
		"-f a.yml --help":              "-f a.yml --help",
		"-p shop -h":                   "-p shop -h",
		"link add --help":              "link add --help",
		"run web ls --help":            "run web ls --help",
	} {
		root, _ := New(&session.Environment{Out: io.Discard, Err: io.Discard}, nil)
		if got := strings.Join(WithoutHelp(root, strings.Fields(line)), " "); got != want {
			t.Errorf("%s: %s", line, got)
		}
	}
}
