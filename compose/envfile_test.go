package compose

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnEnvFileIsReadAsDockerComposeReadIt(t *testing.T) {
	find := func(name string) (string, bool) { v, ok := map[string]string{"HOST": "h"}[name]; return v, ok }
	for _, c := range []struct {
		file string
		want map[string]string
	}{
		{"", map[string]string{}},
		{"\ufeffA=1", map[string]string{"A": "1"}},
		{"A=1\r\nB=2\r\n", map[string]string{"A": "1", "B": "2"}},
		{"# x\n  # y\n\n \t\nA=1", map[string]string{"A": "1"}},
		{"A= 1 \nB\t=\t2", map[string]string{"A": "1", "B": "2"}},
		{"export A=1\nexport\tB=2\nexported=3\nexport=4", map[string]string{"A": "1", "B": "2", "exported": "3", "export": "4"}},
		{"A=a b # c\nB=a#b\nC=#c\nD= # d\nE=a\t#e", map[string]string{"A": "a b", "B": "a#b", "C": "", "D": "", "E": "a"}},
		{"A=", map[string]string{"A": ""}},
		{"A", map[string]string{}},
		{"A # b=c\nB=1", map[string]string{"B": "1"}},
		{"A=a=b", map[string]string{"A": "a=b"}},
		{`A="x y" # z`, map[string]string{"A": "x y"}},
		{`A='x # y'`, map[string]string{"A": "x # y"}},
		{`A="a\nb\t\"\\\'\x"`, map[string]string{"A": "a\nb\t\"\\'\\x"}},
		{`A='a\nb\'c\\'`, map[string]string{"A": `a\nb'c\`}},
		{"A=\"1\n2\n\"\nB='3\n4'\nC=5", map[string]string{"A": "1\n2\n", "B": "3\n4", "C": "5"}},
		{`A=it's "so"`, map[string]string{"A": `it's "so"`}},
		{"A=pa$$w$ord$", map[string]string{"A": "pa$$w$ord$"}},
		{"A=1\nB=${A}${HOST}${NO}", map[string]string{"A": "1", "B": "1h"}},
		{"A=${NO:-x}${HOST:-x}${A:-y}", map[string]string{"A": "xhy"}},
		{`A="${HOST}"` + "\nB='${HOST}'\nC=${HOST", map[string]string{"A": "h", "B": "${HOST}", "C": "${HOST"}},
		{"HOST=mine\nA=${HOST}", map[string]string{"HOST": "mine", "A": "mine"}},
		{"A=1\nA=2", map[string]string{"A": "2"}},
		{"'A'=1", map[string]string{"A": "1"}},
		{`A=C:\dir\new`, map[string]string{"A": `C:\dir\new`}},
		{"é=ü", map[string]string{"é": "ü"}},
	} {
		settings, errs := parseEnvFile(c.file, find)
		got := map[string]string{}
		for _, s := range settings {
			if s.value != nil {
				got[s.name] = *s.value
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || len(errs) > 0 {
			t.Errorf("%q: %v\n%s", c.file, errs, diff)
		}
	}
}

func TestEachLineOfAnEnvFileKeepsItsPlace(t *testing.T) {
	settings, errs := parseEnvFile("A=\"1\n2\"\n  B=2\nC D=3\n\tE\n", func(string) (string, bool) { return "", false })
	type place struct {
		name      string
		line, col int
	}
	var got []place
	for _, s := range settings {
		got = append(got, place{s.name, s.line, s.col})
	}
	for _, e := range errs {
		got = append(got, place{"mistake", e.line, e.col})
	}
	want := []place{{"A", 1, 1}, {"B", 3, 3}, {"E", 5, 2}, {"mistake", 4, 1}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(place{})); diff != "" {
		t.Error(diff)
	}
}
