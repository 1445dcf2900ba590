package ddbaccess

import (
	"math"
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/attr"
)

// image is an item before and after a write. A nil item does not exist.
type image struct{ before, after item }

// size is the larger of the two, in bytes.
func (i image) size() float64 { return max(size(i.before), size(i.after)) }

func size(of item) float64 { return float64(attr.Size(of)) }

// entry returns what an index has of an item: nil if it is not in the index.
func entry(d *ddbdesign.Table, ix *ddbdesign.Index, of item) item {
	if of == nil {
		return nil
	}
	keys := slices.Concat(ix.Partition, ix.Sort, d.Indexes[0].Partition, d.Indexes[0].Sort)
	for _, a := range keys {
		if of[a.Name] == nil {
			return nil
		}
	}
	if ix.Projection == ddbdesign.ProjectAll {
		return of
	}
	out := item{}
	for _, a := range keys {
		out[a.Name] = of[a.Name]
	}
	for _, name := range ix.Include {
		if v := of[name]; v != nil {
			out[name] = v
		}
	}
	return out
}

// entryWrites returns the bytes of each write of an index that a change of an item causes: none if nothing that is projected
// changes, one for an entry that appears, vanishes or keeps its key, two for one that moves.
func entryWrites(d *ddbdesign.Table, ix *ddbdesign.Index, i image) []float64 {
	before, after := entry(d, ix, i.before), entry(d, ix, i.after)
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		return []float64{size(after)}
	case after == nil:
		return []float64{size(before)}
	}
	for _, a := range slices.Concat(ix.Partition, ix.Sort) {
		if !reflect.DeepEqual(before[a.Name], after[a.Name]) {
			return []float64{size(before), size(after)}
		}
	}
	if reflect.DeepEqual(before, after) {
		return nil
	}
	return []float64{max(size(before), size(after))}
}

// Units of DynamoDB.
const (
	readBlock  = 4 << 10 // bytes of a read unit
	writeBlock = 1 << 10 // bytes of a write unit
	pageBytes  = 1 << 20 // that a Query or Scan reads at most
)

// blocks is the number of blocks that bytes take, at least one.
func blocks(bytes, block float64) float64 { return math.Max(1, math.Ceil(bytes/block)) }
