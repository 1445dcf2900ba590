package graph

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// Cost is what an operation cost, in extensions.cost of its response.
type Cost struct {
	Requests   int         `json:"requests"`
	ReadUnits  float64     `json:"readUnits"`
	WriteUnits float64     `json:"writeUnits"`
	Indexes    []IndexCost `json:"indexes"`
}

// IndexCost is the part of a cost that one index consumed; "primary" is the table itself.
type IndexCost struct {
	Name       string  `json:"name"`
	ReadUnits  float64 `json:"readUnits"`
	WriteUnits float64 `json:"writeUnits"`
}

func (s *session) cost() Cost {
	total := s.meter.Total()
	cost := Cost{Requests: s.requests(), ReadUnits: total.Read, WriteUnits: total.Write, Indexes: []IndexCost{}}
	for _, ix := range platform.Table.Indexes() {
		if used := s.meter.Capacity(ix); used != (ddb.Capacity{}) {
			cost.Indexes = append(cost.Indexes, IndexCost{ix.Name(), used.Read, used.Write})
		}
	}
	return cost
}
