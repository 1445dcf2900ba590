package graph

import (
	"cmp"
	"context"
	"encoding/json"
	stderrors "errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/errors"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// Options configures a service. The zero value of each field is its default.
type Options struct {
	Log    *slog.Logger // gets what clients are not told; default slog.Default
	Limits Limits
	DB     *ddb.Options
}

// Service runs operations on a table. It is safe for concurrent use.
type Service struct {
	store   *platform.Store
	schema  *graphql.Schema
	log     *slog.Logger
	limits  Limits
	running chan struct{}
}

// NewService returns a service on the table of that name. It makes its own store, whose client bounds the requests of each
// operation. Nil options are all defaults.
func NewService(client ddb.Client, table string, opts *Options) *Service {
	o := Options{}
	if opts != nil {
		o = *opts
	}
	store := platform.NewStore(ddb.New(bounded{client}, table, platform.Table, o.DB))
	s := &Service{store: store, log: cmp.Or(o.Log, slog.Default()), limits: o.Limits.withDefaults()}
	s.schema = parseSchema(s.log)
	s.running = make(chan struct{}, s.limits.Operations)
	return s
}

// Request is an operation with its variables.
type Request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"` // ignored
}

// Response is the result of an operation. Without Data it was refused or stopped.
type Response struct {
	Errors     []*errors.QueryError `json:"errors,omitempty"`
	Data       json.RawMessage      `json:"data,omitempty"`
	Extensions map[string]any       `json:"extensions,omitempty"`
}

// Run runs an operation. When ctx ends it stops to read.
func (s *Service) Run(ctx context.Context, r Request) *Response {
	ctx, meter := ddb.WithMeter(ctx)
	op := &session{store: s.store, schema: s.schema.AST(), limits: s.limits, meter: meter}
	op.loaded.Store(&loaded{})
	response := s.run(ctx, op, r)
	response.Extensions = map[string]any{"cost": op.cost()}
	if more := len(response.Errors) - maxErrors; more > 0 { // a short query can have thousands
		response.Errors = response.Errors[:maxErrors]
		response.Extensions["errorsLeftOut"] = more
	}
	return response
}

func (s *Service) run(ctx context.Context, op *session, r Request) *Response {
	ctx, stop := context.WithTimeout(ctx, s.limits.Time)
	defer stop()
	select {
	case s.running <- struct{}{}:
		defer func() { <-s.running }()
	case <-ctx.Done():
		return refused(&Error{Code: Busy, Text: "too many operations run at once: try again later"})
	}
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	op.abort = abort

	got := s.schema.Exec(context.WithValue(ctx, sessionKey{}, op), r.Query, r.OperationName, r.Variables)
	if cause := context.Cause(ctx); cause != nil {
		return s.finish(ctx, op, refused(op.stopped(cause)))
	}
	return s.finish(ctx, op, &Response{Errors: got.Errors, Data: got.Data})
}

// finish gives each error its code, and logs what clients are not told.
func (s *Service) finish(ctx context.Context, op *session, r *Response) *Response {
	for _, e := range r.Errors {
		own := explainQuery(e, op.valid)
		e.Message, e.Extensions = own.Text, own.Extensions()
		if own.Code == Internal {
			s.log.ErrorContext(ctx, "an operation failed", "path", e.Path, "error", cmp.Or[error](own.Err, own))
		}
		if e.Path == nil && op.requests() == 0 && (own.Code == BadQuery || own.Code == TooComplex || own.Code == BadInput) {
			r.Data = nil // it did not begin
		}
	}
	return r
}

func refused(e *Error) *Response {
	return &Response{Errors: []*errors.QueryError{{Message: e.Text, Extensions: e.Extensions(), ResolverError: e}}}
}

// explainQuery returns the error of a field, or of the whole document, as the client gets it. What graphql-go says of the
// type of a variable, and of a document that was valid for it, has types of Go: it is left out.
func explainQuery(e *errors.QueryError, valid bool) *Error {
	switch {
	case e.ResolverError != nil:
		return explain(e.ResolverError)
	case stderrors.Is(e.Err, graphql.ErrTooManySelections), e.Rule == "MaxDepthExceeded", e.Rule == "OverlapValidationLimitExceeded",
		strings.HasPrefix(e.Message, "query length "):
		return &Error{Code: TooComplex, Text: e.Message}
	case strings.HasPrefix(e.Message, "graphql-ws "):
		return &Error{Code: BadQuery, Text: "there are no subscriptions"}
	case e.Rule == "VariablesOfCorrectType" && strings.Contains(e.Message, " invalid type "):
		return &Error{Code: BadInput, Text: misfit(e.Message), Err: e}
	case e.Path == nil && valid:
		return &Error{Code: BadQuery, Text: "a value does not fit its type", Err: e}
	case e.Path == nil:
		return &Error{Code: BadQuery, Text: e.Message}
	}
	return explain(e)
}

// misfit is the text for a variable, or a member of one, whose name is the first thing that message quotes.
func misfit(message string) string {
	if parts := strings.SplitN(message, `"`, 3); len(parts) == 3 {
		return fmt.Sprintf("variables: %q does not fit its type", parts[1])
	}
	return "a variable does not fit its type"
}
