package ddbobserve

import "context"

type patternKey struct{}

// WithPattern returns a context whose requests belong to the access pattern called name: see [Request].Pattern. An inner name
// replaces an outer one.
func WithPattern(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, patternKey{}, name)
}

// PatternOf returns the name of the access pattern of the context, "" if there is none.
func PatternOf(ctx context.Context) string {
	name, _ := ctx.Value(patternKey{}).(string)
	return name
}
