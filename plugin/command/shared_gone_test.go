package command

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/network"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
)

// TestWhoseSharedContainerIsGoneIsNotReplacedWithoutIt has the container gone whose
// volumes a service uses, and only that service meant.
func TestWhoseSharedContainerIsGoneIsNotReplacedWithoutIt(t *testing.T) {
	for _, share := range []string{"volumes_from: [data]", "net: \"container:data\""} {
		h := newByHand(t, "1.41", nil)
		m := memory{h.engine.Host()}
		t.Chdir(t.TempDir())
		file := []byte("data: {image: probe, volumes: [/d]}\nu2: {image: probe, " + share + "}\n")
		m.do(t, file, "up", "-d")
		m.docker(t, "rm demo_data_1")
		h.engine.ResetCalls()
		_, errs, code := m.run(t, "up", "-d", "--no-deps", "--force-recreate", "u2")
		if code != 1 || !strings.Contains(errs, "there is no container of data") || !strings.Contains(errs, "docker stacklite up -d data") {
			t.Errorf("%s: exit code %d\n%s", share, code, errs)
		}
		if slices.ContainsFunc(h.engine.Calls(), enginetest.Call.Changes) {
			t.Errorf("%s: it is refused, and changes something: %v", share, h.engine.Calls())
		}
		m.do(t, file, "up", "-d", "data")
		m.do(t, file, "up", "-d", "--no-deps", "--force-recreate", "u2")
	}
}

// TestATargetsSecretsStayThere looks for what a target has in its environment
// everywhere in its consumer and on their network.
func TestATargetsSecretsStayThere(t *testing.T) {
	const secret = "s3cretword"
	for _, version := range []string{"1.41", "1.51"} {
		h := newByHand(t, version, nil)
		m := memory{h.engine.Host()}
		t.Chdir(t.TempDir())
		file := []byte("web: {image: probe, links: [\"store:sql\"]}\nstore: {image: probe, environment: {MYSQL_ROOT_PASSWORD: " + secret + ", TOKEN: " + secret + "}}\n")
		for _, args := range [][]string{{"up", "-d"}, {"--link-env", "none", "up", "-d"}, {"--link-env", "full", "up", "-d"}} {
			m.do(t, file, args...)
			_, web, err := h.client.ContainerInspectWithRaw(t.Context(), "demo_web_1", false)
			h.must(err)
			list, err := h.client.NetworkList(t.Context(), network.ListOptions{})
			h.must(err)
			asked := slices.Contains(args, "full")
			if told := strings.Contains(string(web), secret); told != asked {
				t.Errorf("%v: the consumer has it: %v", args, told)
			}
			if strings.Contains(fmt.Sprint(list), secret) {
				t.Errorf("%v: a network has it", args)
			}
		}
		out := m.do(t, file, "ps")
		if strings.Contains(out, secret) {
			t.Errorf("ps has it: %s", out)
		}
	}
}
