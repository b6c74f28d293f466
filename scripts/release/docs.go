package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/stack-lite/stack-lite/plugin"
)

// completions are the files in which each shell looks for those of
// docker-stack-lite. Through docker, docker's own completion asks the plugin.
var completions = map[string]string{
	"bash": "docker-stack-lite",
	"zsh":  "_docker-stack-lite",
	"fish": "docker-stack-lite.fish",
}

// writeDocs writes man pages below man and completions below completions of dir.
func writeDocs(dir, version string, date time.Time) error {
	for shell, name := range completions {
		var script bytes.Buffer
		root := plugin.Root(&script)
		root.SetArgs([]string{"completion", shell})
		if err := root.Execute(); err != nil {
			return fmt.Errorf("completion for %s: %w", shell, err)
		}
		if err := writeFile(filepath.Join(dir, "completions", shell, name), script.Bytes()); err != nil {
			return err
		}
	}
	return writeManPages(plugin.Root(io.Discard), filepath.Join(dir, "man", "man1"), version, date)
}

// writeManPages writes docker-stacklite.1 and a page for each command. The name
// docker-stack-lite leads to the first.
func writeManPages(root *cobra.Command, dir, version string, date time.Time) error {
	// Below a command docker the pages are named, and headed, as one types it.
	docker := &cobra.Command{Use: "docker", DisableAutoGenTag: true}
	docker.AddCommand(root)
	defer docker.RemoveCommand(root)
	if err := writeFile(filepath.Join(dir, "docker-stack-lite.1"), []byte(".so man1/docker-stacklite.1\n")); err != nil {
		return err
	}
	return doc.GenManTree(root, &doc.GenManHeader{
		Section: "1", Date: &date, Source: "Stack Lite " + version, Manual: "Stack Lite",
	}, dir)
}

// writeFile writes a file, and the folders that it lies in.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
