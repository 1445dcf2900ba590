package ddbaccess

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// MeasureAtScale is [Catalog.Measure] on a sample of the declared sizes. Items that are written get an attribute, "~fill", that
// fills them up to their declared size. Each item collection that a pattern reads gets copies of its items, with keys of their
// own, until it has the typical number, but up to 10,000. So what is measured should be what is estimated; [Report.Deviations]
// compares the two. Copies know nothing of what a program keeps elsewhere about an item: a pattern that fails on them, and not on
// the sample, is a deviation.
//
// It takes the time and the capacity of as many writes: use it with an engine in memory, in a test of the volumes.
func (c *Catalog) MeasureAtScale(ctx context.Context, client *dynamodb.Client) (*Report, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	reads := collections{}
	if _, err := c.measure(ctx, client, hooks{measured: reads.note}); err != nil {
		return nil, err
	}
	design := c.Table.Design()
	full := &filler{Client: client, design: &design, volumes: c.volumes(&design)}
	return c.measure(ctx, full, hooks{
		seeded: func(ctx context.Context, r *run) error { return r.enlarge(ctx, reads) }, tolerant: true,
	})
}

// collections are the item collections that patterns read: the indexes, and the values of the first attribute of their partition
// keys.
type collections map[string]map[string]types.AttributeValue

func (cs collections) note(r *run, m *measured) {
	calls := slices.Clone(m.calls)
	for _, v := range m.views {
		calls = append(calls, v.calls...)
	}
	for _, c := range calls {
		ix, ok := r.design.Index(c.Index)
		if v := partitionOf(ix, &c.Request); ok && v != nil && c.Operation == "Query" {
			if cs[c.Index] == nil {
				cs[c.Index] = map[string]types.AttributeValue{}
			}
			cs[c.Index][ddbobserve.Text(v)] = v
		}
	}
}

// enlarge copies the items of the collections.
func (r *run) enlarge(ctx context.Context, reads collections) error {
	if err := r.watch.begin(ctx); err != nil {
		return err
	}
	v := r.c.volumes(&r.design)
	for _, ix := range r.design.Indexes {
		for _, text := range slices.Sorted(maps.Keys(reads[ix.Name])) {
			value := reads[ix.Name][text]
			for _, m := range entriesAt(&r.design, ix.Name, "", value) {
				typical, _, unknown := v.per(m.Entity, ix.Name)
				if m.Version {
					typical, unknown = v.versions(m.Entity)
				}
				if len(unknown) > 0 {
					continue
				}
				if err := r.copies(ctx, ix, m, value, int(min(typical, copiesMost))); err != nil {
					return fmt.Errorf("%s in %s at %s: %w", m.Entity, ix.Name, text, err)
				}
			}
		}
	}
	return nil
}

// copies adds copies of the items of an entity in a collection until there are n.
func (r *run) copies(ctx context.Context, ix ddbdesign.Index, m ddbdesign.Member, partition types.AttributeValue, n int) error {
	var have []item
	all := r.watch.all()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		it := all[key]
		c := claimOf(&r.design, keyOf(&r.design, it))
		if c.Entity == m.Entity && c.Version == m.Version && c.Companion == "" && entry(&r.design, &ix, it) != nil &&
			ddbobserve.Text(it[ix.Partition[0].Name]) == ddbobserve.Text(partition) {
			have = append(have, it)
		}
	}
	if len(have) == 0 || len(have) >= n {
		return nil
	}
	cp, ok := newCopier(&r.design, m, have[0])
	if !ok {
		return nil
	}
	var made []item
	for tries := 1; len(have)+len(made) < n; tries++ {
		r.copied++
		if it, ok := cp.copy(r.copied); ok && ddbobserve.Text(it[ix.Partition[0].Name]) == ddbobserve.Text(partition) {
			made = append(made, it)
		}
		if tries > 1000*n {
			return fmt.Errorf("no copies of %s have this partition key", ddbobserve.KeyText(keyOf(&r.design, have[0])))
		}
	}
	if m.Version {
		made = append(made, r.current(m, made)...)
	}
	return r.watch.put(ctx, made)
}

// current returns the item whose versions are copied, with the number of the last one: an item is not older than its versions.
func (r *run) current(m ddbdesign.Member, versions []item) []item {
	e, _ := r.design.Entity(m.Entity)
	i := slices.IndexFunc(e.Fields, func(f ddbdesign.Field) bool { return f.Name == e.Version })
	if i < 0 || len(e.Fields[i].Path) != 1 || len(versions) == 0 {
		return nil
	}
	last, attribute := versions[len(versions)-1], e.Fields[i].Path[0]
	of := fieldTexts(&r.design, m.Entry, last)
	for _, it := range r.watch.all() {
		c := claimOf(&r.design, keyOf(&r.design, it))
		if c.Entity != m.Entity || c.Version || c.Companion != "" {
			continue
		}
		same := true
		for name, text := range fieldTexts(&r.design, e.Entries[0], it) {
			same = same && of[name] == text
		}
		if same {
			it = maps.Clone(it)
			it[attribute] = last[attribute]
			return []item{it}
		}
	}
	return nil
}

// fieldTexts are the texts of the fields in the primary key of an item.
func fieldTexts(d *ddbdesign.Table, e ddbdesign.IndexEntry, of item) map[string]string {
	fields, _ := e.Partition.Fields(scalar(of[d.Indexes[0].Partition[0].Name]).Text)
	out := maps.Clone(fields)
	if len(d.Indexes[0].Sort) > 0 {
		fields, _ := e.Sort.Fields(scalar(of[d.Indexes[0].Sort[0].Name]).Text)
		maps.Copy(out, fields)
	}
	return out
}

// copiesMost is the number of items of a collection up to which there are copies.
const copiesMost = 10_000

// batchMost is the number of writes that a batch can have.
const batchMost = 25

// put writes items without recording it.
func (w *watcher) put(ctx context.Context, items []item) error {
	for batch := range slices.Chunk(items, batchMost) {
		writes := make([]types.WriteRequest, len(batch))
		for i, it := range batch {
			writes[i] = types.WriteRequest{PutRequest: &types.PutRequest{Item: it}}
		}
		for len(writes) > 0 {
			out, err := w.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{w.table: writes}})
			if err != nil {
				return err
			}
			writes = out.UnprocessedItems[w.table]
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range items {
		w.items[ddbobserve.KeyText(keyOf(w.design, it))] = it
	}
	return nil
}
