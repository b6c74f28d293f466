package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// baking is one image of a call of buildx that builds several. Its step of the
// plan may begin later than the call does.
type baking struct {
	image plan.Image
	spec  desired.BuildSpec
	file  *dockerfile.File // nil: not on this machine
	done  chan struct{}
	err   error // once done is closed

	mu     sync.Mutex
	report func(plan.Progress) // nil until the step begins
	held   []plan.Progress     // until then
}

// progress reports how far the image is, once its step has begun.
func (b *baking) progress(p plan.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.report == nil {
		b.held = append(b.held, p)
		return
	}
	b.report(p)
}

// reportTo begins the image's step, and catches up on what was held until then.
func (b *baking) reportTo(report func(plan.Progress)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.held {
		report(p)
	}
	b.held, b.report = nil, report
}

// finish ends the image's part of the call; nothing is reported after it.
func (b *baking) finish(err error) {
	b.err = err
	close(b.done)
}

func (b *baking) finished() bool {
	select {
	case <-b.done:
		return true
	default:
		return false
	}
}

// bake builds an image with buildx. The first of those that are built together
// makes the call for all of them, and each waits for its own.
func (s *Store) bake(ctx context.Context, a plan.BuildImage, report func(plan.Progress)) error {
	s.mu.Lock()
	mine := s.baking[a.Image.Ref]
	if mine == nil {
		batch := s.batch(a)
		mine = s.baking[a.Image.Ref]
		go s.bakeAll(ctx, batch)
	}
	delete(s.baking, a.Image.Ref)
	s.mu.Unlock()
	mine.reportTo(report)
	<-mine.done
	return mine.err
}

// batch enters what is to be built in one call. The lock is held.
func (s *Store) batch(a plan.BuildImage) []*baking {
	together := a.Together
	if own, ok := a.Image.Spec.(desired.BuildSpec); together == nil || ok && own.Options.Alone {
		together = []plan.Image{a.Image}
	}
	var batch []*baking
	for _, image := range together {
		spec, ok := image.Spec.(desired.BuildSpec)
		if chosen := s.strategies[image.Ref]; !ok || chosen.builder != Buildx && image.Ref != a.Image.Ref {
			continue
		}
		b := &baking{image: image, spec: spec, done: make(chan struct{})}
		s.baking[image.Ref] = b
		batch = append(batch, b)
	}
	return batch
}

// bakeAll builds a batch. A call of buildx gives up all images when one fails;
// the others are then built by another, which finds in the cache what was done.
func (s *Store) bakeAll(ctx context.Context, batch []*baking) {
	var ready sync.WaitGroup
	for _, b := range batch {
		ready.Go(func() {
			var err error
			if b.file, err = s.prepareBuild(ctx, b.spec, b.progress); err != nil {
				b.finish(err)
			}
		})
	}
	ready.Wait()
	for {
		left := batch[:0:0]
		for _, b := range batch {
			if !b.finished() {
				left = append(left, b)
			}
		}
		if len(left) == 0 {
			return
		}
		err := s.bakeOnce(ctx, left)
		for _, b := range left {
			switch {
			case b.finished():
			case ctx.Err() != nil:
				b.finish(ctx.Err())
			case err == nil:
				b.finish(nil)
			case len(failedOf(err)) == 0 || failedOf(err)[b] != nil:
				b.finish(errorOf(err, b))
			}
		}
	}
}

// bakeError is a call of buildx that failed, with the error of each image that
// made it fail.
type bakeError struct {
	text   string
	failed map[*baking]error
}

func (b *bakeError) Error() string { return b.text }

func failedOf(err error) map[*baking]error {
	var b *bakeError
	if errors.As(err, &b) {
		return b.failed
	}
	return nil
}

// errorOf is the error of one image where a call of buildx failed.
func errorOf(err error, b *baking) error {
	if own := failedOf(err)[b]; own != nil {
		return own
	}
	return builderError(b.spec, nil, "", err.Error())
}

// bakeFile is what buildx is given
// (https://docs.docker.com/build/bake/reference).
type bakeFile struct {
	Group  map[string]bakeGroup  `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

type bakeGroup struct {
	Targets []string `json:"targets"`
}

type bakeTarget struct {
	Context    string            `json:"context"`
	Dockerfile string            `json:"dockerfile,omitempty"`
	Tags       []string          `json:"tags"`
	Labels     map[string]string `json:"labels"`
	Args       map[string]string `json:"args,omitempty"`
	NoCache    bool              `json:"no-cache,omitempty"`
	Output     []string          `json:"output"`
	SSH        []string          `json:"ssh,omitempty"`

	Inline       string            `json:"dockerfile-inline,omitempty"`
	Target       string            `json:"target,omitempty"`
	CacheFrom    []string          `json:"cache-from,omitempty"`
	CacheTo      []string          `json:"cache-to,omitempty"`
	Contexts     map[string]string `json:"contexts,omitempty"`
	Secret       []string          `json:"secret,omitempty"`
	Platforms    []string          `json:"platforms,omitempty"`
	Network      string            `json:"network,omitempty"`
	ShmSize      string            `json:"shm-size,omitempty"`
	Ulimits      []string          `json:"ulimits,omitempty"`
	ExtraHosts   map[string]string `json:"extra-hosts,omitempty"`
	Entitlements []string          `json:"entitlements,omitempty"`
	Attest       []string          `json:"attest,omitempty"`
}

func bakeFileOf(batch []*baking) bakeFile {
	f := bakeFile{Group: map[string]bakeGroup{}, Target: map[string]bakeTarget{}}
	var names []string
	for i, b := range batch {
		name := targetName(i)
		names = append(names, name)
		t := bakeTarget{
			Context: literal(b.spec.Context), Dockerfile: literal(b.spec.Dockerfile),
			Tags: []string{literal(b.image.Ref)}, Labels: map[string]string{}, Args: map[string]string{},
			NoCache: b.spec.Options.NoCache, Output: []string{"type=docker"},
		}
		if b.spec.Local() {
			t.Dockerfile = literal(b.spec.DockerfilePath())
		}
		for k, v := range b.spec.Labels() {
			t.Labels[k] = literal(v)
		}
		for k, v := range b.spec.Options.Args {
			t.Args[k] = literal(v)
		}
		if isGitOverSSH(b.spec) && os.Getenv("SSH_AUTH_SOCK") != "" {
			t.SSH = []string{"default"}
		}
		t.add(b.spec)
		f.Target[name] = t
	}
	f.Group["default"] = bakeGroup{names}
	return f
}

// targetName names the nth image of a call. Services may have names that buildx
// doesn't take.
func targetName(i int) string { return fmt.Sprintf("s%d", i) }

// literal keeps buildx from taking text for a template.
func literal(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
}

// isGitOverSSH reports whether a context is a repository that is fetched with
// git over ssh.
func isGitOverSSH(spec desired.BuildSpec) bool { return strings.HasPrefix(spec.Context, "git@") }

// stopTime is how long buildx is given to stop when it is interrupted.
const stopTime = 10 * time.Second

// bakeOnce makes one call of buildx. Images that are there before it ends are
// finished at once, so that their containers start. The error is a *bakeError.
func (s *Store) bakeOnce(ctx context.Context, batch []*baking) error {
	file := bakeFileOf(batch)
	input, err := json.Marshal(file)
	if err != nil {
		return err
	}
	plugin := s.findBuildx()
	args := []string{"bake", "--file", "-", "--progress", "rawjson"}
	if plugin.Builder != "" {
		args = append(args, "--builder", plugin.Builder)
	}
	cmd := plugin.Command(ctx, append(args, allowed(file)...)...)
	cmd.Stdin = strings.NewReader(string(input))
	// Without the variables buildx asks whether it may read directories other
	// than the current one, and describes how it built in a manifest of its
	// own, so that an image that did not change has a new id.
	cmd.Env = append(cmd.Environ(), "BUILDX_BAKE_ENTITLEMENTS_FS=0", "BUILDX_NO_DEFAULT_ATTESTATIONS=1")
	cmd.Env = append(cmd.Env, secretVariables(batch)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTime
	output, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := newBakeReader(batch, s.options.Habits)
	read := r.read(output)
	if err := cmd.Wait(); err != nil {
		return r.failure(err)
	}
	return read
}
