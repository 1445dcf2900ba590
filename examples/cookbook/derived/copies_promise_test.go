package derived_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/derived"
)

// A depot is renamed after a program has read its name for a new vehicle, and the view has written all copies before that
// vehicle is there. It has the new name all the same.
func TestNoVehicleKeepsAnOldName(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "fleet", derived.FleetTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	require.NoError(t, db.Do(ctx, derived.Depots.Create(derived.Depot{ID: "d", Name: "North"})))
	require.NoError(t, derived.AddVehicle(ctx, db, derived.Vehicle{Depot: "d", ID: "1"}))
	mux := ddb.NewMux(derived.FleetTable, nil)
	mux.Maintain(db, derived.DepotNames)
	reader := ddbstream.NewReader(engine.StreamsClient(), "fleet", mux, &ddbstream.MemoryStore{}, nil)

	renaming := &renames{Client: engine.Client(), rename: func() {
		assert.NoError(t, db.Do(ctx, derived.RenameDepot("d", "Harbour")))
		assert.NoError(t, reader.Drain(ctx))
	}}
	err := derived.AddVehicle(ctx, ddb.New(renaming, "fleet", derived.FleetTable, nil), derived.Vehicle{Depot: "d", ID: "2"})
	require.NoError(t, err)
	require.NoError(t, reader.Drain(ctx))

	found, err := ddb.Collect(ddb.NewRepository(db, derived.Vehicles).Query(ctx, derived.VehiclesOf("d")))
	require.NoError(t, err)
	require.Len(t, found, 2)
	for _, v := range found {
		assert.Equal(t, "Harbour", v.DepotName, v.ID)
	}
}

// renames does rename before the first transaction.
type renames struct {
	*dynamodb.Client
	rename func()
}

func (c *renames) TransactWriteItems(
	ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options),
) (*dynamodb.TransactWriteItemsOutput, error) {
	if f := c.rename; f != nil {
		c.rename = nil
		f()
	}
	return c.Client.TransactWriteItems(ctx, in, o...)
}

// A name may be empty, and a depot may go before its vehicles, which keep its last name.
func TestVehiclesFollowAnEmptyNameAndSurviveTheirDepot(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "fleet", derived.FleetTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	mux := ddb.NewMux(derived.FleetTable, nil)
	mux.Maintain(db, derived.DepotNames)
	reader := ddbstream.NewReader(engine.StreamsClient(), "fleet", mux, &ddbstream.MemoryStore{}, nil)
	require.NoError(t, db.Do(ctx, derived.Depots.Create(derived.Depot{ID: "d", Name: "North"})))
	require.NoError(t, derived.AddVehicle(ctx, db, derived.Vehicle{Depot: "d", ID: "1"}))
	for _, want := range []string{"", "Harbour"} {
		require.NoError(t, db.Do(ctx, derived.RenameDepot("d", want)))
		require.NoError(t, reader.Drain(ctx))
		v, err := ddb.NewRepository(db, derived.Vehicles).Get(ctx, derived.Vehicle{Depot: "d", ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, want, v.DepotName)
	}
	require.NoError(t, db.Do(ctx, derived.Depots.Delete(derived.Depot{ID: "d"})))
	require.NoError(t, reader.Drain(ctx))
	v, err := ddb.NewRepository(db, derived.Vehicles).Get(ctx, derived.Vehicle{Depot: "d", ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, "Harbour", v.DepotName)
}
