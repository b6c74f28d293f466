package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// image is that of all containers.
const image = project + ":probe"

// makeImage makes the image of all containers: a program that waits, and ends at
// once when it is told to.
func makeImage(ctx context.Context, dir string) error {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "probe"), "./plugin/engine/enginetest/probe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the probe: %w\n%s", err, out)
	}
	pack := exec.CommandContext(ctx, "sh", "-c", `tar -c -C "$1" probe | docker import -c 'CMD ["/probe","serve"]' - "$2"`, "sh", dir, image)
	if out, err := pack.CombinedOutput(); err != nil {
		return fmt.Errorf("importing the image: %w\n%s", err, out)
	}
	return nil
}
