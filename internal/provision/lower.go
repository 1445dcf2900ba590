package provision

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/write"
)

// Capacity is what a table, and each of its global indexes, is provisioned with. The zero Capacity is on demand.
type Capacity struct {
	Read, Write      int64
	InfrequentAccess bool // the table class
}

// OnDemand reports whether nothing is provisioned.
func (c Capacity) OnDemand() bool { return c.Read == 0 && c.Write == 0 }

// Into sets the capacity in the request that creates a table.
func (c Capacity) Into(in *dynamodb.CreateTableInput) {
	if c.InfrequentAccess {
		in.TableClass = types.TableClassStandardInfrequentAccess
	}
	if c.OnDemand() {
		return
	}
	in.BillingMode, in.ProvisionedThroughput = types.BillingModeProvisioned, c.units()
	for i := range in.GlobalSecondaryIndexes {
		in.GlobalSecondaryIndexes[i].ProvisionedThroughput = c.units()
	}
}

func (c Capacity) units() *types.ProvisionedThroughput {
	return &types.ProvisionedThroughput{ReadCapacityUnits: &c.Read, WriteCapacityUnits: &c.Write}
}

// Lower lowers the live table to a capacity, and waits until it is active. It raises nothing: units that are lower
// already stay. done is false if there was nothing to do, or nothing was done.
//
// AWS: "UpdateTable". The table class is changed in a request of its own.
func Lower(ctx context.Context, db *write.DB, to Capacity) (done bool, err error) {
	fail := func(err error) error { return fmt.Errorf("ddb: lower table %q: %w", db.Name, err) }
	c, err := db.Settings("lower table")
	if err != nil {
		return false, err
	}
	asked, refused := false, error(nil)
	for {
		live, err := settled(ctx, db, c)
		if err != nil {
			return done, fail(err)
		}
		in := to.class(db.Name, live)
		if in == nil {
			in = to.below(db.Name, live)
		}
		switch {
		case in == nil:
			return asked, nil
		case refused != nil:
			return done, fail(refused)
		}
		done = asked
		// An error may be of a request that was applied and whose response was lost, or of another program's at the same time:
		// then nothing is left to do.
		_, refused = c.UpdateTable(ctx, in)
		asked = true
	}
}

// settled returns the table once it and its indexes are active.
func settled(ctx context.Context, db *write.DB, c call.TableClient) (live *types.TableDescription, err error) {
	err = poll(ctx, "until it is active", func() (bool, error) {
		if live, err = db.Describe(ctx, c); err != nil {
			return false, err
		}
		for _, ix := range live.GlobalSecondaryIndexes {
			if ix.IndexStatus != types.IndexStatusActive {
				return false, nil
			}
		}
		return live.TableStatus == types.TableStatusActive, nil
	})
	return live, err
}

// class is the request that changes the table class, nil if it is as wanted.
func (c Capacity) class(name string, live *types.TableDescription) *dynamodb.UpdateTableInput {
	s := live.TableClassSummary
	if !c.InfrequentAccess || s != nil && s.TableClass == types.TableClassStandardInfrequentAccess {
		return nil
	}
	return &dynamodb.UpdateTableInput{TableName: &name, TableClass: types.TableClassStandardInfrequentAccess}
}

// below is the request that lowers the units, nil if none is higher.
func (c Capacity) below(name string, live *types.TableDescription) *dynamodb.UpdateTableInput {
	provisioned := live.BillingModeSummary == nil || live.BillingModeSummary.BillingMode == types.BillingModeProvisioned
	in := &dynamodb.UpdateTableInput{TableName: &name}
	switch {
	case c.OnDemand() && !provisioned:
		return nil
	case c.OnDemand():
		in.BillingMode = types.BillingModePayPerRequest
		return in
	case !provisioned:
		in.BillingMode = types.BillingModeProvisioned
	}
	in.ProvisionedThroughput = c.lowered(live.ProvisionedThroughput, provisioned)
	for _, ix := range live.GlobalSecondaryIndexes {
		if units := c.lowered(ix.ProvisionedThroughput, provisioned); units != nil {
			in.GlobalSecondaryIndexUpdates = append(in.GlobalSecondaryIndexUpdates, types.GlobalSecondaryIndexUpdate{
				Update: &types.UpdateGlobalSecondaryIndexAction{IndexName: ix.IndexName, ProvisionedThroughput: units},
			})
		}
	}
	if in.ProvisionedThroughput == nil && in.GlobalSecondaryIndexUpdates == nil {
		return nil
	}
	return in
}

// lowered returns the units to set, nil if those that are there are as low.
func (c Capacity) lowered(have *types.ProvisionedThroughputDescription, provisioned bool) *types.ProvisionedThroughput {
	if !provisioned || have == nil || have.ReadCapacityUnits == nil || have.WriteCapacityUnits == nil {
		return c.units()
	}
	low := Capacity{Read: min(c.Read, *have.ReadCapacityUnits), Write: min(c.Write, *have.WriteCapacityUnits)}
	if low.Read == *have.ReadCapacityUnits && low.Write == *have.WriteCapacityUnits {
		return nil
	}
	return low.units()
}
