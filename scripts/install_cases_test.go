package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const (
	beginMark = "# >>> stack-lite >>>\n"
	endMark   = "# <<< stack-lite <<<\n"
)

// installer is a home in a folder of its own, and a program to install there.
type installer struct {
	dir, home, program, script string
	vars                       []string // besides HOME and PATH
	shell                      string
	in                         string // the folder that it runs in
	uid                        uint32 // who runs it; 0: who runs the test
}

func newInstaller(t *testing.T, shell string) *installer {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("install.sh")
	if err != nil {
		t.Fatal(err)
	}
	i := &installer{dir: dir, home: filepath.Join(dir, "home"), program: filepath.Join(dir, "program"), script: script, shell: shell, in: dir}
	i.mkdir(t, i.home)
	// What shell-init prints is the same for all shells.
	i.write(t, i.program, "#!/bin/sh\necho echo loaded\n")
	return i
}

func (i *installer) mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func (i *installer) write(t *testing.T, path, text string) {
	t.Helper()
	i.mkdir(t, filepath.Dir(path))
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run runs the script and gives what it says, and whether it succeeds.
func (i *installer) run(args ...string) (said string, ok bool) {
	cmd := exec.Command("sh", append([]string{i.script}, args...)...)
	cmd.Dir = i.in
	cmd.Env = append([]string{"HOME=" + i.home, "SHELL=/bin/" + i.shell, "PATH=/usr/bin:/bin"}, i.vars...)
	if i.uid > 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: i.uid, Gid: i.uid}}
	}
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (i *installer) must(t *testing.T, args ...string) string {
	t.Helper()
	said, ok := i.run(args...)
	if !ok {
		t.Fatalf("install.sh %q fails:\n%s", args, said)
	}
	return said
}

// rc is the start-up file of the shell.
func (i *installer) rc() string {
	return filepath.Join(i.home, map[string]string{"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}[i.shell])
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// all lists what there is in a folder, at any depth.
func all(t *testing.T, dir string) string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		found = append(found, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(found, "\n")
}

func TestOfAStartUpFileOnlyOurLinesChange(t *testing.T) {
	const mine, old = "export A=1\n", beginMark + "old\n" + endMark
	for _, test := range []struct {
		name, file string
		left       string // after uninstalling; "=": the file
		refused    string // the end of what is said; empty: the lines are put in
	}{
		{"nothing", "", "", ""},
		{"lines", mine + "x\n", "=", ""},
		{"no line end", mine + "x", "=", ""},
		{"only a line end", "\n", "=", ""},
		{"line ends at the end", mine + "\n\n\n", "=", ""},
		{"carriage returns", "a\r\nb\r\n", "=", ""},
		{"carriage returns and no line end", "a\r\nb\r", "=", ""},
		{"bytes that are no text", "a\x00b\xff\nc\x00", "=", ""},
		{"backslashes and percents", `a\n\\ %s %d` + "\n", "=", ""},
		{"old lines", mine + old + "y\n", mine + "y\n", ""},
		{"old lines and no line end", mine + old + "y", mine + "y", ""},
		{"old lines alone", old, "", ""},
		{"old lines whose end has no line end", mine + strings.TrimSuffix(old, "\n"), mine, ""},
		{"old lines without any between", mine + beginMark + endMark + "y\n", mine + "y\n", ""},
		{"blanks after the marks", mine + "# >>> stack-lite >>> \t\nold\n# <<< stack-lite <<<  \ny\n", mine + "y\n", ""},
		{"carriage returns after the marks", "a\r\n# >>> stack-lite >>>\r\nold\r\n# <<< stack-lite <<<\r\ny\r\n", "a\r\ny\r\n", ""},
		{"words that look like marks", "# >>> stack-lite\n  # >>> stack-lite >>> x\n", "=", ""},

		{"no end", mine + beginMark + "x\ny\n", "=", `in line 2, and no "# <<< stack-lite <<<" after it: take that line out, or put the other one in`},
		{"no begin", mine + "x\n" + endMark + "y\n", "=", `in line 3, and no "# >>> stack-lite >>>" before it: take that line out`},
		{"two begins", beginMark + "x\n" + beginMark + "y\n" + endMark + "z\n", "=", `has two lines "# >>> stack-lite >>>", 1 and 3: take one of them out`},
		{"two ends", beginMark + "x\n" + endMark + "y\n" + endMark + "z\n", "=", `has two lines "# <<< stack-lite <<<", 3 and 5: take one of them out`},
		{"twice", old + mine + old, "=", `has two lines "# >>> stack-lite >>>", 1 and 5: take one of them out`},
		{"one in the other", beginMark + old + endMark, "=", `has two lines "# >>> stack-lite >>>", 1 and 2: take one of them out`},
		{"a second begin after the lines", old + mine + beginMark + "x\n", "=", `has two lines "# >>> stack-lite >>>", 1 and 5: take one of them out`},
		{"swapped", mine + endMark + "x\n" + beginMark + "y\n", "=", `in line 2, before "# >>> stack-lite >>>" in line 4: take both out`},
		{"no end, with blanks", "# >>> stack-lite >>> \nx\n", "=", `in line 1, and no "# <<< stack-lite <<<" after it: take that line out, or put the other one in`},
		{"no end and no line end", "x\n" + strings.TrimSpace(beginMark), "=", `in line 2, and no "# <<< stack-lite <<<" after it: take that line out, or put the other one in`},
	} {
		for _, shell := range []string{"bash", "zsh", "fish"} {
			t.Run(test.name+"/"+shell, func(t *testing.T) {
				i := newInstaller(t, shell)
				left := test.left
				if left == "=" {
					left = test.file
				}
				i.write(t, i.rc(), test.file)
				if err := os.Chmod(i.rc(), 0o640); err != nil {
					t.Fatal(err)
				}
				if test.refused != "" {
					before := all(t, i.dir)
					for _, args := range [][]string{{"--shell-init=yes", i.program}, {i.program}, {"--uninstall"}} {
						said, ok := i.run(args...)
						if ok || !strings.Contains(said, i.rc()) || !strings.HasSuffix(said, test.refused+"\n") {
							t.Errorf("%q: says %q, not %q", args, said, test.refused)
						}
						if read(t, i.rc()) != test.file || all(t, i.dir) != before {
							t.Errorf("%q: has changed something: %q, %s", args, read(t, i.rc()), all(t, i.dir))
						}
					}
					return
				}
				i.must(t, "--shell-init=yes", i.program)
				once := read(t, i.rc())
				begin, end := strings.Index(once, beginMark), strings.Index(once, endMark)
				if begin < 0 || end < begin || strings.Count(once, "stack-lite >>>\n") > 1 && !strings.Contains(test.file, ">>> x") {
					t.Fatalf("got %q", once)
				}
				outside := once[:begin] + once[end+len(endMark):]
				if outside != left && outside != left+"\n" {
					t.Errorf("outside of our lines is %q, not %q", outside, left)
				}
				if i.must(t, i.program); read(t, i.rc()) != once {
					t.Errorf("a second time makes it %q, not %q", read(t, i.rc()), once)
				}
				if info, err := os.Stat(i.rc()); err != nil || info.Mode().Perm() != 0o640 {
					t.Errorf("the mode is %v, %v", info.Mode(), err)
				}
				i.must(t, "--uninstall")
				if left == "" {
					if exists(i.rc()) {
						t.Errorf("an empty file is left: %q", read(t, i.rc()))
					}
				} else if got := read(t, i.rc()); got != left {
					t.Errorf("after uninstalling it is %q, not %q", got, left)
				}
			})
		}
	}
}

// A start-up file is often a link into a folder under version control.
func TestAStartUpFileThatIsALinkStaysOne(t *testing.T) {
	for name, links := range map[string][][2]string{
		"relative":   {{"home/.bashrc", "../dot files/bashrc"}},
		"absolute":   {{"home/.bashrc", "DIR/dot files/bashrc"}},
		"two":        {{"home/.bashrc", ".one"}, {"home/.one", "../dot files/bashrc"}},
		"of folders": {{"home/dots", "../dot files"}, {"home/.bashrc", "dots/bashrc"}},
	} {
		for _, there := range []bool{true, false} {
			i := newInstaller(t, "bash")
			file := filepath.Join(i.dir, "dot files", "bashrc")
			i.mkdir(t, filepath.Dir(file))
			if there {
				i.write(t, file, "mine\n")
			}
			for _, l := range links {
				if err := os.Symlink(strings.ReplaceAll(l[1], "DIR", i.dir), filepath.Join(i.dir, l[0])); err != nil {
					t.Fatal(err)
				}
			}
			i.must(t, "--shell-init=yes", i.program)
			if !strings.Contains(read(t, file), beginMark) {
				t.Errorf("%s: the file is %q", name, read(t, file))
			}
			i.must(t, "--uninstall")
			if there && read(t, file) != "mine\n" {
				t.Errorf("%s: after uninstalling the file is %q", name, read(t, file))
			}
			for _, l := range links {
				if to, err := os.Readlink(filepath.Join(i.dir, l[0])); err != nil || to != strings.ReplaceAll(l[1], "DIR", i.dir) {
					t.Errorf("%s: %s leads to %q, %v", name, l[0], to, err)
				}
			}
		}
	}
	i := newInstaller(t, "bash")
	if err := os.Symlink(".bashrc", i.rc()); err != nil {
		t.Fatal(err)
	}
	if said, ok := i.run("--shell-init=yes", i.program); ok || !strings.Contains(said, "leads nowhere") {
		t.Errorf("a link to itself: %s", said)
	}
}

func TestAStartUpFileStaysItsOwners(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can write files of others")
	}
	const uid = 65534
	i := newInstaller(t, "bash")
	i.write(t, i.rc(), "mine\n")
	if err := os.Chown(i.rc(), uid, uid); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--shell-init=yes", i.program}, {"--uninstall"}} {
		i.must(t, args...)
		info, err := os.Stat(i.rc())
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t).Uid; owner != uid {
			t.Errorf("%q: it is now of user %d", args, owner)
		}
	}
}

func TestTheLinesWorkWhateverTheHomeIsCalled(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		path, err := exec.LookPath(shell)
		if err != nil && os.Getenv("STACKLITE_SHELLS") == "required" {
			t.Error(err)
		}
		for _, name := range []string{
			"plain", "two words", "it's", `quo"ted`, "$HOME", "$(echo x)", "`echo x`", `back\slash`, `two\\`, "new\nline", "ends\n", "tab\t", "*", "~", "-n", "slash/", "a//b", "#", "%s", "é",
		} {
			i := newInstaller(t, shell)
			i.home = i.dir + "/" + name
			i.mkdir(t, i.home)
			i.must(t, "--shell-init=yes", i.program)
			if err == nil {
				i.loads(t, path, name)
			}
			i.must(t, "--uninstall")
			if left := all(t, i.home); left != filepath.Clean(i.home) && left != i.home {
				t.Errorf("%s: in %q there is left: %s", shell, name, left)
			}
		}
	}
}

// loads starts a shell in another folder, where the lines must have an effect.
func (i *installer) loads(t *testing.T, path, name string) {
	t.Helper()
	args := []string{"-c", `. "$1"`, i.shell, i.rc()}
	if i.shell == "fish" {
		args = []string{"--no-config", "-c", "source $argv[1]", i.rc()}
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"HOME=/nowhere", "PATH=/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); string(out) != "loaded\n" {
		t.Errorf("%s: the lines of %q print %q, %v", i.shell, name, out, err)
	}
}

func TestAHomeThatSaysNothingIsRefused(t *testing.T) {
	for home, want := range map[string]string{
		"": "HOME is not set", "relative/home": "HOME has to be an absolute path", "DIR/nowhere": "HOME is no folder", "DIR/program": "HOME is no folder",
	} {
		i := newInstaller(t, "bash")
		i.mkdir(t, filepath.Join(i.dir, "relative", "home"))
		i.home = strings.ReplaceAll(home, "DIR", i.dir)
		before := all(t, i.dir)
		for _, args := range [][]string{{i.program}, {"--shell-init=yes", i.program}, {"--uninstall"}} {
			if said, ok := i.run(args...); ok || !strings.Contains(said, want) {
				t.Errorf("%q %q: says %q, not %q", home, args, said, want)
			}
		}
		if all(t, i.dir) != before {
			t.Errorf("%q: has changed something: %s", home, all(t, i.dir))
		}
	}
	// The root's home may be /.
	i := newInstaller(t, "sh")
	i.home, i.vars = "/", []string{"DOCKER_CONFIG=" + i.dir + "/docker"}
	i.must(t, "--bin-dir="+i.dir+"/bin", i.program)
	if to, err := os.Readlink(i.dir + "/bin/docker-stack-lite"); to != i.dir+"/docker/cli-plugins/docker-stacklite" {
		t.Errorf("%q, %v", to, err)
	}
}

func TestPathsThatAreWrittenMeanTheSameEverywhere(t *testing.T) {
	i := newInstaller(t, "bash")
	i.vars = []string{"DOCKER_CONFIG=docker/", "XDG_CONFIG_HOME=x"}
	i.must(t, "--shell-init=yes", "--bin-dir=bin//", "program")
	if to, err := os.Readlink(i.dir + "/bin/docker-stack-lite"); to != i.dir+"/docker/cli-plugins/docker-stacklite" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if text := read(t, i.rc()); !strings.Contains(text, "[ -x '"+i.dir+"/bin/docker-stack-lite' ]") {
		t.Errorf("the lines are %q", text)
	}
	i.must(t, "--uninstall", "--bin-dir=bin")
	if left := all(t, i.dir); left != strings.Join([]string{i.dir, i.home, i.program}, "\n") {
		t.Errorf("left: %s", left)
	}
}

func TestUninstallingTakesAwayWhatIsOursAndSaysWhatItLeaves(t *testing.T) {
	i := newInstaller(t, "fish")
	bin, plugin := i.home+"/.local/bin", i.home+"/.docker/cli-plugins/docker-stacklite"
	i.mkdir(t, i.home+"/.config") // it was there
	i.must(t, "--shell-init=yes", i.program)
	for name, to := range map[string]string{
		"docker-compose": plugin, "fig": "docker-stack-lite", "other": plugin, "dead": "/nowhere",
	} {
		if err := os.Symlink(to, bin+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	i.write(t, i.home+"/.docker/config.json", "{}")
	said := i.must(t, "--uninstall")
	for _, want := range []string{
		"removed " + plugin + "\n", "removed " + bin + "/docker-stack-lite\n", "removed " + bin + "/docker-compose\n", "removed " + bin + "/fig\n",
		"took our lines out of " + i.rc() + "\n", "left " + bin + ": there is more in it\n", "left " + i.home + "/.docker: there is more in it\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
	want := []string{
		i.home, i.home + "/.config", i.home + "/.docker", i.home + "/.docker/config.json", i.home + "/.local", i.home + "/.local/.made-by-stack-lite",
		bin, bin + "/dead", bin + "/other",
	}
	if left := all(t, i.home); left != strings.Join(want, "\n") {
		t.Errorf("left:\n%s", left)
	}
	// What others put there is not ours.
	i.write(t, bin+"/fig", "#!/bin/sh\n")
	i.write(t, bin+"/docker-stack-lite", "#!/bin/sh\n")
	if err := os.Symlink("/home/ann/.docker/cli-plugins/docker-stacklite", bin+"/docker-compose"); err != nil {
		t.Fatal(err)
	}
	said = i.must(t, "--uninstall")
	for _, want := range []string{
		"left " + bin + "/docker-stack-lite: it is something else\n",
		"left " + bin + "/docker-compose: it leads to /home/ann/.docker/cli-plugins/docker-stacklite\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
	for _, name := range []string{"fig", "docker-stack-lite", "docker-compose"} {
		if !exists(bin + "/" + name) {
			t.Errorf("%s is gone", name)
		}
	}
}

func TestAFileThatMayNotBeChangedIsNot(t *testing.T) {
	for name, test := range map[string]struct {
		file, folder os.FileMode
		want         string
	}{
		"file":       {0o444, 0o755, "can't be written to"},
		"folder":     {0o644, 0o555, "is in a folder that can't be written to"},
		"unreadable": {0o200, 0o755, "can't be read"},
	} {
		i := newInstaller(t, "fish")
		if os.Geteuid() == 0 { // who may change everything
			i.uid = 65534
			for dir := i.dir; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}
		text := "mine\n" + beginMark + "old\n" + endMark
		i.write(t, i.rc(), text)
		for path, mode := range map[string]os.FileMode{i.rc(): test.file, filepath.Dir(i.rc()): test.folder, i.home: 0o755, i.home + "/.config": 0o755} {
			if i.uid > 0 {
				if err := os.Chown(path, int(i.uid), int(i.uid)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() { _ = os.Chmod(filepath.Dir(i.rc()), 0o755) })
		for _, args := range [][]string{{"--shell-init=yes", i.program}, {"--uninstall"}} {
			if said, ok := i.run(args...); ok || !strings.Contains(said, test.want) {
				t.Errorf("%s %q: says %q, not %q", name, args, said, test.want)
			}
		}
		if os.Geteuid() == 0 && read(t, i.rc()) != text || exists(i.home+"/.docker") {
			t.Errorf("%s: something has changed", name)
		}
	}
}
