package realengine_test

import (
	"sync"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

func TestTestsThatBeginAtOnceShareOneProbeOnTheEngine(t *testing.T) {
	cli := realengine.Connect(t)
	const ref = "stacklite-once-probe:test"
	var found sync.Map
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			realengine.InstallProbe(t, cli, ref)
			image, err := cli.ImageInspect(t.Context(), ref)
			if err != nil {
				t.Error(err)
				return
			}
			found.Store(image.ID, true)
		})
	}
	all.Wait()
	images := 0
	found.Range(func(any, any) bool { images++; return true })
	if images != 1 {
		t.Errorf("%d images had the name one after the other", images)
	}
}
