package search

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// Query says which things to find: those that meet all of it. The zero Query finds all that are published.
type Query struct {
	Text     string        // words, all of which the title, the description, the tags or the city have; "" for any
	Near     *things.Point // nil: anywhere
	Within   float64       // kilometres around Near; 0: 10
	From, To things.Date   // on one of these days; 0: open
	Age      *int          // for this age
	Tag      string
	Page     int // the first page is 1; 0 is 1 too
}

// The limits of a query.
const (
	PageSize  = 20
	maxPage   = 50
	maxText   = 200
	maxWithin = 20_000
	nearby    = 10
)

// invalid is the error of a query that cannot be searched for.
func invalid(field, format string, args ...any) error {
	return &things.InvalidError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// check refuses what cannot be searched for.
func (q Query) check() error {
	switch n := utf8.RuneCountInString(q.Text); {
	case n > maxText:
		return invalid("text", "has %d characters, at most %d are allowed", n, maxText)
	case !utf8.ValidString(q.Text) || !utf8.ValidString(q.Tag):
		return invalid("text", "is not valid UTF-8")
	case utf8.RuneCountInString(q.Tag) > maxText:
		return invalid("tag", "is longer than %d characters", maxText)
	case q.Near == nil && q.Within != 0:
		return invalid("within", "is of no use without a place that it is near to")
	case !(q.Within >= 0 && q.Within <= maxWithin): // nor NaN
		return invalid("within", "%g km is no distance up to %d km", q.Within, maxWithin)
	case q.Age != nil && (*q.Age < 0 || *q.Age > things.MaxAge):
		return invalid("age", "%d is no age up to %d", *q.Age, things.MaxAge)
	case q.Page < 0 || q.Page > maxPage:
		return invalid("page", "%d is no page from 1 to %d", q.Page, maxPage)
	}
	return cmp.Or(q.Near.Check("near"), dayOrNone("from", q.From), dayOrNone("to", q.To))
}

func dayOrNone(field string, d things.Date) error {
	if d == 0 {
		return nil
	}
	return d.Check(field)
}

// first is how many hits the earlier pages have.
func (q Query) first() int { return PageSize * (max(q.Page, 1) - 1) }

// request is the query as one for the index.
func (q Query) request(english analysis.Analyzer) (*bleve.SearchRequest, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	must, err := words(english, q.Text)
	if err != nil {
		return nil, err
	}
	if q.Tag != "" {
		must = append(must, on(bleve.NewTermQuery(q.Tag), "tags"))
	}
	if q.From != 0 {
		must = append(must, atLeast("dayTo", int(q.From)))
	}
	if q.To != 0 {
		must = append(must, atMost("dayFrom", int(q.To)))
	}
	if q.Age != nil {
		must = append(must, atMost("ageFrom", *q.Age), atLeast("ageTo", *q.Age))
	}
	if q.Near != nil {
		radius := fmt.Sprintf("%gkm", cmp.Or(q.Within, nearby))
		must = append(must, on(bleve.NewGeoDistanceQuery(q.Near.Lon, q.Near.Lat, radius), "at"))
	}
	var all query.Query = bleve.NewMatchAllQuery()
	if len(must) > 0 {
		all = bleve.NewConjunctionQuery(must...)
	}
	r := bleve.NewSearchRequestOptions(all, PageSize, q.first(), false)
	r.AddFacet("tags", bleve.NewFacetRequest("tags", 10))
	return r, q.order(r)
}

// order sorts the hits: the nearest first, else the best, and those that are equal by id.
func (q Query) order(r *bleve.SearchRequest) error {
	if q.Near == nil {
		r.SortBy([]string{"-_score", "_id"})
		return nil
	}
	nearest, err := search.NewSortGeoDistance("at", "km", q.Near.Lon, q.Near.Lat, false)
	r.SortByCustom(search.SortOrder{nearest, &search.SortDocID{}})
	return err
}

// weights are the fields that a word is searched in, and how much it counts there.
var weights = map[string]float64{"title": 3, "tagWords": 2, "city": 2, "about": 1}

// words requires each word of a text in one of the fields. The text is analyzed like those of the things, and not
// parsed: no character of it has a meaning.
func words(english analysis.Analyzer, text string) ([]query.Query, error) {
	var all []query.Query
	for _, token := range english.Analyze([]byte(text)) {
		var any []query.Query
		for field, weight := range weights {
			term := bleve.NewTermQuery(string(token.Term))
			term.SetBoost(weight)
			any = append(any, on(term, field))
		}
		all = append(all, bleve.NewDisjunctionQuery(any...))
	}
	if len(all) == 0 && strings.TrimSpace(text) != "" {
		return nil, invalid("text", "%q has no word to search for", text)
	}
	return all, nil
}

func on[Q query.FieldableQuery](q Q, field string) query.Query {
	q.SetField(field)
	return q
}

func atLeast(field string, n int) query.Query {
	return on(bleve.NewNumericRangeInclusiveQuery(new(float64(n)), nil, new(true), nil), field)
}

func atMost(field string, n int) query.Query {
	return on(bleve.NewNumericRangeInclusiveQuery(nil, new(float64(n)), nil, new(true)), field)
}

// Distance returns the kilometres from a to b along the earth.
func Distance(a, b things.Point) float64 {
	const radius = 6371
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	lat, lon := rad(b.Lat-a.Lat), rad(b.Lon-a.Lon)
	h := math.Pow(math.Sin(lat/2), 2) + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*math.Pow(math.Sin(lon/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}
