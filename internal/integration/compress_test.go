package integration_test

import (
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// Compressed and plain values are read side by side, from the table and an index, and changed by each verb that writes them.
func TestCompressedValues(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		compress := func(threshold int) calendar {
			return newCalendar(func(e *Event, d *ddb.Definition) {
				d.Version(&e.Version)
				d.Compress(&e.Slug, threshold)
				d.Compress(&e.Labels, threshold)
				d.Compress(&e.Notes, threshold)
			})
		}
		writes, reads := compress(500), compress(math.MaxInt)
		db := env.Open(t, writes.table)
		repo := ddb.NewRepository(db, writes.events)
		other := ddb.NewRepository(ddb.New(env.Client, env.Table, reads.table, nil), reads.events)
		ctx, long := t.Context(), strings.Repeat("Nothing is \"settled\". ", 200)
		e := anEvent("1")
		e.Slug, e.Labels["long"], e.Notes = long, long, []string{long, "é"}
		want, err := repo.Create(ctx, e)
		require.NoError(t, err)
		stored, err := writes.events.Encode(want)
		require.NoError(t, err)
		for _, attr := range []string{"slug", "labels", "notes"} {
			assert.IsType(t, &types.AttributeValueMemberB{}, stored[attr])
		}
		for _, r := range []*ddb.Repository[Event]{repo, other, repo} {
			got, err := r.Get(ctx, Event{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, want, got)
			want, err = r.Modify(ctx, Event{ID: "1"}, func(e *Event) error { e.Slug += "!"; return nil })
			require.NoError(t, err)
			c := writes
			if r == other {
				c = reads
			}
			f := c.events.Fields()
			want, err = r.Update(ctx, Event{ID: "1"}, ddb.Set(&f.Labels, map[string]string{"long": want.Slug}), ddb.If(ddb.Present(&f.Slug)))
			require.NoError(t, err)
			env.Settles(t, func() bool {
				all, err := ddb.Collect(r.Query(ctx, c.events.On(c.byStatus, Event{Status: "open"})))
				return assert.NoError(t, err) && len(all) == 1 && all[0].Version == want.Version && assert.Equal(t, want, all[0])
			})
		}
		next := want
		next.Labels = map[string]string{"x": long, "y": ""}
		require.NoError(t, db.Transact(ctx, writes.events.Put(next), writes.events.CheckAbsent(Event{ID: "2"})))
		want.Labels, want.Version = next.Labels, want.Version+1
		got, err := other.Consistent().Get(ctx, want)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}
