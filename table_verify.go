package ddb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// VerifyTable compares the live table with the model and reports every difference: keys, indexes, projections, types
// of key attributes, TTL, and an index that is still being built. The error joins one line for each and matches
// [ErrModel]; it is nil if there is none. Billing mode and stream are not part of the model. If there is no table the
// error matches [ErrNotFound].
func (db *DB) VerifyTable(ctx context.Context) error {
	c, err := db.tables("verify table")
	if err != nil {
		return err
	}
	out, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &db.name})
	if err != nil {
		if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
			err = fmt.Errorf("%w: %w", ErrNotFound, err)
		}
		return fmt.Errorf("ddb: verify table %q: %w", db.name, err)
	}
	ttl, err := c.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &db.name})
	if err != nil {
		return fmt.Errorf("ddb: verify table %q: TTL: %w", db.name, err)
	}
	v := verifier{table: db.table, name: db.name, live: out.Table, types: map[string]types.ScalarAttributeType{}}
	for _, a := range out.Table.AttributeDefinitions {
		v.types[*a.AttributeName] = a.AttributeType
	}
	v.indexes()
	v.ttl(ttl.TimeToLiveDescription)
	if len(v.faults) == 0 {
		return nil
	}
	return &modelError{errors.Join(v.faults...)}
}

type verifier struct {
	table  *Table
	name   string
	live   *types.TableDescription
	types  map[string]types.ScalarAttributeType
	faults []error
}

func (v *verifier) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Errorf("ddb: verify table %q: %w", v.name, fmt.Errorf(format, args...)))
}

// liveIndex is what global and local descriptions have in common.
type liveIndex struct {
	kind       indexKind
	schema     []types.KeySchemaElement
	projection *types.Projection
	status     types.IndexStatus
}

func (v *verifier) indexes() {
	live := map[string]liveIndex{"primary": {primaryIndex, v.live.KeySchema, nil, ""}}
	for _, g := range v.live.GlobalSecondaryIndexes {
		live[*g.IndexName] = liveIndex{globalIndex, g.KeySchema, g.Projection, g.IndexStatus}
	}
	for _, l := range v.live.LocalSecondaryIndexes {
		live[*l.IndexName] = liveIndex{localIndex, l.KeySchema, l.Projection, ""}
	}
	for _, ix := range v.table.all() {
		have, ok := live[ix.name]
		if !ok {
			v.fault("%s: the table does not have this index", ix.name)
			continue
		}
		delete(live, ix.name)
		v.index(ix, have)
	}
	for name := range live {
		v.fault("%s: the model does not have this index", name)
	}
}

func (v *verifier) index(ix *Index, have liveIndex) {
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
	if have.status != "" && have.status != types.IndexStatusActive {
		v.fault("%s: the index is %s: wait until it is ACTIVE", ix.name, have.status)
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

func (v *verifier) ttl(live *types.TimeToLiveDescription) {
	have := ""
	if live != nil && live.AttributeName != nil &&
		(live.TimeToLiveStatus == types.TimeToLiveStatusEnabled || live.TimeToLiveStatus == types.TimeToLiveStatusEnabling) {
		have = *live.AttributeName
	}
	if have != v.table.ttl {
		v.fault("TTL is on attribute %q, in the model on %q", have, v.table.ttl)
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
