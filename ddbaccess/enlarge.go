package ddbaccess

import (
	"cmp"
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
// own, until it has the typical number, but up to 10,000. The estimates of the patterns and of their views are those of
// [Catalog.Measure], from the sample as it is; [Report.Deviations] compares them with what is measured here. Copies know nothing
// of what a program keeps elsewhere about an item: a pattern that fails on them, and not on the sample, is a deviation.
//
// It takes the time and the capacity of as many writes: use it with an engine in memory, in a test of the volumes.
func (c *Catalog) MeasureAtScale(ctx context.Context, client *dynamodb.Client) (*Report, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	reads := collections{}
	sample, err := c.measure(ctx, client, hooks{measured: reads.note})
	if err != nil {
		return nil, err
	}
	design := c.Table.Design()
	full := &filler{Client: client, design: &design, volumes: c.volumes(&design)}
	rep, err := c.measure(ctx, full, hooks{
		seeded: func(ctx context.Context, r *run) error { return r.enlarge(ctx, reads) }, tolerant: true,
	})
	if err != nil {
		return nil, err
	}
	rep.compareWith(sample)
	return rep, nil
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

// enlargement is the items of an entity in a collection, and how many there are to be.
type enlargement struct {
	index     ddbdesign.Index
	member    ddbdesign.Member
	partition types.AttributeValue
	n         int
	copied    bool
}

// enlarge copies the items of the collections. The smaller ones are the first: a collection that has them in it needs fewer copies
// of its own.
func (r *run) enlarge(ctx context.Context, reads collections) error {
	if err := r.watch.begin(ctx); err != nil {
		return err
	}
	all := r.enlargements(reads)
	slices.SortStableFunc(all, func(a, b *enlargement) int { return cmp.Compare(a.n, b.n) })
	for _, e := range all {
		if err := r.copies(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e, err)
		}
	}
	for _, e := range all {
		if n := len(r.itemsOf(e)); e.copied && n > e.n {
			return fmt.Errorf("%s: it has %d items, with those of other collections that patterns read and that are within it, and %d are declared: "+
				"declare a larger Per.Typical, or read collections in the examples that have no items in common", e, n, e.n)
		}
	}
	return nil
}

func (e *enlargement) String() string {
	return fmt.Sprintf("%s in %s at %s", e.member.Entity, e.index.Name, ddbobserve.Text(e.partition))
}

func (r *run) enlargements(reads collections) (all []*enlargement) {
	v := r.c.volumes(&r.design)
	for _, ix := range r.design.Indexes {
		for _, text := range slices.Sorted(maps.Keys(reads[ix.Name])) {
			value := reads[ix.Name][text]
			for _, m := range entriesAt(&r.design, ix.Name, "", value) {
				typical, _, unknown := v.per(m.Entity, ix.Name)
				if m.Version {
					typical, unknown = v.versions(m.Entity)
				}
				if len(unknown) == 0 {
					all = append(all, &enlargement{index: ix, member: m, partition: value, n: int(min(typical, copiesMost))})
				}
			}
		}
	}
	return all
}

// itemsOf returns the items of an entity in a collection.
func (r *run) itemsOf(e *enlargement) (have []item) {
	all := r.watch.all()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		it := all[key]
		if it == nil {
			continue
		}
		c := claimOf(&r.design, keyOf(&r.design, it))
		if c.Entity == e.member.Entity && c.Version == e.member.Version && c.Companion == "" && entry(&r.design, &e.index, it) != nil && e.has(it) {
			have = append(have, it)
		}
	}
	return have
}

// has reports whether an item has the partition key of the collection.
func (e *enlargement) has(it item) bool {
	return ddbobserve.Text(it[e.index.Partition[0].Name]) == ddbobserve.Text(e.partition)
}

// copies adds copies of the items of an entity in a collection until there are as many as are declared.
func (r *run) copies(ctx context.Context, e *enlargement) error {
	have := r.itemsOf(e)
	if len(have) == 0 || len(have) >= e.n {
		return nil
	}
	cp, ok := newCopier(&r.design, e.member, have[0])
	if !ok {
		return nil
	}
	taken := r.watch.all()
	var made []item
	for tries := 1; len(have)+len(made) < e.n; tries++ {
		r.copied++
		it, err := cp.copy(r.copied)
		if err != nil {
			return err
		}
		key := ddbobserve.KeyText(keyOf(&r.design, it))
		if taken[key] == nil && e.has(it) {
			made, taken[key] = append(made, it), it
		}
		if tries > triesMost+1000*len(made) {
			return fmt.Errorf("the keys have room for %d items of this partition key, and %d are declared in Per.Typical: give the fields of "+
				"the key of %s in Catalog.Seed more values, or declare fewer items", len(have)+len(made), e.n, ddbobserve.KeyText(keyOf(&r.design, have[0])))
		}
	}
	if e.copied = true; e.member.Version {
		made = append(made, r.current(e.member, made)...)
	}
	return r.watch.put(ctx, made)
}

// triesMost is the number of copies without one that is of use.
const triesMost = 100_000

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
