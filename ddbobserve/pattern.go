package ddbobserve

import "context"

type patternKey struct{}

// WithPattern returns a context whose requests belong to the access pattern called name.
func WithPattern(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, patternKey{}, name)
}

// PatternOf returns the name of the access pattern of the context, "" if there is none.
func PatternOf(ctx context.Context) string {
	name, _ := ctx.Value(patternKey{}).(string)
	return name
}
