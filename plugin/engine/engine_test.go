package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/observed"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

func TestAContainerIsAddressedByIDOrByTheNameItWasMadeUnder(t *testing.T) {
	var c createdIDs
	if got := c.id("demo_web_1"); got != "demo_web_1" {
		t.Errorf("before it is made: %s", got)
	}
	c.note("demo_web_1", "f00")
	c.note("demo_db_1", "ba5")
	c.note("demo_db_1", "ba6")
	for address, want := range map[string]string{"demo_web_1": "f00", "f00": "f00", "demo_db_1": "ba6", "demo_web_2": "demo_web_2"} {
		if got := c.id(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}

func TestAnEngineThatDoesNotAnswerIsNamed(t *testing.T) {
	c, err := client.NewClientWithOpts(client.WithHost("unix://" + t.TempDir() + "/none.sock"))
	if err != nil {
		t.Fatal(err)
	}
	e := New(c, Options{})
	_, err = e.Observe(t.Context(), observed.Claim{}, nil)
	var gone Unreachable
	if !errors.As(err, &gone) || gone.Host != e.Host() || !client.IsErrConnectionFailed(err) {
		t.Errorf("got %T %v", err, err)
	}
	if err = New(c, Options{Host: "ssh://there"}).Ping(t.Context()); err == nil || err.Error() != "no docker engine answers at ssh://there" {
		t.Errorf("got %v", err)
	}
}

func TestAnUnknownActionIsAnError(t *testing.T) {
	c, err := client.NewClientWithOpts(client.WithHost("unix:///none"))
	if err != nil {
		t.Fatal(err)
	}
	err = New(c, Options{}).Apply(t.Context(), plan.PullImage{}, nil)
	if err == nil || !strings.HasSuffix(err.Error(), "plan.PullImage") {
		t.Errorf("got %v", err)
	}
}

func TestAnImageIsCalledByTheNameThatAContainerWasMadeFrom(t *testing.T) {
	for _, c := range []struct {
		ref             string
		tags            []string
		repository, tag string
	}{
		{"redis", []string{"cache:1", "redis:latest"}, "redis", "latest"},
		{"docker.io/library/redis:7", []string{"cache:1", "redis:7"}, "redis", "7"},
		{"redis:6", []string{"localhost:5000/redis:7"}, "localhost:5000/redis", "7"}, // it has lost that name
		{"sha256:f00", []string{"redis:7"}, "redis", "7"},
		{"redis", nil, "<none>", "<none>"},
	} {
		if repository, tag := nameOf(c.ref, c.tags); repository != c.repository || tag != c.tag {
			t.Errorf("%s of %v: got %s %s", c.ref, c.tags, repository, tag)
		}
	}
}

func TestTheEnginesOwnWordsAreToldApartFromTheClients(t *testing.T) {
	for text, want := range map[string]string{"Error response from daemon: no space left": "no space left", "no space left": "no space left"} {
		if got := Words(errors.New(text)); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
