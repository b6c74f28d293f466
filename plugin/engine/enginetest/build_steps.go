package enginetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// stepTeller tells a client of the steps of a build and of what came of it.
type stepTeller interface {
	begin(n, total int, i instruction)
	end(n, total int, i instruction, err error)
	built(i *image, tags []string)
}

// classicSteps are lines of text.
type classicSteps struct{ out messages }

func (c classicSteps) begin(n, total int, i instruction) {
	c.out.stream("Step %d/%d : %s %s\n", n, total, i.keyword, i.rest)
}

func (c classicSteps) end(_, _ int, i instruction, err error) {
	if err == nil {
		sum := sha256.Sum256([]byte(i.keyword + i.rest))
		c.out.stream(" ---> %s\n", hex.EncodeToString(sum[:])[:12])
	}
}

func (c classicSteps) built(i *image, tags []string) {
	c.out.send(map[string]any{"aux": map[string]string{"ID": i.id}})
	c.out.stream("Successfully built %s\n", i.shortID())
	for _, tag := range tags {
		c.out.stream("Successfully tagged %s\n", familiar(tag))
	}
}

// buildKitSteps are vertices of BuildKit's graph, in the encoding of its
// moby.buildkit.v1.StatusResponse.
type buildKitSteps struct{ out messages }

func (b buildKitSteps) begin(n, total int, i instruction) { b.vertex(n, total, i, false, nil) }

func (b buildKitSteps) end(n, total int, i instruction, err error) { b.vertex(n, total, i, true, err) }

func (b buildKitSteps) built(i *image, _ []string) {
	b.out.send(map[string]any{"id": "moby.image.id", "aux": map[string]string{"ID": i.id}})
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

func (b buildKitSteps) vertex(n, total int, i instruction, done bool, err error) {
	name := fmt.Sprintf("[%d/%d] %s %s", n, total, i.keyword, i.rest)
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
	b.out.send(map[string]any{"id": "moby.buildkit.trace", "aux": status})
}
