package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbsign"
)

const (
	tableName = "shop"
	pageSize  = 100
)

// contender is one way to do the work of a case. It returns its result, for the comparison with want.
type contender struct {
	name string
	run  func(context.Context) (any, error)
}

// benchCase is work that several contenders do. The first one is the reference.
type benchCase struct {
	name       string
	goal       string
	want       any
	writes     *dynamodb.Client // the table that all contenders leave in the same state, if they write
	contenders []contender
}

const (
	sdk   = "SDK + attributevalue"
	ours  = "ddb"
	attrs = "ddb, UseAttributeMaps"
	brief = "ddb, ddbsign"
	peer  = "guregu/dynamo v2"
)

// cases are all cases of a world. Each call of one makes it anew, with a table of its own.
func cases(w world) []func(world) benchCase {
	out := []func(world) benchCase{
		getCase, putCase, createCase, updateCase, updatePlainCase, upsertCase, modifyCase, takeCase, deleteCase,
		queryCase, gatherCase, scanCase, batchGetCase, batchWriteCase, transactGetCase, transactCase(3), transactCase(30),
		getLargeCase(5), putLargeCase(5), getLargeCase(100), putLargeCase(100),
	}
	if w.stored == nil {
		out = append(out, streamCase)
	}
	return out
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[V any](v V, err error) V {
	check(err)
	return v
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

var attributeMaps = &ddb.Options{UseAttributeMaps: true}

// signed returns a client of the same table with the signer of ddbsign.
func signed(client *dynamodb.Client) *dynamodb.Client {
	return dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.HTTPSignerV4, o.AuthSchemes = ddbsign.New(), nil // which have the signer of the client
	})
}

func repository[T any](client *dynamodb.Client, e *ddb.Entity[T], opts *ddb.Options) *ddb.Repository[T] {
	return ddb.NewRepository(ddb.New(client, tableName, Shop, opts), e)
}

func encoded[T any](e *ddb.Entity[T], its []T) []item {
	out := make([]item, len(its))
	for i, it := range its {
		out[i] = must(e.Encode(it))
	}
	return out
}

// verified makes a case for each contender and compares the results and, on an engine, what is stored then.
func verified(ctx context.Context, w world, of func(world) benchCase) error {
	var first []string
	for i := range of(w).contenders {
		c := of(w)
		if w.stored == nil || c.writes == nil {
			if err := c.verify(ctx, c.contenders[i]); err != nil {
				return err
			}
			continue
		}
		before := w.stored(ctx, c.writes)
		if err := c.verify(ctx, c.contenders[i]); err != nil {
			return err
		}
		after := w.stored(ctx, c.writes)
		switch {
		case i == 0:
			first = after
		case !reflect.DeepEqual(first, after):
			return fmt.Errorf("%s, %s: other items: %v where %v", c.name, c.contenders[i].name, after, first)
		}
		if reflect.DeepEqual(before, after) {
			return fmt.Errorf("%s, %s: it wrote nothing", c.name, c.contenders[i].name)
		}
	}
	return nil
}

// verify runs a contender once and compares its result.
func (c benchCase) verify(ctx context.Context, k contender) error {
	got, err := k.run(ctx)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", c.name, k.name, err)
	}
	want := c.want
	switch g := got.(type) { // not part of the measurement
	case int:
		want = reflect.ValueOf(c.want).Len()
	case []record:
		orders := make([]Order, len(g))
		for i := range g {
			orders[i] = g[i].Order
		}
		got = orders
	case []ddb.Lookup[Order]:
		orders := make([]Order, len(g))
		for i := range g {
			orders[i] = g[i].Item
		}
		got = orders
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("%s, %s: other results: %.300v where %.300v is stored", c.name, k.name, fmt.Sprint(got), fmt.Sprint(want))
	}
	return nil
}
