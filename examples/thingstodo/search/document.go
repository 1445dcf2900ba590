package search

import (
	"math"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/porter"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// english is the analyzer of texts: words without accents and endings, and without those that every text has.
const english = "english"

// document is what the index has of a thing. What a thing is not limited in has the widest range.
type document struct {
	Title   string    `json:"title"`
	About   string    `json:"about"`
	City    string    `json:"city"`
	Tags    []string  `json:"tags"`
	AgeFrom int       `json:"ageFrom"`
	AgeTo   int       `json:"ageTo"`
	DayFrom int       `json:"dayFrom"`
	DayTo   int       `json:"dayTo"`
	At      *geoPoint `json:"at,omitempty"`
	Version float64   `json:"version"` // of the thing that it was made from
}

type geoPoint struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

func documentOf(t things.Thing) document {
	d := document{
		Title: t.Title, About: t.About, City: t.Place.City, Tags: t.Tags, Version: float64(t.Version),
		AgeTo: math.MaxInt32, DayTo: math.MaxInt32,
	}
	if t.Ages != nil {
		d.AgeFrom, d.AgeTo = t.Ages.From, t.Ages.To
	}
	if t.Days != nil {
		d.DayFrom, d.DayTo = int(t.Days.From), int(t.Days.To)
	}
	if at := t.Place.At; at != nil {
		d.At = &geoPoint{at.Lat, at.Lon}
	}
	return d
}

// newMapping says how the fields of a document are indexed. Fields that it does not name are not.
func newMapping() (mapping.IndexMapping, error) {
	text := func(name string) *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Name, f.Analyzer, f.Store, f.IncludeInAll, f.IncludeTermVectors = name, english, false, false, false
		return f
	}
	number := bleve.NewNumericFieldMapping()
	number.Store, number.IncludeInAll = false, false
	stored := bleve.NewNumericFieldMapping()
	stored.Index, stored.IncludeInAll = false, false
	point := bleve.NewGeoPointFieldMapping()
	point.Store, point.IncludeInAll = false, false
	tag := bleve.NewTextFieldMapping()
	tag.Analyzer, tag.Store, tag.IncludeInAll, tag.IncludeTermVectors = keyword.Name, false, false, false

	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("title", text("title"))
	doc.AddFieldMappingsAt("about", text("about"))
	doc.AddFieldMappingsAt("city", text("city"))
	doc.AddFieldMappingsAt("tags", tag, text("tagWords")) // to filter by, and to search in
	for _, name := range []string{"ageFrom", "ageTo", "dayFrom", "dayTo"} {
		doc.AddFieldMappingsAt(name, number)
	}
	doc.AddFieldMappingsAt("at", point)
	doc.AddFieldMappingsAt("version", stored)

	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	err := m.AddCustomAnalyzer(english, map[string]any{
		"type": custom.Name, "char_filters": []string{asciifolding.Name}, "tokenizer": unicode.Name,
		"token_filters": []string{en.PossessiveName, lowercase.Name, en.StopName, porter.Name},
	})
	return m, err
}
