package ddbmem

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"iter"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/partiql"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// selectPage handles a SELECT. It reads the partitions that the WHERE clause names, in them the sort keys that it
// allows, and filters by the whole clause. Without a partition it reads everything.
func (e *Engine) selectPage(in *wire.Node, s *partiql.Statement) (*out, error) {
	rd := &reader{statement: true, limit: int(in.Int("Limit", 0)), consistent: in.Flag("ConsistentRead", false)}
	if s.Where != nil {
		x := &partiql.Writer{}
		w := &write{}
		if err := w.derive(x, x.Condition(s.Where), ""); err != nil {
			return nil, err
		}
		rd.filter = w.condition
	}
	t, failed := e.openToRead(s.Table)
	if failed != nil {
		return nil, failed
	}
	defer t.mu.RUnlock()
	if failed := rd.bind(t, s.Index); failed != nil {
		return nil, failed
	}
	if failed := rd.checkColumns(s); failed != nil {
		return nil, failed
	}
	spans, failed := rd.spans(s)
	if failed != nil {
		return nil, failed
	}
	scans := spans[0] == span{}
	if !scans { // for named partitions the filter must be projected, as for a Query
		if failed := rd.checkFilterProjected(); failed != nil {
			return nil, failed
		}
	}
	forward, failed := rd.direction(s, spans)
	if failed != nil {
		return nil, failed
	}
	token := statementToken(in)
	if next := in.Text("NextToken"); next != "" {
		if rd.start, failed = token.decode(next); failed != nil {
			return nil, failed
		}
		at, failed := rd.startKey()
		if failed != nil {
			return nil, invalidToken()
		}
		spans = after(spans, at, forward)
	}
	if len(spans) > 0 {
		rd.from = spans[0].low
		if scans {
			rd.scanning(spans[0].low, spans[0].high)
		}
	}
	p, failed := rd.page(rd.along(spans, forward))
	if failed != nil {
		return nil, failed
	}
	for i, it := range p.items {
		p.items[i] = s.Project(it)
	}
	return rd.answerStatement(in, p, token), nil
}

// several reports whether a side of the key has several attributes. Statements cannot read such an index.
func (x *index) several() bool { return len(x.hash) > 1 || len(x.rng) > 1 }

func unreadByStatements() *apiError {
	return invalid("PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.")
}

// checkColumns rejects columns that a global index does not have; a local index fetches them from the table.
func (rd *reader) checkColumns(s *partiql.Statement) *apiError {
	var names []string
	for _, c := range s.Columns {
		names = append(names, c.Path[0].Name)
	}
	if s.Columns != nil {
		rd.projection = expr.Attributes(names)
	}
	failed := rd.checkSelected()
	rd.projection = nil // columns are not a projection
	return failed
}

// span is a part of a tree: the keys from low up to high; an empty high is no bound.
type span struct{ low, high string }

// spans returns the parts of the tree that the WHERE clause selects, in its order.
func (rd *reader) spans(s *partiql.Statement) ([]span, *apiError) {
	partitions, failed := rd.partitions(s.Where)
	if failed != nil {
		return nil, failed
	}
	if partitions == nil {
		return []span{{}}, nil
	}
	sch := rd.schema()
	var spans []span
	for _, partition := range partitions {
		keys, err := expr.CompareKeys(append(partition, rd.sortTests(s.Where)...)).
			Resolve("", keyAttributes(sch.hash), keyAttributes(sch.rng))
		if err != nil {
			return nil, asError(err)
		}
		low, high := sch.bounds(keys)
		spans = append(spans, span{low, high})
	}
	return spans, nil
}

// partitions returns, for each partition that a condition names, the tests of its attributes; nil if it names none.
func (rd *reader) partitions(where *partiql.Condition) ([][]expr.Comparison, *apiError) {
	hash := rd.schema().hash[0]
	if failed := rd.schema().checkEqualities(where); failed != nil {
		return nil, failed
	}
	if v := equality(where, hash.name); !v.IsZero() {
		return [][]expr.Comparison{{{Name: hash.name, Operator: "EQ", Values: []value.Value{v}}}}, nil
	}
	var several [][]expr.Comparison
	var seen []value.Value
	for _, c := range where.Conjuncts() {
		if c.Operator != "IN" || c.Operands[0].Attribute() != hash.name || several != nil {
			continue
		}
		for _, o := range c.Operands[1:] {
			if o.Value.Kind() != hash.kind {
				return nil, nil
			}
			if slices.ContainsFunc(seen, func(v value.Value) bool { return value.Equal(v, o.Value) }) {
				continue
			}
			seen = append(seen, o.Value)
			several = append(several, []expr.Comparison{{Name: hash.name, Operator: "EQ", Values: []value.Value{o.Value}}})
		}
	}
	return several, nil
}

// sortTests returns the tests of the sort attributes that narrow a partition: equalities from the left, then one range.
func (rd *reader) sortTests(where *partiql.Condition) []expr.Comparison {
	var tests []expr.Comparison
	for _, k := range rd.schema().rng {
		v := equality(where, k.name)
		if v.IsZero() {
			if c, ok := rangeTest(where, k); ok {
				tests = append(tests, c)
			}
			return tests
		}
		tests = append(tests, expr.Comparison{Name: k.name, Operator: "EQ", Values: []value.Value{v}})
	}
	return tests
}

// ranges are the operators of range tests, by their PartiQL names.
var ranges = map[string]string{"<": "LT", "<=": "LE", ">": "GT", ">=": "GE", "BETWEEN": "BETWEEN"}

// rangeTest returns the first test of a range of a sort attribute.
func rangeTest(where *partiql.Condition, k keyAttr) (expr.Comparison, bool) {
	for _, c := range where.Conjuncts() {
		operator, operands := ranges[c.Operator], c.Operands
		if c.Operator == "" && c.Operands[0].Function == "begins_with" {
			operator, operands = "BEGINS_WITH", c.Operands[0].Args
		}
		if operator == "" || operands[0].Attribute() != k.name {
			continue
		}
		test := expr.Comparison{Name: k.name, Operator: operator}
		for _, o := range operands[1:] {
			if k.fits(o.Value) {
				test.Values = append(test.Values, o.Value)
			}
		}
		if test.Check() == nil {
			return test, true
		}
	}
	return expr.Comparison{}, false
}

// direction reports whether sort keys ascend, and orders the partitions as ORDER BY says.
func (rd *reader) direction(s *partiql.Statement, spans []span) (forward bool, failed *apiError) {
	forward = true
	sch := rd.schema()
	for _, o := range s.Order {
		if !sch.has(o.Name) {
			return false, invalid("Variable reference %s in ORDER BY clause must be part of the primary key", o.Name)
		}
		if slices.ContainsFunc(sch.rng, func(k keyAttr) bool { return k.name == o.Name }) {
			forward = !o.Descending
			continue
		}
		slices.SortFunc(spans, func(a, b span) int {
			if o.Descending {
				a, b = b, a
			}
			return cmp.Compare(a.partition(), b.partition())
		})
	}
	return forward, nil
}

// partition returns the part of the bounds that orders partitions: what follows the hash.
func (s span) partition() string { return s.low[min(len(s.low), hashLen):] }

// after returns the rest of the spans after a position.
func after(spans []span, at string, forward bool) []span {
	for i, s := range spans {
		if at < s.low || s.high != "" && at >= s.high {
			continue
		}
		left := slices.Clone(spans[i:])
		if forward {
			left[0].low = at + "\x00"
		} else {
			left[0].high = at
		}
		return left
	}
	return nil
}

// along yields the rows of the spans, one span after the other.
func (rd *reader) along(spans []span, forward bool) iter.Seq2[string, *row] {
	return func(yield func(string, *row) bool) {
		for _, s := range spans {
			for key, r := range rd.between(s.low, s.high, forward) {
				if !yield(key, r) {
					return
				}
			}
		}
	}
}

// answerStatement writes a page of a SELECT.
func (rd *reader) answerStatement(in *wire.Node, p *page, token pageToken) *out {
	o := &out{b: make([]byte, 0, 256+p.bytes+p.bytes/2)}
	o.open()
	o.items("Items", p.items)
	if p.last != nil {
		o.str("NextToken", token.encode(p.last))
		o.item("LastEvaluatedKey", p.last)
	}
	wantedCapacity(in).one(o, rd.used(p))
	o.close()
	return o
}

// pageToken makes the page tokens of a statement, from the position and the statement.
type pageToken uint32

func statementToken(in *wire.Node) pageToken {
	return pageToken(crc32.ChecksumIEEE(append(canonical(in.Get("Parameters")), in.Text("Statement")...)))
}

// tokenBody is the content of a token.
type tokenBody struct {
	Statement pageToken       `json:"s"`
	Key       json.RawMessage `json:"k"`
}

func (t pageToken) encode(last value.Item) string {
	body, err := json.Marshal(tokenBody{t, last.AppendJSON(nil)})
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(body)
}

func (t pageToken) decode(text string) (value.Item, *apiError) {
	var body tokenBody
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &body) != nil || body.Statement != t {
		return nil, invalidToken()
	}
	key, err := value.ParseItem(body.Key)
	if err != nil {
		return nil, invalidToken()
	}
	return key, nil
}

func invalidToken() *apiError { return invalid("Invalid NextToken") }
