package command

import (
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
	if got := takeOver(v, false); got != want {
		t.Errorf("got %q", got)
	}
	const adopted = "made by docker-compose 1.29.2, where links were no boundary: blog_web_1; to take them over: docker stacklite --adopt up -d"
	if v.Project = "blog"; takeOver(v, true) != adopted {
		t.Errorf("got %q", takeOver(v, true))
	}
	if v.Project = "none"; takeOver(v, false) != "" {
		t.Errorf("got %q", takeOver(v, false))
	}
}
