package ddbaccess

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
)

// Catalog is the access patterns of a table, and how much of everything there is. Declare it in a package variable. It is not
// changed by its methods, which are safe for concurrent use.
type Catalog struct {
	// Title is the heading of the page; default "Access patterns".
	Title string

	// Doc is a sentence or two below the heading.
	Doc string

	// Table is the model. It is required.
	Table *ddb.Table

	// Seed writes the sample that the patterns run on: a few items of each entity. Its values should not depend on the day or
	// on chance, so that each run measures the same. Nil leaves the table empty.
	Seed func(context.Context, *ddb.DB) error

	// Now is the time of the table's clock while the patterns run; default 2026-01-02 03:04:05 UTC. See [ddb.Options].Now. It alone
	// decides which items of the sample have expired: the engine deletes none.
	Now time.Time

	// Views are kept up to date after each pattern that writes, and the page has what that costs.
	Views []*ddb.View

	// Peak is the traffic of the busiest time, as a multiple of the rates of the patterns; default 1.
	Peak float64

	// Volumes are how much there is of each entity. What depends on a volume that is not declared is unknown, and the page
	// says so.
	Volumes []Volume

	// Patterns are run in this order, one after the other, on one table.
	Patterns []*Pattern

	// Accept has the findings that are no faults. See also [Pattern.Accept].
	Accept []Acceptance

	// Prices are what a region charges. Without them the page has no money. See [ReadPrices].
	Prices *Prices
}

// Acceptance says why a finding is no fault.
type Acceptance struct {
	Rule    string // of the finding: "unused-entry"
	Subject string // as the finding prints it: "track in gsi1"
	Reason  string
}

// Validate reports every mistake of the catalog in one error, which names the pattern, the volume or the acceptance. Measure
// calls it first.
func (c *Catalog) Validate() error {
	if c == nil {
		return errors.New("ddbaccess: a nil catalog")
	}
	if c.Table == nil {
		return errors.New("ddbaccess: Catalog.Table is nil: set it to the model")
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("ddbaccess: "+format, args...)) }
	if len(c.Table.Design().Entities) == 0 {
		fault("Catalog.Table has no entities: define them before the catalog is used")
	}
	if !amount(c.Peak) {
		fault("Catalog.Peak is %g: it is a multiple of the rates, and not negative", c.Peak)
	}
	for i, v := range c.Views {
		table := face.ViewTable(v)
		switch {
		case table == nil:
			fault("view %d is nil: remove it", i+1)
		case table.Face != any(c.Table):
			fault("view %s is of another table than Catalog.Table", v.Name())
		case slices.Contains(c.Views[:i], v):
			fault("view %s is there twice: keep one", v.Name())
		}
	}
	for i, a := range c.Accept {
		if a.Rule == "" || a.Subject == "" || a.Reason == "" {
			fault("acceptance %d (%s of %q) needs a rule, a subject and a reason", i+1, a.Rule, a.Subject)
		}
	}
	if c.Prices != nil {
		if err := c.Prices.check(); err != nil {
			fault("Catalog.Prices: %w", err)
		}
	}
	c.volumeFaults(fault)
	c.patternFaults(fault)
	return errors.Join(faults...)
}

func (c *Catalog) patternFaults(fault func(string, ...any)) {
	names := map[string]bool{}
	for i, p := range c.Patterns {
		if p == nil {
			fault("pattern %d is nil: remove it", i+1)
			continue
		}
		switch {
		case p.run == nil:
			fault("pattern %d is the zero Pattern: make it with a constructor, such as Get or Func", i+1)
			continue
		case p.name == "":
			fault("pattern %d has no name", i+1)
		case names[p.name]:
			fault("pattern %q is there twice: give one another name", p.name)
		}
		names[p.name] = true
		if p.fault != "" {
			fault("pattern %q: %s", p.name, p.fault)
		}
		if !amount(p.rate) {
			fault("pattern %q has a rate of %g a second: it is not negative", p.name, p.rate)
		}
		if !amount(p.finds) {
			fault("pattern %q finds %g items: that is not negative", p.name, p.finds)
		}
		if !(p.hot >= 0 && p.hot <= 1) {
			fault("pattern %q has a hot share of %g: it is between 0 and 1", p.name, p.hot)
		}
		for _, a := range p.accepted {
			if a.Rule == "" || a.Reason == "" {
				fault("pattern %q accepts %q because %q: both are needed", p.name, a.Rule, a.Reason)
			}
		}
		if p.of != nil && !c.has(p.of) {
			fault("pattern %q is of entity %q, which is of another table than Catalog.Table", p.name, p.entity)
		}
	}
}

// amount reports whether n is a number, and not negative.
func amount(n float64) bool { return n >= 0 && !math.IsInf(n, 1) }

// has reports whether an entity is of the table of the catalog: the one of another table can have the same name.
func (c *Catalog) has(e ddb.AnyEntity) bool { return face.Entity(e).Table.Face == any(c.Table) }

func (c *Catalog) now() time.Time {
	if c.Now.IsZero() {
		return time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	}
	return c.Now
}

func (c *Catalog) peak() float64 {
	if c.Peak == 0 {
		return 1
	}
	return c.Peak
}

func (c *Catalog) title() string {
	if c.Title == "" {
		return "Access patterns"
	}
	return c.Title
}
