package apptest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// Patterns runs the catalog of an example on each engine. Each pattern must be one request, or the operations in several, which
// has the others by name. No request scans or filters. All engines must get the same requests, return as many items, and charge
// the same, but for transactions where the engine counts them in another way. An engine without what a pattern needs must reject
// that pattern.
func Patterns(t *testing.T, e app.Example, several map[string]string) {
	t.Helper()
	want, err := e.Patterns.Measure(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	for _, p := range want.Patterns {
		var operations []string
		for _, q := range p.Requests {
			operations = append(operations, strings.Repeat(q.Operation+" ", q.Pages))
			assert.NotEqual(t, "Scan", q.Operation, p.Name)
			assert.Empty(t, q.Filter, p.Name)
		}
		made := strings.TrimSpace(strings.Join(operations, ""))
		if others, ok := several[p.Name]; ok {
			assert.Equal(t, others, made, p.Name)
			continue
		}
		assert.NotContains(t, made, " ", "%s: more than one request", p.Name)
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c, rejected := possible(e, env)
		for _, p := range rejected {
			requireRejected(t, env, c, p)
		}
		have, err := c.Measure(t.Context(), env.Client)
		require.NoError(t, err)
		others := slices.DeleteFunc(slices.Clone(want.Patterns), func(p ddbaccess.Result) bool {
			return slices.ContainsFunc(rejected, func(r *ddbaccess.Pattern) bool { return r.Name() == p.Name })
		})
		require.Len(t, have.Patterns, len(others))
		for i, p := range have.Patterns {
			assert.Equal(t, common(env, others[i]), common(env, p), p.Name)
		}
	})
}

// possible is the catalog without the patterns that the engine lacks something for. Its seed waits for the indexes.
func possible(e app.Example, env *integration.Env) (c *ddbaccess.Catalog, rejected []*ddbaccess.Pattern) {
	less := *e.Patterns
	less.Seed = func(ctx context.Context, db *ddb.DB) error {
		err := e.Patterns.Seed(ctx, db)
		env.CatchUp()
		return err
	}
	less.Patterns = nil
	for _, p := range e.Patterns.Patterns {
		if needs, ok := e.Needs[p.Name()]; ok && !env.Has(needs) {
			rejected = append(rejected, p)
			continue
		}
		less.Patterns = append(less.Patterns, p)
	}
	return &less, rejected
}

// requireRejected requires that the engine finds the request of the pattern wrong.
func requireRejected(t *testing.T, env *integration.Env, c *ddbaccess.Catalog, p *ddbaccess.Pattern) {
	t.Helper()
	db := env.Open(t, c.Table)
	require.NoError(t, c.Seed(t.Context(), db))
	_, err := p.Run(t.Context(), db, nil)
	var api smithy.APIError
	require.True(t, errors.As(err, &api), "%s: %v", p.Name(), err)
	assert.Equal(t, "ValidationException", api.ErrorCode(), p.Name())
}

// common is what all engines have in common.
func common(env *integration.Env, p ddbaccess.Result) any {
	type request struct {
		Operation, Index string
		Keys             []string
		Pages, Items     int
		Measured         ddbaccess.Units
	}
	all := []any{p.Items}
	add := func(requests []ddbaccess.Request) {
		for _, q := range requests {
			r := request{q.Operation, q.Index, q.Keys, q.Pages, q.Items, q.Measured}
			if strings.HasPrefix(q.Operation, "Transact") && !env.Has(capability.TransactionCapacity) {
				r.Measured = ddbaccess.Units{}
			}
			all = append(all, r)
		}
	}
	add(p.Requests)
	for _, d := range p.Derived {
		all = append(all, d.View)
		add(d.Requests)
	}
	return all
}
