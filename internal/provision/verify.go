package provision

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/write"
)

// Verify compares the live table with the model and reports every difference, one line for each, in the same order
// every time. The error matches [fault.ErrModel]. Billing mode and stream are not part of the model.
func Verify(ctx context.Context, db *write.DB) error {
	c, err := db.Tables("verify table")
	if err != nil {
		return err
	}
	fail := func(err error) error { return fmt.Errorf("ddb: verify table %q: %w", db.Name, err) }
	live, err := db.Describe(ctx, c)
	if err != nil {
		return fail(err)
	}
	faults, _, err := differences(ctx, db, c, live)
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
func differences(ctx context.Context, db *write.DB, c call.TableClient, live *types.TableDescription) (faults []error, ttl string, err error) {
	faults = compareKeys(db.Table, live)
	if !serves(live) {
		return faults, "", nil
	}
	if ttl, err = liveTTL(ctx, db, c); err != nil {
		return nil, "", err
	}
	return append(faults, compareTTL(db.Table, ttl)...), ttl, nil
}

// serves reports whether the table takes requests on items.
func serves(live *types.TableDescription) bool {
	return live.TableStatus == types.TableStatusActive || live.TableStatus == types.TableStatusUpdating
}

// liveTTL returns the attribute that TTL is on for, "" where it is off.
func liveTTL(ctx context.Context, db *write.DB, c call.TableClient) (attr string, err error) {
	out, err := c.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &db.Name})
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

func compareTTL(t *model.Table, live string) []error {
	if live == t.TTL {
		return nil
	}
	on := func(attr string) string {
		if attr == "" {
			return "off"
		}
		return fmt.Sprintf("on attribute %q", attr)
	}
	return []error{fmt.Errorf("TTL is %s, in the model %s", on(live), on(t.TTL))}
}

// compareKeys returns how a live table differs from the model, TTL aside, and that it is not ready.
func compareKeys(t *model.Table, live *types.TableDescription) []error {
	v := verifier{table: t, live: live, types: map[string]types.ScalarAttributeType{}}
	switch {
	case serves(live):
	case live.TableStatus == types.TableStatusCreating:
		v.fault("the table is CREATING: wait until it is ACTIVE")
	case live.TableStatus == types.TableStatusDeleting:
		v.fault("the table is DELETING: create it again after that")
		return v.faults // its description is no longer complete
	default:
		v.fault("the table is %s: it takes no requests", live.TableStatus)
	}
	for _, a := range live.AttributeDefinitions {
		v.types[call.TextOf(a.AttributeName)] = a.AttributeType
	}
	v.indexes()
	return v.faults
}

type verifier struct {
	table  *model.Table
	live   *types.TableDescription
	types  map[string]types.ScalarAttributeType
	faults []error
}

func (v *verifier) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Errorf(format, args...))
}

// liveIndex is what global and local descriptions have in common.
type liveIndex struct {
	kind       model.IndexKind
	schema     []types.KeySchemaElement
	projection *types.Projection
	status     types.IndexStatus
}

func (v *verifier) indexes() {
	v.index(v.table.Primary, liveIndex{model.PrimaryIndex, v.live.KeySchema, nil, ""})
	live := map[string]liveIndex{}
	for _, g := range v.live.GlobalSecondaryIndexes {
		live[call.TextOf(g.IndexName)] = liveIndex{model.GlobalIndex, g.KeySchema, g.Projection, g.IndexStatus}
	}
	for _, l := range v.live.LocalSecondaryIndexes {
		live[call.TextOf(l.IndexName)] = liveIndex{model.LocalIndex, l.KeySchema, l.Projection, ""}
	}
	for _, ix := range v.table.Indexes {
		have, ok := live[ix.Name]
		if !ok {
			v.fault("%s: the table does not have this index", ix.Name)
			continue
		}
		delete(live, ix.Name)
		v.index(ix, have)
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		v.fault("%s: the model does not have this index", name)
	}
}

func (v *verifier) index(ix *model.Index, have liveIndex) {
	if have.kind != ix.Kind {
		v.fault("%s: one of model and table has a global index, the other a local one", ix.Name)
	}
	partition, sort := attributes(have.schema, types.KeyTypeHash), attributes(have.schema, types.KeyTypeRange)
	if !slices.Equal(partition, ix.Partition) || !slices.Equal(sort, ix.Sort) {
		v.fault("%s: the key is %v %v, in the model %v %v", ix.Name, partition, sort, ix.Partition, ix.Sort)
		return
	}
	for _, attr := range ix.Attrs() {
		if want, ok := v.table.KeyTypes[attr]; ok && v.types[attr] != want {
			v.fault("%s: key attribute %q is of type %s, in the model %s", ix.Name, attr, v.types[attr], want)
		}
	}
	switch have.status {
	case types.IndexStatusCreating:
		if serves(v.live) { // else it is made with the table
			v.fault("%s: the index is CREATING: wait until it is ACTIVE", ix.Name)
		}
	case types.IndexStatusDeleting:
		v.fault("%s: the index is DELETING: create it again after that", ix.Name)
	case types.IndexStatusActive, types.IndexStatusUpdating:
	}
	if have.projection == nil {
		return
	}
	want := ix.Projected()
	got, wanted := slices.Sorted(slices.Values(have.projection.NonKeyAttributes)), slices.Sorted(slices.Values(want.NonKeyAttributes))
	if have.projection.ProjectionType != want.ProjectionType || !slices.Equal(got, wanted) {
		v.fault("%s: projects %s %v, in the model %s %v", ix.Name, have.projection.ProjectionType, got, want.ProjectionType, wanted)
	}
}

func attributes(schema []types.KeySchemaElement, kind types.KeyType) (out []string) {
	for _, k := range schema {
		if k.KeyType == kind {
			out = append(out, call.TextOf(k.AttributeName))
		}
	}
	return out
}
