package enginetest

import (
	"testing"

	"github.com/docker/docker/client"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

// Real connects to the engine of this machine, as [realengine.Connect] does.
func Real(t testing.TB) *client.Client {
	t.Helper()
	return realengine.Connect(t)
}

// InstallProbe makes the image that [Probe] describes on a real engine, as
// [realengine.InstallProbe] does.
func InstallProbe(t testing.TB, cli *client.Client, ref string) {
	t.Helper()
	realengine.InstallProbe(t, cli, ref)
}
