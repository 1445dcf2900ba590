package tables

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// DeleteATenant deletes one of two tenants.
var DeleteATenant = recipe.Recipe{
	Name:    "delete-tenant",
	Problem: "A customer leaves, and all that it has must go, from a table that others use meanwhile",
	Pattern: "Query and delete its partitions, in batches at a pace, each item before what leads to it: so the job can begin again.",
	Not:     "Tenants come and go by the hour, or need proof of deletion: then give each a table of its own, and drop it.",
	Costs:   []string{"delete the tenant"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, TenantTable, nil)
		if err != nil {
			return err
		}
		for _, tenant := range []string{"acme", "zoo"} {
			ops := []ddb.Op{Tenants.Create(Tenant{ID: tenant})}
			for i := range 3 {
				project := fmt.Sprint("p", i)
				ops = append(ops, Projects.Create(Project{tenant, project}),
					Members.Create(Member{tenant, fmt.Sprint("m", i), fmt.Sprintf("m%d@%s.example", i, tenant)}))
				for n := range 40 {
					ops = append(ops, Tasks.Put(Task{tenant, project, fmt.Sprint(n), "to do"}))
				}
			}
			if err := db.Batch(ctx, ops...); err != nil {
				return err
			}
		}
		pauses, paced := 0, 0.0
		pace := func(ctx context.Context, units float64) error { // as Pace does, without waiting
			pauses, paced = pauses+1, paced+units
			return ctx.Err()
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"close the tenant", func(ctx context.Context) (string, error) { return "", db.Do(ctx, CloseTenant("acme")) }},
			{"delete the tenant", func(ctx context.Context) (string, error) {
				n, err := DeleteTenant(ctx, db, "acme", pace)
				return fmt.Sprintf("%d items", n), err
			}},
			{"delete it again", func(ctx context.Context) (string, error) {
				_, err := DeleteTenant(ctx, db, "acme", pace)
				if errors.Is(err, ddb.ErrNotFound) {
					return "it is gone", nil
				}
				return "", err
			}},
			{"an email address of it is free", func(ctx context.Context) (string, error) {
				return "", db.Do(ctx, Members.Create(Member{"zoo", "new", "m0@acme.example"}))
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		r.Say("at 100 units a second: %d pauses, %.1f s in all", pauses, paced/100)
		return nil
	},
}
