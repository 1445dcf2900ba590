package ddb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/fault"
)

// VerifyTable compares the live table with the model and reports every difference: keys, indexes, projections, types
// of key attributes, TTL, and what is not ready: a table that is being created or deleted, an index that is still being
// built. The error joins one line for each, in the same order every time, and matches [ErrModel]; it is nil if there is
// none. Billing mode and stream are not part of the model. If there is no table the error matches [ErrNotFound].
//
// It costs two requests and no capacity. What DynamoDB says of a table may be some seconds old.
func (db *DB) VerifyTable(ctx context.Context) error {
	c, err := db.tables("verify table")
	if err != nil {
		return err
	}
	fail := func(err error) error { return fmt.Errorf("ddb: verify table %q: %w", db.name, err) }
	live, err := db.describe(ctx, c)
	if err != nil {
		return fail(err)
	}
	faults, _, err := db.differences(ctx, c, live)
	if err != nil {
		return fail(err)
	}
	if len(faults) == 0 {
		return nil
	}
	for i, fault := range faults {
		faults[i] = fail(fault)
	}
	return &fault.ModelError{Err: errors.Join(faults...)}
}

// differences returns how a live table differs from the model, TTL included, and that it is not ready, with the attribute
// that TTL is on for. It is the one comparison of those that verify, create and delete.
func (db *DB) differences(ctx context.Context, c tableClient, live *types.TableDescription) (faults []error, ttl string, err error) {
	faults = db.table.compare(live)
	if !serves(live) {
		return faults, "", nil
	}
	if ttl, err = db.liveTTL(ctx, c); err != nil {
		return nil, "", err
	}
	return append(faults, db.table.compareTTL(ttl)...), ttl, nil
}

// describe returns the live table. If there is none the error matches ErrNotFound.
func (db *DB) describe(ctx context.Context, c tableClient) (*types.TableDescription, error) {
	out, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &db.name})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return nil, fmt.Errorf("%w: %w", fault.ErrNotFound, err)
	}
	if err != nil {
		return nil, err
	}
	return out.Table, nil
}

// serves reports whether the table takes requests on items.
func serves(live *types.TableDescription) bool {
	return live.TableStatus == types.TableStatusActive || live.TableStatus == types.TableStatusUpdating
}

// liveTTL returns the attribute that TTL is on for, "" where it is off.
func (db *DB) liveTTL(ctx context.Context, c tableClient) (attr string, err error) {
	out, err := c.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &db.name})
	if err != nil {
		return "", fmt.Errorf("TTL: %w", err)
	}
	live := out.TimeToLiveDescription
	if live == nil || live.AttributeName == nil {
		return "", nil
	}
	switch live.TimeToLiveStatus {
	case types.TimeToLiveStatusEnabled, types.TimeToLiveStatusEnabling:
		return *live.AttributeName, nil
	default:
		return "", nil
	}
}

func (t *mTable) compareTTL(live string) []error {
	if live == t.ttl {
		return nil
	}
	on := func(attr string) string {
		if attr == "" {
			return "off"
		}
		return fmt.Sprintf("on attribute %q", attr)
	}
	return []error{fmt.Errorf("TTL is %s, in the model %s", on(live), on(t.ttl))}
}

// compare returns how a live table differs from the model, TTL aside, and that it is not ready.
func (t *mTable) compare(live *types.TableDescription) []error {
	v := verifier{table: t, live: live, types: map[string]types.ScalarAttributeType{}}
	switch {
	case serves(live):
	case live.TableStatus == types.TableStatusCreating:
		v.fault("the table is CREATING: wait until it is ACTIVE")
	case live.TableStatus == types.TableStatusDeleting:
		v.fault("the table is DELETING: create it anew when it is gone")
		return v.faults // its description is no longer complete
	default:
		v.fault("the table is %s: it takes no requests", live.TableStatus)
	}
	for _, a := range live.AttributeDefinitions {
		v.types[*a.AttributeName] = a.AttributeType
	}
	v.indexes()
	return v.faults
}

type verifier struct {
	table  *mTable
	live   *types.TableDescription
	types  map[string]types.ScalarAttributeType
	faults []error
}

func (v *verifier) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Errorf(format, args...))
}

// liveIndex is what global and local descriptions have in common.
type liveIndex struct {
	kind       indexKind
	schema     []types.KeySchemaElement
	projection *types.Projection
	status     types.IndexStatus
}

func (v *verifier) indexes() {
	v.index(v.table.primary, liveIndex{primaryIndex, v.live.KeySchema, nil, ""})
	live := map[string]liveIndex{}
	for _, g := range v.live.GlobalSecondaryIndexes {
		live[*g.IndexName] = liveIndex{globalIndex, g.KeySchema, g.Projection, g.IndexStatus}
	}
	for _, l := range v.live.LocalSecondaryIndexes {
		live[*l.IndexName] = liveIndex{localIndex, l.KeySchema, l.Projection, ""}
	}
	for _, ix := range v.table.indexes {
		have, ok := live[ix.name]
		if !ok {
			v.fault("%s: the table does not have this index", ix.name)
			continue
		}
		delete(live, ix.name)
		v.index(ix, have)
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		v.fault("%s: the model does not have this index", name)
	}
}

func (v *verifier) index(ix *mIndex, have liveIndex) {
	if have.kind != ix.kind {
		v.fault("%s: one of model and table has a global index, the other a local one", ix.name)
	}
	partition, sort := attributes(have.schema, types.KeyTypeHash), attributes(have.schema, types.KeyTypeRange)
	if !slices.Equal(partition, ix.partition) || !slices.Equal(sort, ix.sort) {
		v.fault("%s: the key is %v %v, in the model %v %v", ix.name, partition, sort, ix.partition, ix.sort)
		return
	}
	for _, attr := range ix.attrs() {
		if want, ok := v.table.keyTypes[attr]; ok && v.types[attr] != want {
			v.fault("%s: key attribute %q is of type %s, in the model %s", ix.name, attr, v.types[attr], want)
		}
	}
	switch have.status {
	case types.IndexStatusCreating:
		if serves(v.live) { // else it is made with the table
			v.fault("%s: the index is CREATING: wait until it is ACTIVE", ix.name)
		}
	case types.IndexStatusDeleting:
		v.fault("%s: the index is DELETING: create it anew when it is gone", ix.name)
	case types.IndexStatusActive, types.IndexStatusUpdating:
	}
	if have.projection == nil {
		return
	}
	want := ix.projected()
	got, wanted := slices.Sorted(slices.Values(have.projection.NonKeyAttributes)), slices.Sorted(slices.Values(want.NonKeyAttributes))
	if have.projection.ProjectionType != want.ProjectionType || !slices.Equal(got, wanted) {
		v.fault("%s: projects %s %v, in the model %s %v", ix.name, have.projection.ProjectionType, got, want.ProjectionType, wanted)
	}
}

func attributes(schema []types.KeySchemaElement, kind types.KeyType) (out []string) {
	for _, k := range schema {
		if k.KeyType == kind {
			out = append(out, *k.AttributeName)
		}
	}
	return out
}
