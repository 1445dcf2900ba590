package tables_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/cookbook/tables"
)

// The job dies after each of its requests, and is called again. Then nothing of the tenant is left, the library's own items
// included, and all of the other tenant is there.
func TestATenantIsDeletedAndNoOther(t *testing.T) {
	t.Parallel()
	noPause := func(context.Context, float64) error { return nil }
	for kill := int64(1); ; kill++ {
		engine := ddbmem.New()
		client := engine.Client()
		db := ddb.New(client, "tenants", tables.TenantTable, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		seed(t, db, "acme-2") // its name begins with that of the other
		before := raw(t, client)
		seed(t, db, "acme")
		require.NoError(t, db.Do(t.Context(), tables.CloseTenant("acme")))

		ctx, die := context.WithCancel(t.Context())
		var requests atomic.Int64
		dying := ddb.New(client, "tenants", tables.TenantTable, &ddb.Options{Observe: func(context.Context, *ddbobserve.Request) {
			if requests.Add(1) == kill {
				die()
			}
		}})
		_, err := tables.DeleteTenant(ctx, dying, "acme", noPause)
		die()
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			if _, err = tables.DeleteTenant(t.Context(), db, "acme", noPause); !errors.Is(err, ddb.ErrNotFound) {
				require.NoError(t, err)
			}
		}
		require.True(t, slices.Equal(before, raw(t, client)), "killed after request %d", kill)
		if requests.Load() < kill {
			assert.Greater(t, kill, int64(10))
			return
		}
	}
}

// Note is an entity that DeleteTenant does not know.
type Note struct {
	Tenant string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
}

var notes = ddb.MustDefine(tables.TenantTable, "note", func(n *Note, d *ddb.Definition) {
	d.Primary(ddb.Key(ddb.Prefix("tenant#"), ddb.Str(&n.Tenant)), ddb.Key(ddb.Prefix("zz-note#"), ddb.Str(&n.ID)))
})

func TestATenantWithItemsOfANewEntityIsNotDeleted(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	db := ddb.New(client, "tenants", tables.TenantTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	seed(t, db, "acme")
	require.NoError(t, db.Do(t.Context(), tables.CloseTenant("acme")))
	require.NoError(t, db.Do(t.Context(), notes.Put(Note{"acme", "1"})))
	_, err := tables.DeleteTenant(t.Context(), db, "acme", tables.Pace(1e9))
	require.ErrorContains(t, err, "a tables_test.Note is left")
	require.NoError(t, db.Do(t.Context(), notes.Delete(Note{"acme", "1"})))
	_, err = tables.DeleteTenant(t.Context(), db, "acme", tables.Pace(1e9))
	require.NoError(t, err)
	assert.Empty(t, raw(t, client))
}

func TestAnOpenTenantIsNotDeleted(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	db := ddb.New(client, "tenants", tables.TenantTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	seed(t, db, "acme")
	before := raw(t, client)
	_, err := tables.DeleteTenant(t.Context(), db, "acme", tables.Pace(100))
	require.ErrorContains(t, err, "close it first")
	assert.True(t, slices.Equal(before, raw(t, client)))
}

func TestAPauseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, tables.Pace(1)(ctx, 3600), context.Canceled)
	assert.NoError(t, tables.Pace(1e9)(t.Context(), 1))
}

// seed writes a tenant with two members, two projects and their tasks.
func seed(t *testing.T, db *ddb.DB, tenant string) {
	ops := []ddb.Op{tables.Tenants.Create(tables.Tenant{ID: tenant})}
	for i := range 2 {
		project := fmt.Sprint("p", i)
		ops = append(ops, tables.Projects.Create(tables.Project{Tenant: tenant, ID: project}),
			tables.Members.Create(tables.Member{Tenant: tenant, ID: project, Email: project + "@" + tenant}))
		for n := range 30 {
			ops = append(ops, tables.Tasks.Put(tables.Task{Tenant: tenant, Project: project, ID: fmt.Sprint(n)}))
		}
	}
	require.NoError(t, db.Batch(t.Context(), ops...))
}

// raw is all items of the table, with those of the library's own.
func raw(t *testing.T, client *dynamodb.Client) (items []string) {
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: new("tenants")})
	require.NoError(t, err)
	for _, item := range out.Items {
		text, err := json.Marshal(item)
		require.NoError(t, err)
		items = append(items, string(text))
	}
	slices.Sort(items)
	return items
}
