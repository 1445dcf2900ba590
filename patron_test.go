package ddb_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Patron is an entity of tests that break a promise at one place: what it declares is up to them.
type Patron struct {
	ID      string `dynamodbav:"-"`
	Email   string `dynamodbav:"email"`
	Note    string `dynamodbav:"note"`
	N       int    `dynamodbav:"n"`
	Version int64  `dynamodbav:"version"`
}

// patrons is a table of patrons, and a client of it that can be interrupted.
type patrons struct {
	engine *ddbmem.Engine
	client *interrupted
	db     *ddb.DB
	entity *ddb.Entity[Patron]
	repo   *ddb.Repository[Patron]
	f      *Patron
}

// Declarations of patrons.
func patronVersion(x *Patron, d *ddb.Definition) { d.Version(&x.Version) }
func patronUnique(x *Patron, d *ddb.Definition)  { d.Unique("email", ddb.Fold(&x.Email)) }
func patronHistory(x *Patron, d *ddb.Definition) {
	d.Version(&x.Version)
	d.History(ddb.Key(ddb.Prefix("patron#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&x.Version, 8)))
}

func definePatrons(declare ...func(*Patron, *ddb.Definition)) (*ddb.Table, *ddb.Entity[Patron]) {
	table := ddb.NewTable("pk", "sk")
	return table, ddb.MustDefine(table, "patron", func(x *Patron, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("patron#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		for _, f := range declare {
			f(x, d)
		}
	})
}

func openPatrons(t *testing.T, declare ...func(*Patron, *ddb.Definition)) *patrons {
	t.Helper()
	return openPatronsOn(t, ddbmem.New(), nil, declare...)
}

// openPatronsOn opens the patrons on an engine that may have them already, as another program would.
func openPatronsOn(t *testing.T, engine *ddbmem.Engine, opts *ddb.Options, declare ...func(*Patron, *ddb.Definition)) *patrons {
	t.Helper()
	table, entity := definePatrons(declare...)
	a := &patrons{engine: engine, entity: entity, f: entity.Fields()}
	a.client = &interrupted{Client: engine.Client(impatient)}
	a.db = ddb.New(a.client, "patrons", table, opts)
	a.repo = ddb.NewRepository(a.db, entity)
	if err := a.db.CreateTable(t.Context()); err != nil {
		require.ErrorIs(t, err, ddb.ErrExists)
	}
	return a
}

// other is the same program in another process.
func (a *patrons) other() *ddb.Repository[Patron] {
	return ddb.NewRepository(ddb.New(a.engine.Client(impatient), a.db.Name(), a.db.Table(), nil), a.entity)
}

// impatient makes a client retry at once.
func impatient(o *dynamodb.Options) {
	o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) { so.MaxBackoff = time.Millisecond })
}

// interrupted is a client in which another process gets in between: each func is called once, and the one that it leaves in
// its place the next time.
type interrupted struct {
	*dynamodb.Client
	afterGet, beforeUpdate, beforeTransaction func()
}

func once(f *func()) {
	if g := *f; g != nil {
		*f = nil
		g()
	}
}

func (c *interrupted) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := c.Client.GetItem(ctx, in, o...)
	once(&c.afterGet)
	return out, err
}

func (c *interrupted) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	once(&c.beforeUpdate)
	return c.Client.UpdateItem(ctx, in, o...)
}

func (c *interrupted) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	once(&c.beforeTransaction)
	return c.Client.TransactWriteItems(ctx, in, o...)
}

// script makes the requests of an operation go wrong in this order, and those that follow go well.
func script(operation string, faults ...ddbmem.Fault) ddbmem.Faults {
	var n atomic.Int64
	return ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation != operation || c.Item {
			return ddbmem.Pass
		}
		if i := int(n.Add(1)) - 1; i < len(faults) {
			return faults[i]
		}
		return ddbmem.Pass
	}}
}

// forever is a fault that does not end.
func forever(first []ddbmem.Fault, then ddbmem.Fault) []ddbmem.Fault {
	for range 200 {
		first = append(first, then)
	}
	return first
}

// onlyKey returns the table key of an item.
func onlyKey(attrs map[string]types.AttributeValue) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"]}
}
