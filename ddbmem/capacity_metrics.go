package ddbmem

import (
	"maps"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Units are read and write units.
type Units struct{ Read, Write float64 }

// ResourceMetrics is what a table or a global index may consume and has consumed.
type ResourceMetrics struct {
	Index       string           // empty for the table
	ARN         string           // as in ThrottlingReasons
	Provisioned Units            // per second; 0 on demand
	Warm        Units            // per second, for an even load on the partitions
	Consumed    Units            // since the resource was created
	Throttled   map[string]int64 // how often a limit throttled, by its name in ThrottlingReasons
	Partitions  []PartitionMetrics
}

// PartitionMetrics is what a partition has consumed since it was split off.
type PartitionMetrics struct {
	ID, Parent      int   // of the partition, and of the one from which it was split; 0 for the first ones
	Bytes           int64 // of items, including those of local indexes
	Consumed        Units
	ThrottledReads  int64 // by any limit
	ThrottledWrites int64

	// HotKey is the partition key with the most consumption in this minute or the last, as JSON, such as
	// {"pk":{"S":"a"}}. HotShare is its share of the units, from 0 to 1. Both come from a sample of 256 requests.
	// HotKey is empty if there were no requests, or only for items that do not exist.
	HotKey   string
	HotShare float64
}

// CapacityMetrics returns what a table, and then each of its global indexes, may consume and has consumed, by
// partition, in the order of their keys. The counts only grow: the difference of two calls is the consumption in
// between. It returns nil if there is no such table or [Options.Capacity] is not set. It contains what the service's
// metrics and Contributor Insights show, and also the partitions, which the service does not show.
func (e *Engine) CapacityMetrics(table string) []ResourceMetrics {
	t := e.lookup(table)
	if t == nil {
		return nil
	}
	t.settle()
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.res == nil || t.dropped {
		return nil
	}
	t.res.of.mu.Lock()
	defer t.res.of.mu.Unlock()
	var all []ResourceMetrics
	for r := range t.resources() {
		find := t.rows.Get
		if x := t.find(r.name); x != nil {
			find = x.tree.Get
		}
		all = append(all, r.metrics(find))
	}
	return all
}

// metrics returns the metrics of a resource; find finds a row by its key in the tree.
func (r *resource) metrics(find func(string) (*row, bool)) ResourceMetrics {
	m := ResourceMetrics{
		Index: r.name, ARN: r.arn, Provisioned: unitsOf(r.units.rates()), Warm: unitsOf(r.warm), Consumed: unitsOf(r.consumed),
		Throttled: maps.Clone(r.throttled),
	}
	for _, p := range r.parts {
		pm := PartitionMetrics{
			ID: p.id, Parent: p.parent, Bytes: p.bytes, Consumed: unitsOf(p.consumed),
			ThrottledReads: p.throttled[reading], ThrottledWrites: p.throttled[writing],
		}
		pm.HotKey, pm.HotShare = p.heat.hottest(r.keys, find)
		m.Partitions = append(m.Partitions, pm)
	}
	return m
}

func unitsOf(u [2]float64) Units { return Units{u[reading], u[writing]} }

// hottest returns the item collection with the most consumption, and its share.
func (h *heat) hottest(s *schema, find func(string) (*row, bool)) (key string, share float64) {
	samples := h.samples
	if len(samples) < heatSamples && len(h.previous) > len(samples) {
		samples = h.previous
	}
	total, most := 0.0, 0.0
	byCollection := map[string]float64{}
	names := map[string]string{}
	for _, x := range samples {
		c := s.collection(x.key)
		total += x.units
		byCollection[c] += x.units
		if r, ok := find(x.key); ok && names[c] == "" {
			names[c] = string(s.hashOnly(r.item).AppendJSON(nil))
		}
	}
	for c, units := range byCollection {
		if units > most || units == most && names[c] < key {
			most, key = units, names[c]
		}
	}
	if total == 0 {
		return "", 0
	}
	return key, most / total
}

// hashOnly returns the partition key attributes of an item.
func (s *schema) hashOnly(it value.Item) value.Item {
	names := make([]string, len(s.hash))
	for i, k := range s.hash {
		names[i] = k.name
	}
	return it.Only(names...)
}
