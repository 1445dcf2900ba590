package ddbaccess

import (
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// overhead is what DynamoDB adds to the size of each item and each index entry that it stores.
const overhead = 100

// Storage is what the table or an index holds, and what is written to it.
type Storage struct {
	Index   string   `json:"index"`
	Bytes   float64  `json:"bytes"`             // with the 100 bytes that DynamoDB adds for each item or entry
	Unknown []string `json:"unknown,omitempty"` // the entities whose volumes are missing, which are not counted
	Writes  float64  `json:"writes"`            // write units a second on average
}

// storage returns the table and its indexes. Where an entity is in an index under a condition, all of its items are counted.
func storage(v volumes, d *ddbdesign.Table, results []Result) (out []Storage) {
	for _, ix := range d.Indexes {
		s := Storage{Index: ix.Name}
		for _, e := range d.Entities {
			if _, ok := entryOf(d, e.Name, ix.Name); !ok {
				continue
			}
			of := v.of[e.Name]
			if of == nil || of.Items == 0 || of.Bytes == 0 {
				s.Unknown = append(s.Unknown, e.Name)
				continue
			}
			items := of.Items
			if ix.Name == ddbobserve.Primary {
				items += of.Items * of.Versions
			}
			s.Bytes += items * (of.Bytes + overhead)
		}
		for _, r := range results {
			for _, c := range r.charges {
				if c.index == ix.Name && !c.unknown {
					s.Writes += r.Rate * c.units.Write
				}
			}
		}
		s.Writes = round(s.Writes)
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
