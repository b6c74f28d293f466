package commandline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// shopStack brings a stack up on an engine in memory and gives a command that runs
// in its folder.
func shopStack(t *testing.T) func(name string, args ...string) *exec.Cmd {
	t.Helper()
	memory := scenario.NewMemory(t, "1.51")
	dir, bin := t.TempDir(), scenario.Program(t, "docker-stack-lite")
	file := "web:\n  image: " + scenario.ProbeImage + "\n  links: [db]\ndb:\n  image: " + scenario.ProbeImage + "\n"
	if err := os.WriteFile(filepath.Join(dir, "fig.yml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "DOCKER_HOST="+memory.Host(),
			"HOME="+dir, "DOCKER_CONFIG="+dir, "COMPOSE_PROJECT_NAME=shop")
		if !strings.Contains(name, "/") {
			if path, err := exec.LookPath(filepath.Join(bin, name)); err == nil {
				cmd.Path, cmd.Err = path, nil
			}
		}
		return cmd
	}
	if out, err := command("docker-stack-lite", "up", "-d", "--scale", "web=2").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return command
}

func TestCompletionOffersWhatThereIs(t *testing.T) {
	command := shopStack(t)
	for _, test := range []struct {
		typed string
		want  []string
	}{
		{"res", []string{"restart"}},
		{"logs |", []string{"web", "db"}},
		{"stop web |", []string{"db"}},
		{"logs --fol", []string{"--follow"}},
		{"-p |", []string{"shop"}},
		{"ps --project-name |", []string{"shop"}},
		{"up -p |", []string{"shop"}},
		{"exec --index |", []string{"1", "2"}},
		{"exec |", []string{"web", "db"}},
		{"run |", []string{"web", "db"}},
		{"port |", []string{"web", "db"}},
		{"up --exit-code-from |", []string{"web", "db"}},
		{"--progress |", []string{"auto", "tty", "plain", "json", "quiet"}},
		{"completion |", []string{"bash", "zsh", "fish"}},
		{"help res", []string{"restart"}},
		{"scale |", []string{"web=", "db="}},
		{"up --scale |", []string{"web=", "db="}},
		{"--ansi |", []string{"auto", "never", "always"}},
		{"--isolation |", []string{"link", "project"}},
		{"up --isolation |", []string{"link", "project"}},
		{"--link-env |", []string{"none", "ports", "full"}},
		{"--builder |", []string{"auto", "buildx", "buildkit", "classic"}},
		{"--discovery |", []string{"on", "project", "off", "shop"}},
		{"can --format |", []string{"text", "json"}},
		{"check --format |", []string{"matrix", "table", "json"}},
		{"config --format |", []string{"yaml", "json"}},
		{"graph --format |", []string{"tree", "mermaid", "dot", "svg", "json"}},
		{"images --format |", []string{"table", "json"}},
		{"link ls --format |", []string{"table", "json"}},
		{"ls --format |", []string{"table", "json"}},
		{"plan --format |", []string{"tasks", "steps", "json"}},
		{"ps --format |", []string{"table", "json"}},
		{"suggest --format |", []string{"table", "json"}},
		{"convert --to |", []string{"compose", "stack"}},
		{"suggest --level |", []string{"sure", "likely", "maybe"}},
		{"ps --filter status=r", []string{"status=restarting", "status=running"}},
		{"up --pull |", []string{"missing", "always", "never"}},
		{"pull --policy |", []string{"missing", "always", "never"}},
		{"down --rmi |", []string{"local", "all"}},
		{"port --protocol |", []string{"tcp", "udp", "sctp"}},
		{"logs --tail |", []string{"all"}},
		{"kill -s SIGH", []string{"SIGHUP"}},
	} {
		words := strings.Fields(strings.ReplaceAll(test.typed, "|", " \x00 "))
		for i, w := range words {
			words[i] = strings.Trim(w, "\x00")
		}
		out, err := command("docker-stack-lite", append([]string{"__complete"}, words...)...).Output()
		if err != nil {
			t.Fatalf("%s: %v", test.typed, err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		var got []string
		for _, line := range lines[:len(lines)-1] { // the last is the directive
			word, _, _ := strings.Cut(line, "\t")
			if strings.HasPrefix(word, words[len(words)-1]) {
				got = append(got, word)
			}
		}
		if strings.Join(got, " ") != strings.Join(test.want, " ") {
			t.Errorf("%s: offers %q, not %q", test.typed, got, test.want)
		}
	}
}

func TestCompletionOffersNothingOfAnEngineThatIsGone(t *testing.T) {
	command := shopStack(t)
	cmd := command("docker-stack-lite", "__complete", "-p", "")
	cmd.Env = append(cmd.Env, "DOCKER_HOST=unix:///nowhere/docker.sock")
	out, err := cmd.Output()
	if err != nil || string(out) != ":4\n" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestShellsTakeTheCompletion(t *testing.T) {
	command := shopStack(t)
	for shell, test := range map[string]struct{ script, want string }{
		"fish": {`docker-stack-lite completion fish | source; complete -C "docker-stack-lite restart "`, "web"},
		"zsh": {`autoload -Uz compinit; compinit -u -D; eval "$(docker-stack-lite completion zsh)"; print $_comps[docker-stack-lite]`,
			"_docker-stack-lite"},
		"bash": {`_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
			eval "$(docker-stack-lite completion bash)"
			COMP_WORDS=(docker-stack-lite restart ""); COMP_CWORD=2; COMP_LINE="docker-stack-lite restart "; COMP_POINT=26; COMP_TYPE=9
			__start_docker-stack-lite; printf '%s\n' "${COMPREPLY[@]}"`, "web"},
	} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				if os.Getenv("STACKLITE_SHELLS") == "required" {
					t.Fatal(err)
				}
				t.Skip(shell + " is not installed")
			}
			cmd := command(shell, "-c", test.script)
			var said strings.Builder
			cmd.Stderr = &said
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s%s", err, out, said.String())
			}
			found := false
			for _, line := range strings.Split(string(out), "\n") {
				word, _, _ := strings.Cut(line, "\t")
				found = found || strings.TrimSpace(word) == test.want
			}
			if !found {
				t.Errorf("%s is not among:\n%s%s", test.want, out, said.String())
			}
		})
	}
}

// typedBehindDocker is how each shell is asked, by what Debian's own completion of
// docker does, for what to offer behind "docker stack-lite restart ".
var typedBehindDocker = map[string]string{
	"fish": `docker-stack-lite shell-init fish | source
		complete -C "docker stack-lite restart "
		complete -C "docker -D stack-lite up --progress=pl"
		complete -C "docker stack-lite -f fi"`,
	"zsh": `autoload -Uz compinit; compinit -u -D
		eval "$(docker-stack-lite shell-init zsh)"
		[ "$_comps[docker]" = __stack_lite_complete ] || exit 3
		_describe() { print -l -- "${(@P)4}" }
		compset() { print replaced }
		_files() { print fig.yml }
		words=(docker stack-lite -f ""); CURRENT=4; __stack_lite_complete
		words=(docker stack-lite restart ""); CURRENT=4; __stack_lite_complete
		words=(docker -D stack-lite up --progress=pl); CURRENT=5; __stack_lite_complete
		__stack_lite_before=echo; words=(docker ps); CURRENT=2; __stack_lite_complete passed-on`,
	"bash": `_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
		_docker() { command_pos=1; _get_comp_words_by_ref; _docker_stack_lite; }
		! [ -r /usr/share/bash-completion/completions/docker ] || . /usr/share/bash-completion/completions/docker
		eval "$(docker-stack-lite shell-init bash)"
		COMP_WORDS=(docker stack-lite restart ""); COMP_CWORD=3; _docker; printf '%s\n' "${COMPREPLY[@]}"
		compopt() { [ "$2" != default ] || echo fig.yml; }
		COMP_WORDS=(docker stack-lite -f ""); COMP_CWORD=3; _docker; printf '%s\n' "${COMPREPLY[@]}"
		COMP_WORDS=(docker stack-lite up --progress = pl); COMP_CWORD=5; _docker; printf -- '--progress=%s\n' "${COMPREPLY[@]}"`,
}

func TestShellsCompleteWhatIsTypedBehindDocker(t *testing.T) {
	command := shopStack(t)
	for shell, script := range typedBehindDocker {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				if os.Getenv("STACKLITE_SHELLS") == "required" {
					t.Fatal(err)
				}
				t.Skip(shell + " is not installed")
			}
			var said strings.Builder
			cmd := command(shell, "-c", script)
			cmd.Stderr = &said
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s%s", err, out, said.String())
			}
			wanted := []string{"web", "db", "fig.yml", "--progress=plain"}
			if shell == "zsh" { // what is behind the sign is replaced; another command is docker's
				wanted = []string{"web", "db", "fig.yml", "replaced", "plain", "passed-on"}
			}
			offered := strings.Split(string(out), "\n")
			if slices.Contains(offered, "yml") {
				t.Errorf("an extension is offered:\n%s", out)
			}
			for _, want := range wanted {
				if !slices.Contains(offered, want) {
					t.Errorf("%s is not offered:\n%s%s", want, out, said.String())
				}
			}
		})
	}
}
