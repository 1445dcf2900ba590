package call

import (
	"cmp"
	"context"
	"time"

	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// exchange is one request as Conn.Observe gets it. Nothing in it refers to the input, to the output or to a page.
type exchange struct {
	ddbobserve.Request
	conn  *Conn
	start time.Time
	named bool // Entity is known, "" for several
}

func (c *Conn) exchange(ctx context.Context, operation string) *exchange {
	return &exchange{conn: c, start: time.Now(), Request: ddbobserve.Request{
		Operation: operation, Table: c.Name, Index: ddbobserve.Primary, Pattern: ddbobserve.PatternOf(ctx),
	}}
}

// of says that the request is for an item of an entity. Those of the library's own count where there are no others.
func (x *exchange) of(entity string) {
	switch {
	case !x.named:
		x.named, x.Entity = true, entity
	case entity == x.Entity, entity == ddbobserve.Companions:
	case x.Entity == ddbobserve.Companions:
		x.Entity = entity
	default:
		x.Entity = ""
	}
}

// owner names the entity of an item.
func (x *exchange) owner(s attr.Stored) string {
	switch e, err := x.conn.Table.Claim(s); {
	case err != nil:
		return ""
	case e == nil:
		return ddbobserve.Companions
	default:
		return e.Name
	}
}

// items counts items of the response: those of the page, or where it is nil those that the SDK has read.
func (x *exchange) items(page *wire.Page, items ...attr.Item) {
	x.stored(attr.StoredItems(page, items)...)
}

func (x *exchange) stored(items ...attr.Stored) {
	for _, s := range items {
		if s.None() {
			continue
		}
		if x.Items == nil {
			x.Items = map[string]ddbobserve.Items{}
		}
		name := x.owner(s)
		n := x.Items[name]
		n.Count++
		n.Bytes += s.Size()
		x.Items[name] = n
	}
}

// reads adds the keys of the request.
func (x *exchange) reads(keys ...attr.Item) {
	for _, key := range keys {
		x.Keys = append(x.Keys, copied(key))
		x.of(x.owner(model.Loaded(key)))
	}
}

// throttled adds why an attempt was throttled.
func (x *exchange) throttled(err error) {
	for _, r := range apierror.Reasons(err) {
		x.Throttled = append(x.Throttled, ddbobserve.Throttle{Reason: TextOf(r.Reason), Resource: TextOf(r.Resource)})
	}
}

// end hands the request over.
func (x *exchange) end(ctx context.Context, consumed map[Consumer]Capacity, err error) {
	for by, c := range consumed {
		if c == (Capacity{}) {
			continue // not touched
		}
		if x.Capacity == nil {
			x.Capacity = map[string]ddbobserve.Capacity{}
		}
		index := cmp.Or(by.Index, ddbobserve.Primary)
		x.Capacity[index] = ddbobserve.Capacity(Capacity(x.Capacity[index]).plus(c))
	}
	if err != nil {
		x.Err = x.conn.Explain(err)
	}
	x.Duration = time.Since(x.start)
	fault.Observed(func() { x.conn.Observe(ctx, &x.Request) })
}

func copied(key attr.Item) ddbobserve.Key {
	out := make(ddbobserve.Key, len(key))
	for name, av := range key {
		if av != nil {
			out[name] = attr.DeepCopy(av)
		}
	}
	return out
}
