package ddbaccess

import (
	"encoding/json"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// ReportFormat is the number of this form of a [Report] in JSON.
const ReportFormat = 1

// Report is the catalog, measured. It is data: it can be written as JSON and read back, see [Report.JSON] and [ReadReport].
type Report struct {
	Format   int       `json:"format"` // see [ReportFormat]
	Title    string    `json:"title"`
	Doc      string    `json:"doc,omitempty"`
	Peak     float64   `json:"peak"`
	Patterns []Result  `json:"patterns"`
	Families []Family  `json:"families,omitempty"` // the partition keys that patterns use, the busiest first
	Indexes  []Storage `json:"indexes,omitempty"`  // the table and its indexes
	Findings []Finding `json:"findings,omitempty"`
	Notes    []string  `json:"notes,omitempty"` // what the estimates assume
	Prices   *Prices   `json:"prices,omitempty"`
	Month    *Money    `json:"month,omitempty"` // nil without prices

	// Design is the design of the table, and Samples the items that the seed wrote. They are not part of the JSON.
	Design  ddbdesign.Table    `json:"-"`
	Samples []ddbdesign.Sample `json:"-"`

	describe string   // the design page
	views    []string // those of the catalog
}

// Result is what a pattern did, and what it would do.
type Result struct {
	Name       string          `json:"name"`
	Kind       string          `json:"kind"`      // see [Pattern.Kind]
	Parameter  string          `json:"parameter"` // the Go type
	Example    json.RawMessage `json:"example"`   // null if it has no JSON
	Entity     string          `json:"entity,omitempty"`
	Rate       float64         `json:"rate,omitempty"` // calls a second
	Items      int             `json:"items"`          // that the pattern returned
	Requests   []Request       `json:"requests"`
	Derived    []Derived       `json:"derived,omitempty"`    // what the views did after it
	Measured   Units           `json:"measured"`             // of Requests alone
	Estimated  *Units          `json:"estimated"`            // of Requests alone, nil if it is unknown
	Undeclared []string        `json:"undeclared,omitempty"` // what to declare where an estimate is unknown: "Volume.Bytes of order"
	Month      float64         `json:"month,omitempty"`      // what the requests and the views cost in a month, in the currency of the prices

	charges []charge // of the requests and of the views
	failed  error    // of the pattern, at scale
	before  effort   // on the sample, at scale
}

// Derived is what a view did after a pattern.
type Derived struct {
	View      string    `json:"view"`
	Requests  []Request `json:"requests"`
	Measured  Units     `json:"measured"`
	Estimated *Units    `json:"estimated"`
}

// Request is a request of the API, or several that read the pages of one query.
type Request struct {
	Operation  string   `json:"operation"`      // "Query"
	Pages      int      `json:"pages"`          // 1, or the number of requests
	Index      string   `json:"index"`          // [ddbobserve.Primary] for the table itself
	Keys       []string `json:"keys,omitempty"` // the key condition, or the keys that are read or written, in names of fields; of a write also the condition, without values
	Filter     string   `json:"filter,omitempty"`
	Projection []string `json:"projection,omitempty"` // the attributes that are selected; none for all
	CountOnly  bool     `json:"countOnly,omitempty"`
	Descending bool     `json:"descending,omitempty"`
	Limit      int      `json:"limit,omitempty"`
	Consistent bool     `json:"consistent,omitempty"`
	Items      int      `json:"items"` // of the response
	Measured   Units    `json:"measured"`
	Estimated  *Units   `json:"estimated"` // nil if it is unknown
	AtMost     string   `json:"atMost"`    // what it costs in the table if items are as large as they can be: "50 R"

	subjects int  // keys that are read or written
	empty    bool // a query that finds nothing in the sample
	narrowed bool // a bound on the sort key leaves out an unknown part of the collection, or it is a scan
}

// writes reports whether the request writes.
func (q Request) writes() bool {
	switch q.Operation {
	case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems":
		return true
	}
	return false
}

// Units is consumed capacity.
type Units struct {
	Read  float64 `json:"read"`
	Write float64 `json:"write"`
}

func (u Units) plus(v Units) Units { return Units{u.Read + v.Read, u.Write + v.Write} }

// Money is an amount for a month.
type Money struct {
	Requests float64 `json:"requests"` // of the patterns with a rate
	Storage  float64 `json:"storage"`
	Unstored int     `json:"unstored,omitempty"` // the indexes, with the table, of which Storage does not have all: see Storage.Unknown
	Unknown  int     `json:"unknown,omitempty"`  // the patterns with a rate whose cost is not known
}

// report makes the report of what was measured.
func (r *run) report(all []*measured) *Report {
	e := &estimator{design: &r.design, volumes: r.c.volumes(&r.design)}
	rep := &Report{
		Format: ReportFormat, Title: r.c.title(), Doc: r.c.Doc, Peak: r.c.peak(), Prices: r.c.Prices, Design: r.design,
	}
	e.volumes.weigh(r.watch.all())
	for _, m := range all {
		e.volumes.learn(m)
	}
	for _, m := range all {
		rep.Patterns = append(rep.Patterns, r.result(e, m))
	}
	rep.Families = families(e.volumes, rep.Patterns, r.c)
	rep.Indexes = storage(e.volumes, &r.design, rep.Patterns)
	for _, v := range r.c.Views {
		rep.views = append(rep.views, v.Name())
	}
	rep.Month = rep.money()
	rep.Findings = r.findings(all)
	rep.Notes = notes(rep)
	rep.describe = r.describe()
	return rep
}

func (r *run) result(e *estimator, m *measured) Result {
	out := Result{Name: m.p.name, Kind: m.p.kind, Parameter: m.p.parameter.String(), Example: m.p.exampleJSON(), Entity: m.p.entity, Rate: m.p.rate, Items: m.items, failed: m.failed}
	requests, charges := e.requests(m.calls, m.p)
	out.Requests, out.charges = requests, charges
	out.Measured, out.Estimated = total(requests)
	for _, v := range m.views {
		requests, charges := e.derived(v, m.p)
		d := Derived{View: v.view, Requests: requests}
		d.Measured, d.Estimated = total(requests)
		out.Derived = append(out.Derived, d)
		out.charges = append(out.charges, charges...)
	}
	for _, c := range out.charges {
		out.Undeclared = lacks(out.Undeclared).and(c.lacks)
	}
	if r.c.Prices != nil {
		if u, ok := out.whole(); ok {
			out.Month = round(r.c.Prices.requests(u, out.Rate))
		}
	}
	return out
}

// whole is the estimate of a pattern with its views. It is not ok if a part is unknown.
func (r Result) whole() (u Units, ok bool) {
	if r.Estimated == nil {
		return u, false
	}
	u = *r.Estimated
	for _, d := range r.Derived {
		if d.Estimated == nil {
			return u, false
		}
		u = u.plus(*d.Estimated)
	}
	return u, true
}

func total(requests []Request) (measured Units, estimated *Units) {
	estimated = &Units{}
	for _, q := range requests {
		measured = measured.plus(q.Measured)
		if estimated != nil && q.Estimated != nil {
			sum := estimated.plus(*q.Estimated)
			estimated = &sum
		} else {
			estimated = nil
		}
	}
	if estimated != nil {
		*estimated = estimated.round()
	}
	return measured, estimated
}

func (rep *Report) money() *Money {
	if rep.Prices == nil {
		return nil
	}
	m := &Money{}
	for _, p := range rep.Patterns {
		if _, ok := p.whole(); !ok && p.Rate > 0 {
			m.Unknown++
		}
		m.Requests += p.Month
	}
	for _, ix := range rep.Indexes {
		m.Storage += rep.Prices.storage(ix.Bytes)
		if len(ix.Unknown) > 0 {
			m.Unstored++
		}
	}
	m.Requests, m.Storage = round(m.Requests), round(m.Storage)
	return m
}

// round rounds to nine digits, so that the order of additions, and the processor, do not show.
func round(n float64) float64 { return significant(n, 9) }

func (u Units) round() Units { return Units{round(u.Read), round(u.Write)} }

func unitsOf(c ddbobserve.Capacity) Units { return Units{c.Read, c.Write} }
