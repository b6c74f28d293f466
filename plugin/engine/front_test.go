package engine

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/front"
)

// program writes a file that looks like a program for the engine in memory, or for
// another.
func program(t *testing.T, another bool) string {
	t.Helper()
	machine := elf.EM_NONE
	for m, arch := range machines {
		if (arch == runtime.GOARCH) != another {
			machine = m
		}
	}
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Ehsize: 64}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, h); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheImageOfFrontsIsMadeOnceForWhateverProgram(t *testing.T) {
	s := newStand(t, enginetest.Image{Ref: front.Images + "7", Labels: map[string]string{front.ImageLabel: front.Images + "6"}})
	made := func() (id string) {
		t.Helper()
		i, err := s.client.ImageInspect(t.Context(), front.Image())
		if err != nil {
			t.Fatal(err)
		}
		want := &container.Config{Labels: map[string]string{front.ImageLabel: front.Image()}, User: front.User, Entrypoint: []string{front.Program}}
		got := &container.Config{Labels: i.Config.Labels, User: i.Config.User, Entrypoint: i.Config.Entrypoint}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		return i.ID
	}
	if err := MakeFrontImage(t.Context(), s.engine, front.Image(), program(t, false)); err != nil {
		t.Fatal(err)
	}
	first := made()
	before := len(s.memory.Calls())
	if err := MakeFrontImage(t.Context(), s.engine, front.Image(), "no such program"); err != nil {
		t.Error(err)
	}
	if n := len(s.memory.Calls()) - before; n != 1 {
		t.Errorf("%d calls", n)
	}
	if made() != first {
		t.Error("another image has the name now")
	}

	// One that was given a new name is a copy.
	if err := MakeFrontImage(t.Context(), s.engine, front.Images+"7", "no such program"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	var foreign *ForeignProgram
	if err := MakeFrontImage(t.Context(), s.engine, front.Images+"7", program(t, true)); !errors.As(err, &foreign) || foreign.Want != "linux/"+runtime.GOARCH {
		t.Errorf("got %v", err)
	}
}

func TestAReplicaIsDrainedByTheFrontInAContainer(t *testing.T) {
	s := newStand(t, enginetest.Image{Ref: front.Image(), Entrypoint: []string{front.Program}})
	serve := front.Config{Service: "web", Ports: []front.Port{{Proto: front.TCP, Listen: 80, Target: 80}}}
	made, err := s.client.ContainerCreate(t.Context(), &container.Config{Image: front.Image(), Cmd: serve.Args()}, nil, nil, nil, "front")
	if err != nil {
		t.Fatal(err)
	}
	drain := func(id string) error { return Drain(t.Context(), s.engine, id, "10.222.0.5", 3*time.Second) }
	if err := drain(made.ID); err != nil {
		t.Errorf("one that does not run: %v", err)
	}
	if err := s.client.ContainerStart(t.Context(), made.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := drain(made.ID); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, failed := s.client.Events(ctx, events.ListOptions{Since: "0", Filters: filters.NewArgs(filters.Arg("event", "exec_start"))})
	select {
	case e := <-said:
		if e.Action != "exec_start: /docker-stacklite __front drain 10.222.0.5 3s" {
			t.Errorf("it is asked: %s", e.Action)
		}
	case err := <-failed:
		t.Error(err)
	}
	if err := drain("nobody"); err != nil {
		t.Errorf("one that there is not: %v", err)
	}
	s.run("web", "probe", nil)
	if err := drain("web"); err == nil || !strings.Contains(err.Error(), "the front can't drain 10.222.0.5: no front runs here") {
		t.Errorf("what is no front: %v", err)
	}
	if err := Drain(t.Context(), s.engine, made.ID, "web", time.Second); err == nil {
		t.Error("a name was taken for an address")
	}
}
