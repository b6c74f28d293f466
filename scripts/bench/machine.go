package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine says what it is measured on.
func machine(ctx context.Context) ([]string, error) {
	engine, err := ask(ctx, "docker", "version", "--format", "Docker Engine {{.Server.Version}} (API {{.Server.APIVersion}})")
	if err != nil {
		return nil, err
	}
	driver, err := ask(ctx, "docker", "info", "--format", "{{.Driver}}")
	if err != nil {
		return nil, err
	}
	list := []string{fmt.Sprint(runtime.NumCPU(), " cores")}
	if memory, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kilobytes int
		if _, err := fmt.Sscanf(string(memory), "MemTotal: %d", &kilobytes); err == nil {
			list = append(list, fmt.Sprintf("%.0f GiB of memory", float64(kilobytes)/(1<<20)))
		}
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		list = append(list, "Linux "+strings.TrimSpace(string(kernel)))
	}
	return append(list, engine, "storage driver "+driver, time.Now().UTC().Format(time.DateOnly)), nil
}
