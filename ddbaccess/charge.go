package ddbaccess

import (
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// charge is a part of what a request would cost at the declared volumes: for items of one entity, in the table or one index.
type charge struct {
	index     string
	partition ddbdesign.Template // of the key that is read or written, zero if it is not known
	claim     ddbdesign.Claim
	view      string // whose request it is
	units     Units
	lacks     lacks // what it depends on, and is not declared
}

// estimator computes charges from the declared volumes.
type estimator struct {
	design  *ddbdesign.Table
	volumes volumes
}

// bytes is the size of an item: the declared one of an entity's, and the measured one of the library's own.
func (e *estimator) bytes(c ddbdesign.Claim, measured float64) (float64, lacks) {
	if c.Companion != "" || c.Entity == "" {
		return measured, nil
	}
	return e.volumes.bytes(c.Entity)
}

// entryBytes is the size of an index entry: the declared one of the item if the index projects all of it, else the measured one.
// Attributes that are not projected are those that grow.
func (e *estimator) entryBytes(ix *ddbdesign.Index, c ddbdesign.Claim, measured float64) (float64, lacks) {
	if ix.Projection != ddbdesign.ProjectAll {
		return measured, nil
	}
	return e.bytes(c, measured)
}

// read is the read of an item by its key.
func (e *estimator) read(key item, measured, factor float64) charge {
	c := charge{index: ddbobserve.Primary, claim: claimOf(e.design, key)}
	c.partition, _ = templates(e.design, c.claim, key)
	n, missing := e.bytes(c.claim, measured)
	c.units.Read, c.lacks = factor*blocks(n, readBlock), missing
	return c
}

// write is a write of the table, and of each index that it changes. Factor is 2 in a transaction: for the table alone.
func (e *estimator) write(w ddbobserve.Write, i image, factor float64) []charge {
	claim := claimOf(e.design, w.Key)
	table := charge{index: ddbobserve.Primary, claim: claim}
	table.partition, _ = templates(e.design, claim, w.Key)
	n, missing := 0.0, lacks(nil)
	if i.before != nil || i.after != nil { // else there is nothing to write, which costs one unit
		n, missing = e.bytes(claim, i.size())
	}
	table.units.Write, table.lacks = factor*blocks(n, writeBlock), missing
	charges := []charge{table}
	for k := range e.design.Indexes[1:] {
		ix := &e.design.Indexes[1+k]
		for _, measured := range entryWrites(e.design, ix, i) {
			n, missing := e.entryBytes(ix, claim, measured)
			c := charge{index: ix.Name, claim: claim, units: Units{Write: blocks(n, writeBlock)}, lacks: missing}
			if entry, ok := entryOf(e.design, claim.Entity, ix.Name); ok {
				c.partition = entry.Partition
			}
			charges = append(charges, c)
		}
	}
	return charges
}

// sum adds charges up. It is nil if one is unknown.
func sum(charges []charge) *Units {
	var u Units
	for _, c := range charges {
		if len(c.lacks) > 0 {
			return nil
		}
		u = u.plus(c.units)
	}
	u = u.round()
	return &u
}
