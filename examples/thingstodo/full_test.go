package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// fewer is the catalog with as many things and bookings as [full] writes. All things share an item collection, and all bookings.
func fewer() *ddbaccess.Catalog {
	c := *things.Patterns
	c.Volumes = slices.Clone(c.Volumes)
	for i, v := range c.Volumes {
		switch v.Entity.Name() {
		case things.Things.Name():
			c.Volumes[i].Items = 6 + 28 + 1 + 24
		case things.Bookings.Name():
			c.Volumes[i].Items = 1 + 39 + 2 + 1 + 2
			c.Volumes[i].Per = []ddbaccess.Per{{Index: things.ByOrganiser, Typical: 1 + 39}}
		}
	}
	return &c
}

// full adds to [things.Sample] what patterns find, up to the numbers of the catalog.
func full(ctx context.Context, db *ddb.DB) error {
	if err := things.Sample(ctx, db); err != nil {
		return err
	}
	var ops []ddb.Op
	add := func(n int, op func(id string) ddb.Op) {
		for range n {
			ops = append(ops, op(fmt.Sprintf("more-%d", len(ops))))
		}
	}
	thing := func(orgID string, status things.Status) func(string) ddb.Op {
		return func(id string) ddb.Op {
			return things.Things.Create(things.Thing{ID: id, OrgID: orgID, Status: status})
		}
	}
	booking := func(userID, orgID string, day things.Date) func(string) ddb.Op {
		return func(id string) ddb.Op {
			return things.Bookings.Create(things.Booking{ID: id, UserID: userID, ThingID: id, OrgID: orgID, Date: day, Status: things.Active})
		}
	}
	add(28, thing("scouts", things.Published))
	add(1, thing("scouts", things.Draft))
	add(24, thing("sailors", things.Pending))
	add(2, booking("ann", "sailors", 20261220))
	add(1, booking("ann", "sailors", 20261201))
	add(39, booking("bob", "scouts", 20261224))
	add(6, func(id string) ddb.Op { return things.Favourites.Create(things.Favourite{UserID: "ann", ThingID: id}) })
	return db.Batch(ctx, ops...)
}
