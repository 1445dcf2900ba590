package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/singletable-go/ddb/internal/fault"
)

// Check returns every fault of the model, joined: of the table and its indexes, of definitions that Define refused, and of
// declarations after a Define that do not fit its entity.
func (t *Table) Check() error {
	faults := t.currentFaults()
	for _, refused := range t.refused {
		faults = append(faults, refused.faults...)
	}
	return joinFaults(faults)
}

// refusedDefinition is a definition with an error of Define, if no later one of the same name succeeded.
type refusedDefinition struct {
	name   string
	faults []error
}

// Refuse records the faults of a definition; without faults it removes earlier ones.
func (t *Table) Refuse(name string, faults []error) {
	t.refused = slices.DeleteFunc(t.refused, func(r refusedDefinition) bool { return r.name == name })
	if len(faults) > 0 {
		t.refused = append(t.refused, refusedDefinition{name, faults})
	}
}

// currentFaults returns the faults of the table, and of its entities after later declarations.
func (t *Table) currentFaults() []error {
	t.checking.Lock()
	defer t.checking.Unlock()
	faults := t.faults().all
	for _, e := range t.Entities {
		d := &Definition{E: e}
		if e.checked != t.revised {
			d.checkNames()
			d.checkFields()
			d.checkTTL()
			d.checkAttributes()
			d.checkMembership()
			d.checkPackedAttributes()
		}
		d.checkUnfilled()
		d.checkDistinctKeys()
		faults = append(faults, d.faults...)
	}
	return faults
}

func joinFaults(faults []error) error {
	if len(faults) == 0 {
		return nil
	}
	return &fault.ModelError{Err: errors.Join(faults...)}
}

// AWS: "Quotas in Amazon DynamoDB", secondary indexes and names.
const (
	maxKeyName      = 255
	maxIncluded     = 20  // attributes in one index
	maxIncludedAll  = 100 // in all of them; an attribute in two indexes counts twice
	maxGlobals      = 20
	maxLocals       = 5
	maxKeyAttribute = 4 // on each side of a key
)

// tableFaults are the faults of a table, without those of its entities.
type tableFaults struct {
	all []error
	in  map[*Index]bool // that are wrong
}

// faults returns the faults of the table and its indexes.
func (t *Table) faults() *tableFaults {
	if t.own == nil {
		all, in := t.check()
		t.own = &tableFaults{slices.Clip(all), in}
	}
	return t.own
}

func (t *Table) check() (faults []error, wrong map[*Index]bool) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: table: "+format, args...))
	}
	wrong = map[*Index]bool{}
	names := map[string]bool{}
	locals, globals, included := 0, 0, 0
	for _, ix := range t.All() {
		before := len(faults)
		if ix.Kind != PrimaryIndex && !isIndexName(ix.Name) {
			fault("index name %q must have 3 to 255 of a-z A-Z 0-9 _ - .", ix.Name)
		}
		if names[ix.Name] {
			fault("two indexes have the name %q: rename one", ix.Name)
		}
		names[ix.Name] = true
		for _, attr := range ix.Attrs() {
			switch {
			case !keyName(attr):
				fault("%s: key attribute %.40q must have 1 to 255 bytes of valid UTF-8 and not begin with ~", ix.Name, attr)
			case attr == t.TypeAttr:
				fault("%s: key attribute %q is the type attribute: call TypeAttribute with another name", ix.Name, attr)
			case attr == t.TTL:
				fault("%s: the TTL attribute %q is a key attribute", ix.Name, attr)
			}
		}
		if all := ix.Attrs(); len(slices.Compact(slices.Sorted(slices.Values(all)))) < len(all) {
			fault("%s: a key attribute is listed twice in %v: remove one", ix.Name, all)
		}
		if len(ix.Partition) == 0 || len(ix.Partition) > maxKeyAttribute || len(ix.Sort) > maxKeyAttribute {
			fault("%s: an index has 1 to 4 partition and 0 to 4 sort attributes", ix.Name)
		}
		switch ix.Kind {
		case LocalIndex:
			locals++
			if len(t.Primary.Sort) == 0 {
				fault("%s: a table without a sort key has no local secondary index", ix.Name)
			}
		case GlobalIndex:
			globals++
		case PrimaryIndex:
		}
		if wrong[ix] = len(faults) > before; ix.Projection == projectInclude {
			included += len(ix.include)
			t.faultsOfInclude(ix, fault)
		}
		switch {
		case ix.twice:
			fault("%s: more than one call of KeysOnly and Include, but an index has one projection: keep one call", ix.Name)
		case ix.Kind == PrimaryIndex && ix.Projection != ProjectAll:
			fault("%s: the table itself has no projection: call KeysOnly and Include of a secondary index", ix.Name)
		}
	}
	if locals > maxLocals {
		fault("%d local secondary indexes: DynamoDB allows %d", locals, maxLocals)
	}
	if globals > maxGlobals {
		fault("%d global secondary indexes: DynamoDB allows %d by default", globals, maxGlobals)
	}
	if included > maxIncludedAll {
		fault("the indexes Include %d attributes in total (one in two indexes counts twice): DynamoDB allows %d", included, maxIncludedAll)
	}
	switch {
	case t.TypeAttr != "" && !keyName(t.TypeAttr):
		fault("type attribute %.40q must have up to 255 bytes of valid UTF-8 and not begin with ~, which is reserved for the library", t.TypeAttr)
	case t.TypeAttr != "" && t.TypeAttr == t.TTL:
		fault("attribute %q is both the type attribute and the TTL attribute", t.TTL)
	}
	if t.TTL != "" && !keyName(t.TTL) {
		fault("TTL attribute %.40q must have up to 255 bytes of valid UTF-8 and not begin with ~, which is reserved for the library", t.TTL)
	}
	return faults, wrong
}

// newFaults returns the faults of the table that were not reported yet, so that not every Define reports them.
func (t *Table) newFaults() (faults []error) {
	for _, err := range t.faults().all {
		if !t.reported[err.Error()] {
			t.reported[err.Error()] = true
			faults = append(faults, err)
		}
	}
	return faults
}

func (t *Table) faultsOfInclude(ix *Index, fault func(string, ...any)) {
	if n := len(ix.include); n == 0 || n > maxIncluded {
		fault("%s: Include takes 1 to %d attributes, not %d", ix.Name, maxIncluded, n)
	}
	for i, attr := range ix.include {
		switch {
		case attr == "" || len(attr) > maxKeyName || !utf8.ValidString(attr):
			fault("%s: Include of %.40q: a name has 1 to 255 bytes of valid UTF-8", ix.Name, attr)
		case slices.Contains(ix.include[:i], attr):
			fault("%s: Include names %q twice", ix.Name, attr)
		}
	}
}

// keyName reports whether the name is valid for a key or TTL attribute, and not reserved for the library.
func keyName(attr string) bool {
	return attr != "" && len(attr) <= maxKeyName && utf8.ValidString(attr) && !strings.HasPrefix(attr, "~")
}
