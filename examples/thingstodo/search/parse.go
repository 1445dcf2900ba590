package search

import (
	"math"
	"strconv"
	"strings"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// Parse returns the query that texts mean, by name: text, near ("52.2,21.0"), within ("10km"), from and to
// ("2026-12-01"), age, tag and page. A text that is missing or "" says nothing. The error is a [things.InvalidError].
func Parse(texts map[string]string) (Query, error) {
	q := Query{Text: texts["text"], Tag: texts["tag"]}
	p := parser{texts, nil}
	if lat, lon, ok := strings.Cut(texts["near"], ","); ok {
		q.Near = &things.Point{Lat: p.number("near", lat), Lon: p.number("near", lon)}
	} else if texts["near"] != "" {
		return Query{}, invalid("near", "is a latitude and a longitude, such as 52.2,21.0")
	}
	if within := texts["within"]; within != "" {
		q.Within = p.number("within", strings.TrimSuffix(within, "km"))
	}
	q.From, q.To = p.day("from"), p.day("to")
	if age := texts["age"]; age != "" {
		q.Age = new(p.count("age"))
	}
	if texts["page"] != "" {
		q.Page = p.count("page")
	}
	if p.err != nil {
		return Query{}, p.err
	}
	return q, q.check()
}

// parser reads values, up to the first that cannot be read.
type parser struct {
	texts map[string]string
	err   error
}

func (p *parser) fail(field, s, want string) {
	if p.err == nil {
		p.err = invalid(field, "%.20q is no %s", s, want)
	}
}

func (p *parser) number(field, s string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsInf(f, 0) {
		p.fail(field, s, "number")
	}
	return f
}

func (p *parser) count(field string) int {
	n, err := strconv.ParseUint(p.texts[field], 10, 16)
	if err != nil {
		p.fail(field, p.texts[field], "whole number")
	}
	return int(n)
}

func (p *parser) day(field string) things.Date {
	if p.texts[field] == "" {
		return 0
	}
	d, err := things.ParseDate(p.texts[field])
	if err != nil {
		p.fail(field, p.texts[field], "day: write it as 2026-11-20")
	}
	return d
}
