package model

import "github.com/singletable-go/ddb/internal/attr"

// AtOdds returns what a comparison of the entity with every other one finds.
func (e *Entity) AtOdds() []error {
	d := &Definition{E: e}
	for _, other := range e.Table.Entities {
		if other != e {
			d.checkTypes(other)
			d.checkKeyFields(other)
			d.checkOverlaps(other)
		}
	}
	return d.faults
}

// Shaped returns the entities whose primary key has the shape of the item's.
func (t *Table) Shaped(s attr.Stored) (all []*Entity) {
	for _, e := range t.Entities {
		if e.shaped(s) {
			all = append(all, e)
		}
	}
	return all
}

// HistoryOf returns the entity whose version item this is, nil if it is none.
func (t *Table) HistoryOf(s attr.Stored) *Entity { return t.historyOf(s) }
