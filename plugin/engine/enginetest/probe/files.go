package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// write makes a file that holds a text.
func write(_ context.Context, args []string) error {
	if len(args) != 2 {
		return wrongUsage("write takes a file and a text")
	}
	return os.WriteFile(args[0], []byte(args[1]+"\n"), 0o644)
}

// read prints what write wrote.
func read(_ context.Context, args []string) error {
	if len(args) != 1 {
		return wrongUsage("read takes one file")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	fmt.Println(strings.TrimSuffix(string(text), "\n"))
	return nil
}
