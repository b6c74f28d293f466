package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/stack-lite/stack-lite/plugin/front"
)

// programPath is where the program is in an image that has nothing else.
const programPath = front.Program

// ForeignProgram is a program that can't run on the engine.
type ForeignProgram struct {
	Program string
	Reason  string
	Want    string // what the engine runs: linux/arm64
}

func (f *ForeignProgram) Error() string {
	return fmt.Sprintf("%s can't run in a container of the engine: %s", f.Program, f.Reason)
}

// readProgram reads a program, a file of this machine, that is to run on the engine.
// The error is a *ForeignProgram where it could not run there.
func readProgram(ctx context.Context, e *Engine, program string) ([]byte, error) {
	host, err := e.client.ServerVersion(ctx)
	if err != nil {
		return nil, e.explain(err)
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	if reason := programMismatch(content, host.Os, host.Arch); reason != "" {
		return nil, &ForeignProgram{Program: program, Reason: reason, Want: host.Os + "/" + host.Arch}
	}
	return content, nil
}

// machines are the engine's words for what ELF files are made for.
var machines = map[elf.Machine]string{
	elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_ARM: "arm", elf.EM_386: "386",
	elf.EM_PPC64: "ppc64le", elf.EM_S390: "s390x", elf.EM_RISCV: "riscv64",
}

// programMismatch says why a program would not run in an image of its own;
// empty: it would.
func programMismatch(program []byte, system, arch string) string {
	if system != "linux" {
		return "the engine runs " + system
	}
	f, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return "it is not a Linux program"
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return "it is dynamically linked"
		}
	}
	if made := machines[f.Machine]; made != arch {
		return fmt.Sprintf("it is built for %s", made)
	}
	return ""
}

// importProgram makes an image that has a program and nothing else, with what
// instructions of a Dockerfile say. It takes the name from an image that has it.
func importProgram(ctx context.Context, e *Engine, ref string, program []byte, instructions ...string) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(w, program)) }()
	defer r.Close()
	body, err := e.client.ImageImport(ctx, image.ImportSource{Source: r, SourceName: "-"}, ref, image.ImportOptions{Changes: instructions})
	if err != nil {
		return err
	}
	defer body.Close()
	err = jsonmessage.DisplayJSONMessagesStream(body, io.Discard, 0, false, nil)
	if err == nil || !strings.Contains(err.Error(), "already exists") {
		return err
	}
	// Two runs make it at the same time, and an engine 29 lets one of them have the
	// name. The other's is the same: the name says what is in it.
	if _, missing := e.client.ImageInspect(ctx, ref); missing != nil {
		return err
	}
	return nil
}

// pack writes an archive with the program alone.
func pack(w io.Writer, program []byte) error {
	t := tar.NewWriter(w)
	if err := t.WriteHeader(&tar.Header{Name: programPath[1:], Mode: 0o755, Size: int64(len(program))}); err != nil {
		return err
	}
	if _, err := t.Write(program); err != nil {
		return err
	}
	return t.Close()
}
