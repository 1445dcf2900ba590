package things

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits of what people write, in characters. A thing of this size has a record in the stream that fits into a
// message to the topic, with both its images.
const (
	maxID     = 64
	maxName   = 100
	maxTitle  = 200
	maxAbout  = 10_000
	maxPlace  = 200 // of the street, and of the city
	maxTag    = 50
	maxTags   = 20
	firstBorn = 1900
	lastBorn  = 2100
)

// MaxAge is the oldest age that a thing may be for.
const MaxAge = 120

// InvalidError says that a value cannot be stored, or searched for. No request was made for it.
type InvalidError struct {
	Field   string // such as "title"
	Problem string // such as "has 300 characters, at most 200 are allowed"
}

func (e *InvalidError) Error() string { return e.Field + ": " + e.Problem }

func invalid(field, format string, args ...any) error {
	return &InvalidError{field, fmt.Sprintf(format, args...)}
}

// atMost refuses text that is longer than limit, or not UTF-8.
func atMost(field, s string, limit int) error {
	if !utf8.ValidString(s) {
		return invalid(field, "is not valid UTF-8")
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return invalid(field, "has %d characters, at most %d are allowed", n, limit)
	}
	return nil
}

// required also refuses text without a visible character.
func required(field, s string, limit int) error {
	if strings.TrimSpace(s) == "" {
		return invalid(field, "is missing")
	}
	return atMost(field, s, limit)
}

// check refuses details that cannot be stored or found.
func (d *Details) check() error {
	return cmp.Or(
		required("title", d.Title, maxTitle),
		atMost("about", d.About, maxAbout),
		checkTags(d.Tags),
		atMost("street", d.Place.Street, maxPlace),
		atMost("city", d.Place.City, maxPlace),
		d.Place.At.Check("at"),
		d.Ages.check(),
		d.Days.check(),
	)
}

func checkTags(tags []string) error {
	if len(tags) > maxTags {
		return invalid("tags", "has %d tags, at most %d are allowed", len(tags), maxTags)
	}
	seen := map[string]bool{}
	for _, tag := range tags {
		if err := required("tags", tag, maxTag); err != nil {
			return err
		}
		if seen[tag] {
			return invalid("tags", "%q is there twice", tag)
		}
		seen[tag] = true
	}
	return nil
}

// Check refuses what is no place on earth. The error is an [InvalidError] with that field. A nil point is none.
func (p *Point) Check(field string) error {
	if p == nil || p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180 { // NaN is neither
		return nil
	}
	return invalid(field, "%g,%g is no place: a latitude is from -90 to 90, a longitude from -180 to 180", p.Lat, p.Lon)
}

func (a *Ages) check() error {
	if a == nil || 0 <= a.From && a.From <= a.To && a.To <= MaxAge {
		return nil
	}
	return invalid("ages", "from %d to %d is no range of ages", a.From, a.To)
}

func (d *Days) check() error {
	if d == nil {
		return nil
	}
	if err := cmp.Or(d.From.Check("days"), d.To.Check("days")); err != nil {
		return err
	}
	if d.From > d.To {
		return invalid("days", "from %s to %s ends before it begins", d.From, d.To)
	}
	return nil
}
