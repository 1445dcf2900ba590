package ddbaccess

import (
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// overhead is what DynamoDB adds to the size of each item and each index entry that it stores.
const overhead = 100

// Storage is what the table or an index holds, and what is written to it.
type Storage struct {
	Index      string   `json:"index"`
	Bytes      float64  `json:"bytes"`                // with the 100 bytes that DynamoDB adds for each item or entry
	Unknown    []string `json:"unknown,omitempty"`    // the entities that are not counted, because a volume is not declared
	Undeclared []string `json:"undeclared,omitempty"` // what to declare of them: "Per.Entries of order in gsi2"
	Writes     float64  `json:"writes"`               // write units a second on average, as the examples write
}

// storage returns the table and its indexes.
func storage(v volumes, d *ddbdesign.Table, results []Result) (out []Storage) {
	for _, ix := range d.Indexes {
		s := Storage{Index: ix.Name}
		for _, e := range d.Entities {
			if _, ok := entryOf(d, e.Name, ix.Name); !ok {
				continue
			}
			n, unknown := v.entries(e.Name, ix.Name)
			each, missing := v.entryBytes(e.Name, ix.Name)
			if missing = unknown.and(missing); len(missing) > 0 {
				s.Unknown, s.Undeclared = append(s.Unknown, e.Name), lacks(s.Undeclared).and(missing)
				continue
			}
			if ix.Name == ddbobserve.Primary {
				n += n * v.declared(e.Name).Versions
			}
			s.Bytes += n * (each + overhead)
		}
		for _, r := range results {
			for _, c := range r.charges {
				if c.index == ix.Name && len(c.lacks) == 0 {
					s.Writes += r.Rate * c.units.Write
				}
			}
		}
		s.Bytes, s.Writes = round(s.Bytes), round(s.Writes)
		out = append(out, s)
	}
	return out
}

// amplification is what the indexes write for each unit that the table writes; 0 if nothing is written.
func (rep *Report) amplification() float64 {
	table, indexes := 0.0, 0.0
	for _, s := range rep.Indexes {
		if s.Index == ddbobserve.Primary {
			table += s.Writes
		} else {
			indexes += s.Writes
		}
	}
	if table == 0 {
		return 0
	}
	return indexes / table
}
