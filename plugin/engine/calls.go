package engine

import (
	"context"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
)

// Call is told how a call to the engine goes on.
type Call struct {
	Asked    func(path string) // its path, where that was not known when it began
	Answered func(status int)  // the answer begins
	Ended    func()            // it was read, or there is none; may be told twice
}

// WithCalls is a context whose calls to an engine begin is told of, when they begin,
// with the context of each. Those that the docker client makes of itself are among them,
// and those by which it gets a connection to a process, of which no end is told. It has
// all of them noted, through whatever the engine is reached, for it asks a context who
// wants to know: where none does, nothing is noted.
func WithCalls(ctx context.Context, begin func(ctx context.Context, method, path string) Call) context.Context {
	return trace.ContextWithSpan(ctx, asking{calls: callProvider{begin: begin}})
}

// asking is the span in which calls are noted. It has an identity, for without one it
// is not asked.
type asking struct {
	noop.Span
	calls callProvider
}

func (a asking) SpanContext() trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}})
}

func (a asking) TracerProvider() trace.TracerProvider { return a.calls }

// callProvider takes in what the docker client has noted.
type callProvider struct {
	embedded.TracerProvider
	begin func(ctx context.Context, method, path string) Call
}

func (t callProvider) Tracer(string, ...trace.TracerOption) trace.Tracer {
	return callTracer{begin: t.begin}
}

type callTracer struct {
	embedded.Tracer
	begin func(ctx context.Context, method, path string) Call
}

// Start begins a call, which is called "GET /v1.51/networks", or "HTTP POST" where a
// connection comes of it. The context is without the identity, or engines would be
// told of it.
func (t callTracer) Start(ctx context.Context, name string, o ...trace.SpanStartOption) (context.Context, trace.Span) {
	config := trace.NewSpanStartConfig(o...)
	before, after, _ := strings.Cut(name, " ")
	within := trace.ContextWithSpan(ctx, noop.Span{})
	switch {
	case config.SpanKind() != trace.SpanKindClient:
		return within, noop.Span{}
	case before == "HTTP":
		return within, &callSpan{call: t.begin(ctx, after, ""), asked: true}
	case strings.HasPrefix(after, "/"):
		return within, &callSpan{call: t.begin(ctx, before, after)}
	}
	return within, noop.Span{}
}

// callSpan is a call as the docker client notes it.
type callSpan struct {
	noop.Span
	call  Call
	asked bool // its path is still to come
}

func (s *callSpan) IsRecording() bool { return true }

func (s *callSpan) SetAttributes(all ...attribute.KeyValue) {
	for _, a := range all {
		switch a.Key {
		case "http.url", "url.full": // as of which release its names are
			if s.asked {
				s.call.Asked(pathOf(a.Value.AsString()))
			}
		case "http.status_code", "http.response.status_code":
			s.call.Answered(int(a.Value.AsInt64()))
		}
	}
}

// pathOf is the path of an address. The host of one may be a socket, which no other
// reader of addresses takes.
func pathOf(address string) string {
	if _, after, ok := strings.Cut(address, "://"); ok {
		address = after[max(0, strings.Index(after, "/")):]
	}
	address, _, _ = strings.Cut(address, "?")
	if path, err := url.PathUnescape(address); err == nil {
		return path
	}
	return address
}

func (s *callSpan) End(...trace.SpanEndOption) { s.call.Ended() }
