package call

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// Fetched is one item of a batch, nil if there is none.
type Fetched struct {
	Item attr.Item
	Err  error
}

// Fetch reads items strongly consistently, in the order of keys: a BatchGetItem for up to 100, as many at once as the context
// says. Once the environment fails it reads no more, and what is left has that error.
func (c *Conn) Fetch(ctx context.Context, keys []attr.Item) []Fetched {
	out := make([]Fetched, len(keys))
	batches := (len(keys) + BatchGetLimit - 1) / BatchGetLimit
	read := make([]bool, batches)
	stopped := Parallel(ctx, batches, func(n int) error {
		from, to := n*BatchGetLimit, min((n+1)*BatchGetLimit, len(keys))
		c.fetchBatch(ctx, keys[from:to], out[from:to])
		read[n] = true
		for _, f := range out[from:to] {
			if err := Halts(ctx, f.Err); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range out {
		if !read[i/BatchGetLimit] {
			out[i].Err = stopped
		}
	}
	return out
}

func (c *Conn) fetchBatch(ctx context.Context, keys []attr.Item, out []Fetched) {
	b, err := c.BatchGet(ctx, keys, true)
	if err != nil {
		for i := range out {
			out[i].Err = c.Explain(err)
		}
		return
	}
	defer b.Release()
	for i := range out {
		if b.Throttled[i] {
			out[i].Err = fmt.Errorf("%w: item %s stayed unprocessed", fault.ErrThrottled, c.Table.KeyText(keys[i]))
			continue
		}
		out[i].Item = b.Found[i].Attributes()
	}
}
