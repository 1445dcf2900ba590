// Package tables has the recipes of whole tables: many items at once.
package tables

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
)

// Tenant is a customer of the service. Its members and projects are in its partition, and the tasks of each project in another.
type Tenant struct {
	ID      string `dynamodbav:"-"`
	Closing bool   `dynamodbav:"closing"`
}

// Member signs in with an email address, of which there is one in all tenants.
type Member struct {
	Tenant string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
	Email  string `dynamodbav:"email"`
}

// Project is a project of a tenant.
type Project struct {
	Tenant string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
}

// Task is a task of a project.
type Task struct {
	Tenant  string `dynamodbav:"-"`
	Project string `dynamodbav:"-"`
	ID      string `dynamodbav:"-"`
	Text    string `dynamodbav:"text"`
}

// The table of tenants, and its entities. All that a tenant has is found from its own partition: the projects in it lead to the
// tasks. An item that only a scan finds would be left.
var (
	TenantTable = ddb.NewTable("pk", "sk")

	Tenants = ddb.MustDefine(TenantTable, "tenant", func(t *Tenant, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("tenant#"), ddb.Str(&t.ID)), ddb.Key(ddb.Prefix("about")))
	})
	Members = ddb.MustDefine(TenantTable, "member", func(m *Member, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("tenant#"), ddb.Str(&m.Tenant)), ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID)))
		d.Unique("email", ddb.Str(&m.Email))
	})
	Projects = ddb.MustDefine(TenantTable, "project", func(p *Project, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("tenant#"), ddb.Str(&p.Tenant)), ddb.Key(ddb.Prefix("project#"), ddb.Str(&p.ID)))
	})
	Tasks = ddb.MustDefine(TenantTable, "task", func(t *Task, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("tasks#"), ddb.Str(&t.Tenant), ddb.Prefix("#"), ddb.Str(&t.Project)),
			ddb.Key(ddb.Prefix("task#"), ddb.Str(&t.ID)))
	})
)

// CloseTenant marks a tenant, whose requests the service refuses from then on.
func CloseTenant(id string) ddb.Op {
	return Tenants.Update(Tenant{ID: id}, ddb.Set(&Tenants.Fields().Closing, true))
}

// DeleteTenant deletes all that a tenant has, and returns the number of items. Close the tenant, and wait until the requests
// that began before are done. If DeleteTenant ends early, or the program does, call it again: what leads to other items is
// deleted after them, so that it finds the rest. A tenant that is not there any more is [ddb.ErrNotFound].
//
// It deletes with the verbs of the entities, not by raw keys: so what the library keeps beside an item, such as the email
// address of a member, goes with it. Versions of an entity with a History stay, and so do items whose TTL has passed, until
// DynamoDB deletes them.
func DeleteTenant(ctx context.Context, db *ddb.DB, id string, pace func(ctx context.Context, units float64) error) (deleted int, err error) {
	tenant, err := ddb.NewRepository(db, Tenants).Consistent().Get(ctx, Tenant{ID: id})
	if err != nil {
		return 0, err
	}
	if !tenant.Closing {
		return 0, fmt.Errorf("tenant %s is open: close it first", id)
	}
	erasing := eraser{db, pace, &deleted}
	for p, err := range ddb.NewRepository(db, Projects).Consistent().Query(ctx, Projects.Query(Project{Tenant: id})) {
		if err != nil {
			return deleted, err
		}
		if err := erase(ctx, erasing, Tasks.Query(Task{Tenant: id, Project: p.ID})); err != nil {
			return deleted, err
		}
	}
	if err := erase(ctx, erasing, Projects.Query(Project{Tenant: id})); err != nil {
		return deleted, err
	}
	if err := erase(ctx, erasing, Members.Query(Member{Tenant: id})); err != nil {
		return deleted, err
	}
	// Entities that were added to the model later, and not here, must not be forgotten.
	for left, err := range db.Consistent().Items(ctx, Tenants.Query(Tenant{ID: id}).Collection()) {
		if err != nil {
			return deleted, err
		}
		if _, ok := left.(Tenant); !ok {
			return deleted, fmt.Errorf("tenant %s: a %T is left", id, left)
		}
	}
	if err := db.Do(ctx, Tenants.Delete(tenant)); err != nil {
		return deleted, err
	}
	return deleted + 1, nil
}

// eraser is what erase needs beside the query.
type eraser struct {
	db      *ddb.DB
	pace    func(ctx context.Context, units float64) error
	deleted *int
}

// erase deletes the items of a query of the table, 25 at a time, which is what one request deletes. A global index lags, and
// has no consistent reads: it may not have the last items yet.
func erase[T any](ctx context.Context, e eraser, q ddb.Query[T]) error {
	items := ddb.NewRepository(e.db, q.Entity()).Consistent()
	for {
		metered, meter := ddb.WithMeter(ctx)
		page, err := items.Page(metered, q.Limit(25), "")
		if err != nil || len(page.Items) == 0 {
			return err
		}
		var ops []ddb.Op
		for _, item := range page.Items {
			ops = append(ops, q.Entity().Delete(item))
		}
		if err := e.db.Batch(metered, ops...); err != nil {
			return err
		}
		*e.deleted += len(ops)
		if err := e.pace(ctx, meter.Total().Read+meter.Total().Write); err != nil {
			return err
		}
	}
}

// Pace waits after each request so that a job takes at most so many units a second, and leaves the rest to others.
func Pace(perSecond float64) func(ctx context.Context, units float64) error {
	return func(ctx context.Context, units float64) error {
		timer := time.NewTimer(time.Duration(units / perSecond * float64(time.Second)))
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
