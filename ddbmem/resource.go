package ddbmem

import (
	"iter"
	"time"
)

// resourceKind is the name of a resource in ThrottlingReasons.
type resourceKind string

const (
	tableResource resourceKind = "Table"
	indexResource resourceKind = "Index"
)

// resource is what a table or a global index may consume and has consumed. Its structure changes only under the lock of
// the table; the lock of the supply guards what requests change.
type resource struct {
	of     *supply
	kind   resourceKind
	name   string // of an index
	arn    string
	keys   *schema
	whole  bool                                       // item collections do not split
	stored func(from string) iter.Seq2[string, int64] // the sizes of the data, from a key on
	units  *capacityPair                              // as provisioned; part of the description

	onDemand bool
	limits   [2]bucket  // of the provisioned units, or of OnDemandThroughput
	warm     [2]float64 // units per second
	growth   []growth   // of an on-demand table, in the order of time
	scaling  [2]*scaling
	changes  changes

	parts []*partition // in the order of their keys
	last  int          // the highest partition number

	minute    [2]float64 // units consumed since the minute began
	consumed  [2]float64
	throttled map[string]int64 // by reason
}

// growth is a future value of the warm throughput.
type growth struct {
	at   time.Time
	warm [2]float64
}

// configure sets the limits of a mode, and adds the partitions that the warm throughput needs.
func (r *resource) configure(billing string, onDemand *capacityPair, now time.Time) {
	r.onDemand = billing == "PAY_PER_REQUEST"
	rates, seconds, warm := r.units.rates(), float64(burstSeconds), r.units.rates()
	if r.onDemand {
		rates, seconds, warm = onDemand.rates(), 1, [2]float64{initialRead, initialWrite}
	}
	for a := range r.limits {
		r.limits[a].limit(rates[a], seconds, now)
	}
	r.raise(warm, now)
}

// rates are the units as numbers, 0 for none.
func (c *capacityPair) rates() [2]float64 {
	if c == nil {
		return [2]float64{}
	}
	return [2]float64{reading: max(float64(c.read), 0), writing: max(float64(c.write), 0)}
}

// raise raises the warm throughput, and adds the partitions that it needs.
func (r *resource) raise(warm [2]float64, now time.Time) {
	for a := range warm {
		r.warm[a] = max(r.warm[a], warm[a])
	}
	if r.parts == nil {
		r.allocate(now)
	}
	r.spread(now)
}

// refuses returns the limits that prevent consuming units under a key.
func (r *resource) refuses(key string, a access, units float64, now time.Time) (limits []limitType) {
	if b := &r.limits[a]; b.lacks(units, now) {
		if r.onDemand {
			limits = append(limits, onDemandExceeded)
		} else {
			limits = append(limits, provisionedExceeded)
		}
	}
	if r.onDemand && r.of.quotas[a].lacks(units, now) {
		limits = append(limits, accountExceeded)
	}
	if r.parts[r.at(key)].limits[a].lacks(units, now) {
		limits = append(limits, keyRangeExceeded)
	}
	return limits
}

// consume takes units under a key from all limits; a negative number returns them.
func (r *resource) consume(key string, a access, units float64) {
	p := r.parts[r.at(key)]
	r.limits[a].take(units)
	p.limits[a].take(units)
	if r.onDemand {
		r.of.quotas[a].take(units)
	}
	r.minute[a] += units
	r.consumed[a] += units
	p.minute[a] += units
	p.consumed[a] += units
}

// turn closes a minute: it splits partitions that have been hot for long enough, raises the warm throughput that is
// due, and notes new peaks.
func (r *resource) turn(end time.Time) {
	for i := len(r.parts) - 1; i >= 0; i-- {
		p := r.parts[i]
		if p.hot++; !p.isHot() {
			p.hot = 0
		}
		if long := r.of.opts.HeatAfter; long > 0 && p.hot > 0 && time.Duration(p.hot)*time.Minute >= long {
			p.hot = 0
			r.cool(i, end)
		}
		p.minute = [2]float64{}
		p.heat.turn()
	}
	rates := r.rates()
	for len(r.growth) > 0 && !r.growth[0].at.After(end) {
		r.raise(r.growth[0].warm, end)
		r.growth = r.growth[1:]
	}
	if r.onDemand {
		r.note(rates, end)
	}
	r.minute = [2]float64{}
}

// isHot reports whether a partition has consumed nearly its limit.
func (p *partition) isHot() bool {
	for a, limit := range partitionLimits {
		if p.minute[a] >= heatShare*limit*60 {
			return true
		}
	}
	return false
}

// rates are the consumed units per second of the minute that ends.
func (r *resource) rates() (rates [2]float64) {
	for a := range rates {
		rates[a] = r.minute[a] / 60
	}
	return rates
}

// note notes a peak above half the warm throughput: some time later the warm throughput is twice the peak.
func (r *resource) note(rates [2]float64, end time.Time) {
	known := r.warm
	if n := len(r.growth); n > 0 {
		for a := range known {
			known[a] = max(known[a], r.growth[n-1].warm[a])
		}
	}
	if 2*rates[reading] <= known[reading]*(1+rounding) && 2*rates[writing] <= known[writing]*(1+rounding) {
		return
	}
	for a := range known {
		known[a] = max(known[a], 2*rates[a])
	}
	r.growth = append(r.growth, growth{end.Add(growthTime), known})
}
