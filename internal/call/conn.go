package call

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// Conn is one physical table behind a client. Every request of the library is made by one of its methods, which meter it. Safe for
// concurrent use.
type Conn struct {
	Client        Client
	Name          string
	Table         *model.Table
	Attempts      int  // for what a batch left unprocessed, and of what retries on conflict
	AttributeMaps bool // decode the attribute maps of the SDK's outputs
	JSON          bool // puts are written as JSON

	Observe func(context.Context, *ddbobserve.Request) // gets each request for items, nil for none
}

// Marked returns a Conn whose errors of requests are told from those of functions that the program gave.
func (c *Conn) Marked() *Conn {
	marked := *c
	marked.Client = calls{c.Client}
	return &marked
}

// GetItem reads the attributes of one item, nil if there is none.
func (c *Conn) GetItem(ctx context.Context, key attr.Item, consistent bool) (attr.Item, error) {
	found, page, err := c.ReadItem(ctx, key, consistent)
	defer page.Release()
	return found.Attributes(), err
}

// ReadItem reads one item, which may be looked at until the page is released.
func (c *Conn) ReadItem(ctx context.Context, key attr.Item, consistent bool) (attr.Stored, *wire.Page, error) {
	m := c.meterOfItems(ctx, "GetItem", true)
	in := &dynamodb.GetItemInput{TableName: &c.Name, Key: key, ReturnConsumedCapacity: m.want()}
	if consistent {
		in.ConsistentRead = new(true)
	}
	out, err := c.Client.GetItem(ctx, in, m.asOptions()...)
	if err == nil {
		m.cached(out.ResultMetadata)
	}
	if x := m.seen; x != nil {
		x.reads(key)
		x.Consistent = consistent
		if err == nil {
			x.items(m.itemCall.Page(), out.Item)
		}
	}
	m.done(ctx, err, capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	if err != nil {
		return attr.Stored{}, nil, err
	}
	found, page := m.item(out.Item)
	return found, page, nil
}

// Query makes one request, for items of e, or of several entities if it is nil.
func (c *Conn) Query(ctx context.Context, e *model.Entity, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	out, _, err := c.query(ctx, c.metered(ctx, "Query", true), ownerOf(e), in)
	return out, err
}

// QueryOwn is Query for items of the library's own, versions among them.
func (c *Conn) QueryOwn(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	out, _, err := c.query(ctx, c.metered(ctx, "Query", true), ddbobserve.Companions, in)
	return out, err
}

// ownerOf names the entity of a request, "" for several.
func ownerOf(e *model.Entity) string {
	if e == nil {
		return ""
	}
	return e.Name
}

// QueryPage is Query, but for the items: they are in the page, if there is one.
func (c *Conn) QueryPage(ctx context.Context, e *model.Entity, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, *wire.Page, error) {
	return c.query(ctx, c.meterOfItems(ctx, "Query", true), ownerOf(e), in)
}

func (c *Conn) query(ctx context.Context, m *metered, owner string, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, *wire.Page, error) {
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.Query(ctx, in, m.asOptions()...)
	if err == nil {
		m.cached(out.ResultMetadata)
	}
	if m.seen != nil {
		m.seen.query(owner, in, succeeded(out, err), m.itemCall.Page())
	}
	m.done(ctx, err, capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	return out, m.itemCall.Page(), err
}

// Scan makes one request.
func (c *Conn) Scan(ctx context.Context, in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	out, _, err := c.scan(ctx, c.metered(ctx, "Scan", true), in)
	return out, err
}

// ScanPage is Scan, but for the items: they are in the page, if there is one.
func (c *Conn) ScanPage(ctx context.Context, in *dynamodb.ScanInput) (*dynamodb.ScanOutput, *wire.Page, error) {
	return c.scan(ctx, c.meterOfItems(ctx, "Scan", true), in)
}

func (c *Conn) scan(ctx context.Context, m *metered, in *dynamodb.ScanInput) (*dynamodb.ScanOutput, *wire.Page, error) {
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.Scan(ctx, in, m.asOptions()...)
	if err == nil {
		m.cached(out.ResultMetadata)
	}
	if m.seen != nil {
		m.seen.scan(in, succeeded(out, err), m.itemCall.Page())
	}
	m.done(ctx, err, capacityOf(out, func() *types.ConsumedCapacity { return out.ConsumedCapacity })...)
	return out, m.itemCall.Page(), err
}

// TransactGet makes one request. It returns the item of each key, which may be looked at until the page is released.
func (c *Conn) TransactGet(ctx context.Context, in *dynamodb.TransactGetItemsInput) ([]attr.Stored, *wire.Page, error) {
	m := c.meterOfItems(ctx, "TransactGetItems", true)
	in.ReturnConsumedCapacity = m.want()
	out, err := c.Client.TransactGetItems(ctx, in, m.asOptions()...)
	var found []attr.Stored
	if err == nil {
		items := make([]attr.Item, len(out.Responses))
		for i, r := range out.Responses {
			items[i] = r.Item
		}
		if found = attr.StoredItems(m.itemCall.Page(), items); len(found) != len(in.TransactItems) {
			m.itemCall.Page().Release()
			err = misfit("TransactGetItems", "it has %d items for %d keys", len(found), len(in.TransactItems))
		}
	}
	if x := m.seen; x != nil {
		for _, t := range in.TransactItems {
			x.reads(t.Get.Key)
		}
		if err == nil {
			x.stored(found...)
		}
	}
	if err != nil {
		m.done(ctx, err)
		return nil, nil, err
	}
	m.done(ctx, nil, out.ConsumedCapacity...)
	return found, m.itemCall.Page(), nil
}

// succeeded returns the output of a call, nil where it failed.
func succeeded[O any](out *O, err error) *O {
	if err != nil {
		return nil
	}
	return out
}

// capacityOf returns what a call consumed, nothing where it failed.
func capacityOf[O any](out *O, get func() *types.ConsumedCapacity) []types.ConsumedCapacity {
	if out == nil {
		return nil
	}
	if cc := get(); cc != nil {
		return []types.ConsumedCapacity{*cc}
	}
	return nil
}
