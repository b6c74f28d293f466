package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Steps reports the steps of a build and its result to a client.
type Steps interface {
	Begin(n, total int, i Instruction)
	End(n, total int, i Instruction, err error)
	// Built gives the image's ID, and its names as people write them.
	Built(id string, tags []string)
}

// Classic are lines of text, passed to send as the messages of a build.
func Classic(send func(message any)) Steps { return classicSteps{send} }

// BuildKit are vertices of BuildKit's graph, in the encoding of its
// moby.buildkit.v1.StatusResponse, passed to send as the messages of a build.
func BuildKit(send func(message any)) Steps { return buildKitSteps{send} }

type classicSteps struct{ send func(any) }

func (c classicSteps) stream(format string, a ...any) {
	c.send(map[string]string{"stream": fmt.Sprintf(format, a...)})
}

func (c classicSteps) Begin(n, total int, i Instruction) {
	c.stream("Step %d/%d : %s %s\n", n, total, i.Keyword, i.Rest)
}

func (c classicSteps) End(_, _ int, i Instruction, err error) {
	if err == nil {
		sum := sha256.Sum256([]byte(i.Keyword + i.Rest))
		c.stream(" ---> %s\n", hex.EncodeToString(sum[:])[:12])
	}
}

func (c classicSteps) Built(id string, tags []string) {
	c.send(map[string]any{"aux": map[string]string{"ID": id}})
	c.stream("Successfully built %s\n", strings.TrimPrefix(id, "sha256:")[:12])
	for _, tag := range tags {
		c.stream("Successfully tagged %s\n", tag)
	}
}

type buildKitSteps struct{ send func(any) }

func (b buildKitSteps) Begin(n, total int, i Instruction) { b.vertex(n, total, i, false, nil) }

func (b buildKitSteps) End(n, total int, i Instruction, err error) { b.vertex(n, total, i, true, err) }

func (b buildKitSteps) Built(id string, _ []string) {
	b.send(map[string]any{"id": "moby.image.id", "aux": map[string]string{"ID": id}})
}

// The fields of the messages StatusResponse and Vertex, and of Timestamp.
const (
	fieldVertexes  = 1
	fieldDigest    = 1
	fieldName      = 3
	fieldStarted   = 5
	fieldCompleted = 6
	fieldError     = 7
	fieldSeconds   = 1
)

func (b buildKitSteps) vertex(n, total int, i Instruction, done bool, err error) {
	name := fmt.Sprintf("[%d/%d] %s %s", n, total, i.Keyword, i.Rest)
	sum := sha256.Sum256([]byte(name))
	now := protowire.AppendVarint(protowire.AppendTag(nil, fieldSeconds, protowire.VarintType), uint64(time.Now().Unix()))
	var v []byte
	add := func(field protowire.Number, value []byte) {
		v = protowire.AppendBytes(protowire.AppendTag(v, field, protowire.BytesType), value)
	}
	add(fieldDigest, []byte("sha256:"+hex.EncodeToString(sum[:])))
	add(fieldName, []byte(name))
	add(fieldStarted, now)
	if done {
		add(fieldCompleted, now)
	}
	if err != nil {
		add(fieldError, []byte(err.Error()))
	}
	status := protowire.AppendBytes(protowire.AppendTag(nil, fieldVertexes, protowire.BytesType), v)
	b.send(map[string]any{"id": "moby.buildkit.trace", "aux": status})
}
