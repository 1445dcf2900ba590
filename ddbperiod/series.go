package ddbperiod

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/provision"
)

// Series declares tables of one model, one for each period. It holds no client and no name: [New] joins the three. Build it
// in a package variable; it must not change once a [DB] uses it. Then it is safe for concurrent use.
type Series struct {
	// Every is the period of a table. If a later release has another one, the tables that are there are neither read nor dropped.
	Every Period

	// Since is a time in the first period. There is no table before it, and reads look no further back. If a later release has
	// an earlier one, Roll with Missing creates the tables of the periods between.
	Since time.Time

	// By names for each entity of the table the field that says to which period an item belongs: see [By].
	By []Field

	// Keep is the number of periods before the current one that are kept. Reads and writes of an older period are refused or
	// find nothing, and Roll drops its table. By default, 0, all are kept.
	Keep int

	// Ahead is how long before its period an item may be written; default a minute. It allows for the clocks of several
	// programs. A read looks as far ahead, so it reads the next table too in the last minute of a period, and does without
	// one that will be past retention by then and was dropped.
	Ahead time.Duration

	// Lead is how long before its period Roll creates a table; by default at the beginning of the period before. Set it for
	// tables that are provisioned, since they cost from then on.
	Lead time.Duration

	// Late is how long after its period a table keeps its capacity, for items that come late; default 0.
	Late time.Duration

	// Current is the capacity that Roll creates tables with; by default they are on demand.
	Current Capacity

	// Past is the capacity that Roll lowers past tables to. By default, nil, they stay as they are.
	Past *Capacity
}

// Capacity is what a table, and each of its global indexes, is provisioned with: units a second. If both are 0, it is on demand.
type Capacity struct {
	Read, Write int64

	// InfrequentAccess sets the table class that costs less for storage, and more for requests.
	//
	// AWS: "DynamoDB table classes".
	InfrequentAccess bool
}

func (c Capacity) below() provision.Capacity { return provision.Capacity(c) }

// Field says to which period the items of an entity belong. It is made by [By].
type Field struct {
	e    *model.Entity
	f    *field.Field
	err  error
	name string
}

// By returns the field that says to which period an item of e belongs, given by its address:
//
//	ddbperiod.By(Readings, &Readings.Fields().At)
//
// The primary key must hold the field, with [ddb.Time]. So a key names one table, and an item never has to move.
func By[T any](e *ddb.Entity[T], at *time.Time) Field {
	if e == nil {
		return Field{err: errors.New("By: the entity is nil: package variables are set in the order of their use")}
	}
	below := face.Entity(e)
	f, err := below.Resolve(at)
	switch {
	case err != nil:
		err = fmt.Errorf("By: entity %s: %w", below.Name, err)
	case !below.Primary.HoldsInFull(f):
		err = fmt.Errorf("By: entity %s: the primary key does not hold %s: one key could then be in several tables: add ddb.Time of it", below.Name, f.Name)
	}
	return Field{e: below, f: f, err: err, name: below.Name}
}

// Check returns every fault of the series, joined. It makes no request. [New] panics on one.
func (s *Series) Check() error {
	if s == nil {
		return fault("the series is nil")
	}
	var faults []error
	add := func(format string, args ...any) { faults = append(faults, fault(format, args...)) }
	if !s.Every.valid() {
		add("Every is not set: it is Hour, Day, Week, Month or Year")
	}
	if y := s.Since.UTC().Year(); s.Since.IsZero() || y < 1 || y > 9999 {
		add("Since is not set: it is a time in the first period")
	}
	if s.Keep < 0 || s.Ahead < 0 || s.Lead < 0 || s.Late < 0 {
		add("Keep, Ahead, Lead and Late must not be negative")
	}
	for _, c := range []*Capacity{&s.Current, s.Past} {
		if c != nil && (c.Read < 0 || c.Write < 0 || (c.Read == 0) != (c.Write == 0)) {
			add("a capacity of %d read and %d write units: both must be 1 at least, or both 0 for on demand", c.Read, c.Write)
		}
	}
	if len(s.By) == 0 {
		add("By is empty: it names the time of each entity")
	}
	var of []*model.Entity
	for _, b := range s.By {
		switch {
		case b.err != nil:
			add("%w", b.err)
			continue
		case b.e == nil:
			add("By: a zero Field: make it with By")
			continue
		case slices.Contains(of, b.e):
			add("By: entity %s stands there twice", b.name)
		case len(of) > 0 && of[0].Table != b.e.Table:
			add("By: entity %s is of another table than %s", b.name, of[0].Name)
		}
		of = append(of, b.e)
	}
	if len(of) == len(s.By) && len(of) > 0 {
		for _, e := range of[0].Table.Entities {
			if !slices.Contains(of, e) {
				add("By lacks entity %s: its items would belong to no period", e.Name)
			}
		}
	}
	return errors.Join(faults...)
}

// fault is a mistake in the program.
func fault(format string, args ...any) error {
	return fmt.Errorf("ddbperiod: %w: %w", ddb.ErrModel, fmt.Errorf(format, args...))
}

// table is the model of the tables.
func (s *Series) table() *ddb.Table { return s.By[0].e.Table.Face.(*ddb.Table) }

// of returns the field of an entity.
func (s *Series) of(e *model.Entity) (*field.Field, error) {
	for _, b := range s.By {
		if b.e == e {
			return b.f, nil
		}
	}
	if e == nil {
		return nil, fault("no entity: make ops and queries with the methods of an entity")
	}
	return nil, fault("entity %s is not in By of the series", e.Name)
}

// ahead is how long before its period an item may be written.
func (s *Series) ahead() time.Duration {
	if s.Ahead == 0 {
		return time.Minute
	}
	return s.Ahead
}

// span is a range of periods, by their starts; it is empty if first is after last.
type span struct{ first, last time.Time }

func (s span) contains(start time.Time) bool { return !start.Before(s.first) && !start.After(s.last) }

// held are the periods that items may be in now.
func (s *Series) held(now time.Time) span {
	first := s.Every.Start(s.Since)
	if oldest := s.Every.Add(now, -s.Keep); s.Keep > 0 && oldest.After(first) {
		first = oldest
	}
	return span{first, s.Every.Start(now.Add(s.ahead()))}
}

// toCreate are the periods that Roll creates tables for.
func (s *Series) toCreate(now time.Time) span {
	last := s.Every.Add(now, 1)
	if s.Lead > 0 {
		last = s.Every.Start(now.Add(s.Lead))
	}
	first := s.Every.Start(now)
	if since := s.Every.Start(s.Since); since.After(first) {
		first = since
	}
	if most := s.held(now).last; last.Before(most) {
		last = most
	}
	return span{first, last}
}

// expired reports whether the table of a period is past retention: as many whole periods as are kept have passed after its end.
func (s *Series) expired(start, now time.Time) bool {
	return s.Keep > 0 && start.Before(s.Every.Add(now, -s.Keep))
}

// lowers reports whether the table of a period is due to be lowered.
func (s *Series) lowers(start, now time.Time) bool {
	return s.Past != nil && !s.Every.Add(start, 1).Add(s.Late).After(now)
}
