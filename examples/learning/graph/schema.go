// Package graph serves the learning platform as GraphQL, with what each operation cost in its response. Fields that
// belong to one partition are read with one request, each partition once, and only what is selected is read.
package graph

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/errors"
	"github.com/graph-gophers/graphql-go/introspection"
)

// Schema is the schema, in GraphQL's own language.
//
//go:embed schema.graphql
var Schema string

// resolvers are the roots of the schema.
type resolvers struct{}

func (resolvers) Query() *query       { return &query{} }
func (resolvers) Mutation() *mutation { return &mutation{} }

func parseSchema(log *slog.Logger) *graphql.Schema {
	schema := graphql.MustParseSchema(Schema, resolvers{},
		graphql.UseStringDescriptions(), graphql.UseFieldResolvers(),
		graphql.MaxQueryLength(maxQuery), graphql.MaxDepth(maxDepth), graphql.MaxSelections(maxSelections),
		graphql.OverlapValidationLimit(maxOverlaps), graphql.MaxParallelism(parallel),
		graphql.Tracer(tracer{}), graphql.Logger(panics{log}), graphql.PanicHandler(panics{log}))
	if err := checkApart(schema.AST()); err != nil {
		panic(err) // as for a field without a resolver
	}
	return schema
}

// tracer sees each operation and each field before they are resolved.
type tracer struct{}

// TraceQuery ends the operation if a variable does not fit its type, or the document is refused.
func (tracer) TraceQuery(ctx context.Context, query, name string, variables map[string]any, types map[string]*introspection.Type) (context.Context, func([]*errors.QueryError)) {
	s := of(ctx)
	s.valid = true
	if err := cmp.Or(checkVariables(variables, types), checkDocument(query, name, variables, s.limits.Writes)); err != nil {
		s.abort(err)
	}
	return ctx, func([]*errors.QueryError) {}
}

// TraceField counts the field.
func (tracer) TraceField(ctx context.Context, _, _, _ string, _ bool, _ map[string]any) (context.Context, func(*errors.QueryError)) {
	of(ctx).resolving()
	return ctx, func(*errors.QueryError) {}
}

// panics turns the panic of a resolver into an error of its field.
type panics struct{ log *slog.Logger }

// LogPanic logs the panic.
func (p panics) LogPanic(ctx context.Context, value any) {
	p.log.ErrorContext(ctx, "a resolver panicked", "value", fmt.Sprint(value), "stack", string(debug.Stack()))
}

// MakePanicError returns the error for the client, which does not say more.
func (p panics) MakePanicError(context.Context, any) *errors.QueryError {
	e := explain(errBroken)
	return &errors.QueryError{Message: e.Text, ResolverError: e}
}
