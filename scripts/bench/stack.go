package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// stackOf is a file with one service that is linked to all others.
func stackOf(services int, image string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "s00:\n  image: %s\n  ports: [\"80\"]\n  links:\n", image)
	for i := 1; i < services; i++ {
		fmt.Fprintf(&b, "    - s%02d\n", i)
	}
	for i := 1; i < services; i++ {
		fmt.Fprintf(&b, "s%02d:\n  image: %s\n", i, image)
	}
	return []byte(b.String())
}

// makeImage builds the image that all containers are made from.
func makeImage(ctx context.Context, dir string) (string, error) {
	image := project + ":probe"
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "probe"), "./plugin/engine/enginetest/probe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the probe: %w\n%s", err, out)
	}
	pack := exec.CommandContext(ctx, "sh", "-c", `tar -c -C "$1" probe | docker import -c 'CMD ["/probe","serve"]' - "$2"`, "sh", dir, image)
	if out, err := pack.CombinedOutput(); err != nil {
		return "", fmt.Errorf("importing the image: %w\n%s", err, out)
	}
	return image, nil
}
