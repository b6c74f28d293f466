package command

import (
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/reach"
)

func TestCheckSaysOnceWhyLinksOfAnotherToolAreNoBoundary(t *testing.T) {
	of := func(name, project, by string, state plan.State) observed.Container {
		return observed.Container{Name: name, Project: project, MadeBy: by, State: state}
	}
	const by = "docker-compose 1.29.2"
	v := reach.View{Project: "shop", Snapshot: &observed.Snapshot{Containers: []observed.Container{
		of("shop_db_1", "shop", by, plan.StateRunning), of("shop_web_1", "shop", by, plan.StateRunning),
		of("shop_mail_1", "shop", "", plan.StateRunning), of("shop_job_1", "shop", by, plan.StateExited), of("blog_web_1", "blog", by, plan.StateRunning),
	}}}
	const want = "made by docker-compose 1.29.2, where links were no boundary: shop_db_1, shop_web_1; to take them over: docker stacklite up -d"
	if got := takeOver(v); got != want {
		t.Errorf("got %q", got)
	}
	const adopted = "made by docker-compose 1.29.2, where links were no boundary: blog_web_1; to take them over: docker stacklite up -d"
	if v.Project = "blog"; takeOver(v) != adopted {
		t.Errorf("got %q", takeOver(v))
	}
	if v.Project = "none"; takeOver(v) != "" {
		t.Errorf("got %q", takeOver(v))
	}
}

func TestAdviceIsGivenOnce(t *testing.T) {
	leak := func(from, to string, advice ...string) reach.Finding {
		return reach.Finding{From: from, To: to, Verdict: reach.Leaking, Advice: advice}
	}
	findings := []reach.Finding{
		leak("a", "b", "docker stacklite up -d"), leak("b", "a", "docker stacklite up -d"),
		leak("a", "c", "docker stop c"), {From: "a", To: "e", Verdict: reach.Broken, Advice: []string{"docker start e"}}, {From: "a", To: "d", Verdict: reach.OK, Advice: []string{"docker stop d"}},
	}
	want := []string{"to end that: docker stacklite up -d", "to end that: docker stop c", "to mend that: docker start e"}
	if got := remedies(findings); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if text := strings.Join(summary(findings, nil), "\n"); strings.Contains(text, "to end that") {
		t.Errorf("the lines have it too:\n%s", text)
	}
}

func TestCheckOfOneServiceGivesNoAdviceThatCantHelp(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte("web:\n  image: probe\n"), "up", "-d")
	if _, errs, code := m.run(t, "check"); code != 1 || !strings.Contains(errs, "the stack has one service, web") || strings.Contains(errs, "hint") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
