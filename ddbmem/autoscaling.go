package ddbmem

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// AutoScaling says how the provisioned units of a table or a global index follow their consumption. A nil policy
// changes nothing.
type AutoScaling struct {
	Read  *ScalingPolicy
	Write *ScalingPolicy
}

// ScalingPolicy keeps consumption near a target, as Application Auto Scaling does for DynamoDB with a target tracking
// policy and its two alarms. After two minutes in a row above the target, the units are set so that the last minute is
// at the target. After fifteen minutes in a row at least 20 points below it, they are set so that the busiest of them
// is at the target, as often per day as units may be decreased. The service documents the two and fifteen minutes and
// the 20 points.
type ScalingPolicy struct {
	Min, Max int64   // the bounds of the units
	Target   float64 // percent of the units that are consumed, from 20 to 90; the default is 70
}

// What the alarms of a policy wait for.
const (
	scaleUpAfter   = 2
	scaleDownAfter = 15
	scaleDownBelow = 20 // points
	defaultTarget  = 70
)

// scaling is a policy and what it has seen.
type scaling struct {
	ScalingPolicy
	above, below int     // minutes in a row
	most         float64 // units per second, of the minutes below
}

// SetAutoScaling sets the policies for a table, or for one of its global indexes if index is not empty. They replace
// earlier policies. Units outside the bounds are changed at once. It needs [Options.Capacity]; an on-demand table has
// no units to scale until its mode changes. It returns an error for an invalid policy and for an unknown table or
// index.
func (e *Engine) SetAutoScaling(table, index string, s AutoScaling) error {
	if e.opts.Capacity == nil {
		return errors.New("ddbmem: auto scaling: Options.Capacity is not set")
	}
	var policies [2]*scaling
	for a, p := range [2]*ScalingPolicy{reading: s.Read, writing: s.Write} {
		if p == nil {
			continue
		}
		policies[a] = &scaling{ScalingPolicy: *p}
		if p.Target == 0 {
			policies[a].Target = defaultTarget
		}
		if err := policies[a].check(); err != nil {
			return fmt.Errorf("ddbmem: auto scaling: table %s: %w", table, err)
		}
	}
	t := e.lookup(table)
	if t == nil {
		return fmt.Errorf("ddbmem: auto scaling: no table %s", table)
	}
	t.settle()
	t.mu.Lock()
	defer t.mu.Unlock()
	for r := range t.resources() {
		if r.name == index {
			r.scaling = policies
			now := e.clock.Now()
			if r.bound(now) {
				t.configureThroughput(now)
			}
			return nil
		}
	}
	return fmt.Errorf("ddbmem: auto scaling: table %s has no global index %s", table, index)
}

func (p *ScalingPolicy) check() error {
	switch {
	case p.Min < 1 || p.Max < p.Min:
		return fmt.Errorf("units from %d to %d: both must be positive and in this order", p.Min, p.Max)
	case p.Target < 20 || p.Target > 90:
		return fmt.Errorf("target %v: it must be from 20 to 90 percent", p.Target)
	}
	return nil
}

// bound brings the units within the bounds of the policies, and reports whether that changed them.
func (r *resource) bound(now time.Time) bool {
	changed := false
	for a, s := range r.scaling {
		if s != nil && !r.onDemand {
			units := r.provisioned(access(a))
			changed = r.provision(access(a), min(max(units, s.Min), s.Max), now) || changed
		}
	}
	return changed
}

// scale applies the policies at the end of a minute with that many units per second, and reports whether units have
// changed.
func (r *resource) scale(rates [2]float64, end time.Time) bool {
	changed := false
	for a, s := range r.scaling {
		if s == nil || r.onDemand {
			continue
		}
		units := r.provisioned(access(a))
		next := s.next(rates[a], units)
		if next != units && r.provision(access(a), next, end) {
			s.above, s.below, s.most = 0, 0, 0
			changed = true
		}
	}
	return changed
}

// next returns the units that follow a minute.
func (s *scaling) next(rate float64, units int64) int64 {
	percent := 100 * rate / float64(units)
	switch {
	case percent > s.Target:
		s.above, s.below, s.most = s.above+1, 0, 0
	case percent < s.Target-scaleDownBelow:
		s.above, s.below, s.most = 0, s.below+1, max(s.most, rate)
	default:
		s.above, s.below, s.most = 0, 0, 0
	}
	switch {
	case s.above >= scaleUpAfter:
		return max(units, s.wanted(rate))
	case s.below >= scaleDownAfter:
		return min(units, s.wanted(s.most))
	}
	return units
}

// wanted returns the units for which a rate is the target.
func (s *scaling) wanted(rate float64) int64 {
	return min(max(int64(math.Ceil(100*rate/s.Target-rounding)), s.Min), s.Max)
}

// provisioned returns the units of a kind of access.
func (r *resource) provisioned(a access) int64 {
	if a == reading {
		return r.units.read
	}
	return r.units.write
}

// provision changes the units of a kind of access, unless they must not be decreased now.
func (r *resource) provision(a access, units int64, now time.Time) bool {
	next := *r.units
	if a == reading {
		next.read = units
	} else {
		next.write = units
	}
	if next == *r.units || next.below(*r.units) && r.changes.full(now) {
		return false
	}
	r.changes.note(*r.units, next, now)
	*r.units = next
	return true
}

// below reports whether one of the units is less than it was.
func (c capacityPair) below(old capacityPair) bool { return c.read < old.read || c.write < old.write }
