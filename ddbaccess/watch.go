package ddbaccess

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// call is a request, with what each of its writes did.
type call struct {
	ddbobserve.Request
	images []image // of Request.Writes, or of Request.Keys, in their order
}

// watcher records the requests of a DB. It knows the items of the table, so that it can tell what a write did.
type watcher struct {
	client ddb.Client
	table  string
	design *ddbdesign.Table

	mu    sync.Mutex
	items map[string]item // by key as text; nil until the table is read
	seen  []call
	fault error
}

// observe is the Options.Observe of the DB.
func (w *watcher) observe(ctx context.Context, r *ddbobserve.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.items == nil {
		return
	}
	c := call{Request: *r}
	for _, key := range r.Keys {
		it := w.items[ddbobserve.KeyText(key)]
		c.images = append(c.images, image{it, it})
	}
	for _, write := range r.Writes {
		key := ddbobserve.KeyText(write.Key)
		i := image{before: w.items[key]}
		i.after = i.before
		if write.Action != ddbobserve.Check {
			i.after = w.read(context.WithoutCancel(ctx), write.Key)
			w.items[key] = i.after
		}
		c.images = append(c.images, i)
	}
	w.seen = append(w.seen, c)
}

// read reads an item without recording it.
func (w *watcher) read(ctx context.Context, key item) item {
	out, err := w.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &w.table, Key: key, ConsistentRead: new(true)})
	if err != nil {
		w.fault = fmt.Errorf("read of what was written at %s: %w", ddbobserve.KeyText(key), err)
		return nil
	}
	if len(out.Item) == 0 {
		return nil
	}
	return out.Item
}

// begin reads the table. From now on requests are recorded.
func (w *watcher) begin(ctx context.Context) error {
	items := map[string]item{}
	in := &dynamodb.ScanInput{TableName: &w.table, ConsistentRead: new(true)}
	for {
		out, err := w.client.Scan(ctx, in)
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			items[ddbobserve.KeyText(keyOf(w.design, it))] = it
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items, w.seen = items, nil
	return nil
}

// take returns the requests since the last call.
func (w *watcher) take() ([]call, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	return seen, w.fault
}

// all returns the items of the table.
func (w *watcher) all() map[string]item {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.items)
}

// keyOf returns the primary key of an item.
func keyOf(d *ddbdesign.Table, of item) item {
	key := item{}
	primary := d.Indexes[0]
	for _, a := range primary.Partition {
		key[a.Name] = of[a.Name]
	}
	for _, a := range primary.Sort {
		key[a.Name] = of[a.Name]
	}
	return key
}
