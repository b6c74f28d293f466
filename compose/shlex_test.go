package compose

import (
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// commands are commands with the words they mean, or nil where they are
// mistakes.
var commands = []struct {
	line string
	want []string
}{
	{"", []string{}},
	{" \t\n", []string{}},
	{"a b  c", []string{"a", "b", "c"}},
	{`sh -c "echo \$HOME"`, []string{"sh", "-c", `echo \$HOME`}},
	{`"a\nb" 'x\y' \z`, []string{`a\nb`, `x\y`, "z"}},
	{"foo #bar baz", []string{"foo", "#bar", "baz"}},
	{"a;b && c | d > e (x) `y`", []string{"a;b", "&&", "c", "|", "d", ">", "e", "(x)", "`y`"}},
	{`a"b c"d'e f'`, []string{"ab cde f"}},
	{`"" ''`, []string{"", ""}},
	{`a\ b`, []string{"a b"}},
	{`"x\"y\\z"`, []string{`x"y\z`}},
	{`--config='/a b'`, []string{"--config=/a b"}},
	{`é "ü x"`, []string{"é", "ü x"}},
	{"a\u00a0b\vc\fd", []string{"a\u00a0b\vc\fd"}},
	{"a\\\nb", []string{"a\nb"}},
	{"a\x00b", []string{"a\x00b"}},
	{`end\`, nil},
	{`"end\`, nil},
	{`"open`, nil},
	{`it's`, nil},
}

func TestACommandIsSplitAsDockerComposeSplitIt(t *testing.T) {
	for _, c := range commands {
		got, m := splitCommand(c.line)
		if (m != nil) != (c.want == nil) || m == nil && !cmp.Equal(got, c.want) {
			t.Errorf("%q: got %q, %v; want %q", c.line, got, m, c.want)
		}
	}
}

func TestCommandsAreSplitAsPythonSplitsThem(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python to compare with")
	}
	var lines []string
	for _, c := range commands {
		lines = append(lines, c.line)
	}
	r, letters := rand.New(rand.NewPCG(1, 2)), []rune("ab $\"'\\#;|&>(`\n\t{}*~=é-")
	for range 5000 {
		var b strings.Builder
		for range r.IntN(14) {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		lines = append(lines, b.String())
	}
	for i, want := range pythonSplit(t, python, lines) {
		got, m := splitCommand(lines[i])
		if (m != nil) != (want == nil) || m == nil && !cmp.Equal(got, want) {
			t.Errorf("%q: got %q, %v; Python says %q", lines[i], got, m, want)
		}
	}
}

// pythonSplit splits lines with Python's shlex; nil stands for what it refuses.
func pythonSplit(t *testing.T, python string, lines []string) [][]string {
	t.Helper()
	in, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	const script = `
import json, shlex, sys
def split(s):
    try: return shlex.split(s)
    except ValueError: return None
print(json.dumps([split(s) for s in json.load(sys.stdin)]))`
	cmd := exec.Command(python, "-c", script)
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var words [][]string
	if err := json.Unmarshal(out, &words); err != nil {
		t.Fatal(err)
	}
	return words
}
