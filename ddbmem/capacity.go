package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

const (
	readBlock  = 4096
	writeBlock = 1024
)

// writeUnits is the cost of writing an item of that size.
func writeUnits(size int) float64 { return float64(max((size+writeBlock-1)/writeBlock, 1)) }

// readUnits is the cost of reading that many bytes.
func readUnits(size int, consistent bool) float64 {
	units := float64(max((size+readBlock-1)/readBlock, 1))
	if !consistent {
		units /= 2
	}
	return units
}

// usage adds up what a request consumes of one table and its indexes.
type usage struct {
	table   *table
	base    float64
	indexes []float64 // by the position of the index in of
	of      []*index  // of the table, as they were
	read    bool
}

// add adds to the usage. The caller holds the lock of the table.
func (u *usage) add(base float64, indexes []float64) {
	u.base += base
	if indexes == nil {
		return
	}
	u.of = u.table.indexes
	if len(u.indexes) < len(indexes) {
		u.indexes = append(u.indexes, make([]float64, len(indexes)-len(u.indexes))...)
	}
	for i, v := range indexes {
		u.indexes[i] += v
	}
}

// merge adds another usage of the same table.
func (u *usage) merge(other *usage) {
	u.base += other.base
	if other.indexes == nil {
		return
	}
	if len(u.indexes) < len(other.indexes) {
		u.indexes = append(u.indexes, make([]float64, len(other.indexes)-len(u.indexes))...)
	}
	for i, v := range other.indexes {
		u.indexes[i] += v
	}
	u.of = other.of
}

func (u *usage) total() float64 {
	sum := u.base
	for _, v := range u.indexes {
		sum += v
	}
	return sum
}

// double doubles the cost of the table, as a transaction does; the cost of an index stays the same.
func (u *usage) double() { u.base *= 2 }

// capacity is the ReturnConsumedCapacity of a request.
type capacity string

const (
	capacityTotal   capacity = "TOTAL"
	capacityIndexes capacity = "INDEXES"
)

func wantedCapacity(in *wire.Node) capacity { return capacity(in.Text("ReturnConsumedCapacity")) }

// write appends one ConsumedCapacity to o. For a transaction it separates read units from write units.
func (c capacity) write(o *out, u *usage, transaction bool) {
	o.open()
	o.str("TableName", u.table.name)
	units := func(v float64) {
		o.float("CapacityUnits", v)
		if transaction && u.read {
			o.float("ReadCapacityUnits", v)
		} else if transaction {
			o.float("WriteCapacityUnits", v)
		}
	}
	units(u.total())
	if c == capacityIndexes {
		o.key("Table")
		o.open()
		units(u.base)
		o.close()
		for _, local := range []bool{false, true} {
			began := false
			for i, v := range u.indexes {
				if i >= len(u.of) || u.of[i].local != local || v == 0 {
					continue
				}
				if !began {
					o.key(map[bool]string{false: "GlobalSecondaryIndexes", true: "LocalSecondaryIndexes"}[local])
					o.open()
					began = true
				}
				o.key(u.of[i].name)
				o.open()
				units(v)
				o.close()
			}
			if began {
				o.close()
			}
		}
	}
	o.close()
}

// one appends the ConsumedCapacity member of a request on one table, if the request wants it.
func (c capacity) one(o *out, u *usage) {
	if c == capacityTotal || c == capacityIndexes {
		o.key("ConsumedCapacity")
		c.write(o, u, false)
	}
}

// many appends the ConsumedCapacity member of a request on several tables, if the request wants it.
func (c capacity) many(o *out, all []*usage, transaction bool) {
	if c != capacityTotal && c != capacityIndexes {
		return
	}
	o.key("ConsumedCapacity")
	o.list(len(all), func(i int) { c.write(o, all[i], transaction) })
}
