package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAReportShowsFailuresReasonsAndNumbers(t *testing.T) {
	const events = `
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"    p_test.go:5: chatter\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"run","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"=== RUN   TestBad\n"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    p_test.go:9: want 1, have 2\n"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestOne","Output":"    p_test.go:12: no engine answers\n"}
{"Action":"output","Package":"p","Test":"TestOne","Output":"--- SKIP: TestOne (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestOne"}
{"Action":"output","Package":"q","Test":"TestTwo","Output":"    other_test.go:8: no engine answers\n"}
{"Action":"skip","Package":"q","Test":"TestTwo"}
{"Action":"skip","Package":"q","Test":"TestThree"}
{"Action":"output","Package":"q","Test":"TestScript/zsh","Output":"        > [!have:zsh] skip 'zsh is not installed'\n"}
{"Action":"skip","Package":"q","Test":"TestScript/zsh"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"Action":"output","Package":"q","Output":"PASS\n"}
{"Action":"output","Package":"q","Output":"ok  \tq\t0.1s\n"}
{"Action":"pass","Package":"q"}
`
	const want = `    p_test.go:9: want 1, have 2
--- FAIL: TestBad (0.00s)
FAIL	p	0.1s
ok  	q	0.1s

Not run here:
  no engine answers: TestOne and 1 more
  no reason given: TestThree
  zsh is not installed: TestScript/zsh

1 passed, 1 failed, 4 skipped
`
	if diff := cmp.Diff(want, reported(t, events)); diff != "" {
		t.Error(diff)
	}
}

func TestAReportShowsWhatACrashedTestSaid(t *testing.T) {
	const events = `
{"Action":"output","Package":"p","Test":"TestHang","Output":"    p_test.go:5: waiting\n"}
{"Action":"output","Package":"p","Output":"panic: test timed out\n"}
{"Action":"fail","Package":"p"}
`
	const want = `panic: test timed out
    p_test.go:5: waiting

0 passed, 0 failed, 0 skipped
`
	if diff := cmp.Diff(want, reported(t, events)); diff != "" {
		t.Error(diff)
	}
}

func TestAReportShowsWhyAPackageDoesNotBuild(t *testing.T) {
	const events = `
{"ImportPath":"p","Action":"build-output","Output":"p.go:3:1: syntax error\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`
	if got := reported(t, events); !strings.HasPrefix(got, "p.go:3:1: syntax error\nFAIL\tp [build failed]\n") {
		t.Errorf("report is\n%s", got)
	}
}

func TestTextThatIsNoEventIsAnError(t *testing.T) {
	if err := newReport(&strings.Builder{}).read(strings.NewReader("go: no such tool")); err == nil {
		t.Error("no error")
	}
}

func reported(t *testing.T, events string) string {
	t.Helper()
	var out strings.Builder
	r := newReport(&out)
	if err := r.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	r.finish()
	return out.String()
}
