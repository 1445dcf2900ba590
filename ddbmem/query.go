package ddbmem

import (
	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

func query(e *Engine, in *wire.Node) (*out, error) {
	if in.Int("Limit", 1) < 1 {
		return nil, invalid("1 validation error detected: Value at 'Limit' failed to satisfy constraint: " +
			"Member must have value greater than or equal to 1")
	}
	if err := e.checkLegacy(in); err != nil {
		return nil, err
	}
	rd, ex, err := newReader(in, "FilterExpression", "KeyConditionExpression")
	if err != nil {
		return nil, err
	}
	rd.query = true
	t, failed := e.openToRead(in.Text("TableName"))
	if failed != nil {
		return nil, failed
	}
	defer t.mu.RUnlock()
	if failed := rd.bind(t, in.Text("IndexName")); failed != nil {
		return nil, failed
	}
	s := rd.schema()
	at := ""
	if rd.start != nil {
		if at, failed = rd.startKey(); failed != nil {
			return nil, failed
		}
		if rd.single() {
			return nil, invalid("The provided exclusive start key is invalid")
		}
	}
	keys, err := ex.KeyCondition.Resolve(in.Text("IndexName"), keyAttributes(s.hash), keyAttributes(s.rng))
	if err != nil {
		return nil, err
	}
	low, high := s.bounds(keys)
	if at != "" && (at < low || (high != "" && at >= high)) {
		return nil, s.outside(at, rd.start, keys)
	}
	for _, check := range []func() *apiError{rd.checkProjected, rd.checkFilter, rd.checkSelected, rd.checkFiltered} {
		if failed := check(); failed != nil {
			return nil, failed
		}
	}
	forward := in.Flag("ScanIndexForward", true)
	switch {
	case at != "" && forward:
		low = at + "\x00"
	case at != "":
		high = at
	}
	rd.from = low
	p, failed := rd.page(rd.between(low, high, forward))
	if failed != nil {
		return nil, failed
	}
	if rd.single() {
		p.last = nil // regardless of the limit
	}
	return rd.answer(in, p), nil
}

// single reports whether a query finds at most one item, because the table has no sort key: then it has no pages.
func (rd *reader) single() bool { return rd.index == nil && len(rd.table.rng) == 0 }

// outside is the error for a starting key that the key condition does not select.
func (s *schema) outside(at string, start value.Item, keys *expr.KeyRange) *apiError {
	if len(keys.Sort) == 0 {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	sort := at[len(s.appendPartition(nil, start)):]
	if from, to := keys.Bounds(); sort < string(from) || to != nil && sort >= string(to) {
		return invalid("The provided starting key does not match the range key predicate")
	}
	return invalid("The query can return at most one row and cannot be restarted")
}

func keyAttributes(keys []keyAttr) []expr.KeyAttribute {
	out := make([]expr.KeyAttribute, len(keys))
	for i, k := range keys {
		out[i] = expr.KeyAttribute{Name: k.name, Kind: k.kind}
	}
	return out
}

// partition returns the common prefix of a partition's tree keys.
func (s *schema) partition(keys *expr.KeyRange) string {
	fields := make([]value.Field, len(s.hash))
	for i, k := range s.hash {
		fields[i] = value.Field{Name: k.name, Value: keys.Partition[i]}
	}
	return string(s.appendPartition(nil, value.NewItem(fields...)))
}

// bounds returns the lowest tree key that a key condition selects, and the lowest key after those.
func (s *schema) bounds(keys *expr.KeyRange) (low, high string) {
	prefix := s.partition(keys)
	from, to := keys.Bounds()
	low = prefix + string(from)
	if to != nil {
		return low, prefix + string(to)
	}
	end, _ := value.PrefixEnd([]byte(prefix))
	return low, string(end)
}
