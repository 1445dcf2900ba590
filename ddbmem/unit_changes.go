package ddbmem

import (
	"fmt"
	"time"
)

// changes counts the changes of the provisioned units of a table or an index. Units may be decreased four times a day,
// then once an hour; days are in UTC.
type changes struct {
	increased time.Time
	decreased time.Time
	today     int // decreases, on the day of the last
}

// freeDecreases is how many decreases of a day need no hour between them.
const freeDecreases = 4

// count returns how often the units were decreased today.
func (c *changes) count(now time.Time) int {
	y, m, d := now.UTC().Date()
	if ly, lm, ld := c.decreased.UTC().Date(); y != ly || m != lm || d != ld {
		return 0
	}
	return c.today
}

// full reports whether the units must not be decreased now.
func (c *changes) full(now time.Time) bool {
	return c.count(now) >= freeDecreases && now.Sub(c.decreased) < time.Hour
}

// note notes a change of the units.
func (c *changes) note(old, next capacityPair, now time.Time) {
	if old.below(next) {
		c.increased = now
	}
	if next.below(old) {
		c.today, c.decreased = c.count(now)+1, now
	}
}

// checkDecreases rejects an update that decreases units too often.
func (u *tableUpdate) checkDecreases() *apiError {
	if u.t.res == nil || u.def.billing == "PAY_PER_REQUEST" || u.t.def.billing == "PAY_PER_REQUEST" {
		return nil
	}
	failed := u.t.res.checkDecrease(u.def.throughput, u.now)
	for x, s := range u.changed {
		if failed == nil && x.res != nil {
			failed = x.res.checkDecrease(s.throughput, u.now)
		}
	}
	return failed
}

func (r *resource) checkDecrease(next capacityPair, now time.Time) *apiError {
	if !next.below(*r.units) || !r.changes.full(now) {
		return nil
	}
	const layout = "Monday, January 2, 2006 at 3:04:05 PM Coordinated Universal Time"
	last := r.changes.decreased.UTC()
	return limitExceeded(fmt.Sprintf("Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "+
		"After the first %d decreases, each subsequent decrease in the same UTC day can be performed at most once every %d seconds. "+
		"Number of decreases today: %d. Last decrease at %s. Next decrease can be made at %s",
		freeDecreases, int(time.Hour.Seconds()), r.changes.count(now), last.Format(layout), last.Add(time.Hour).Format(layout)))
}

// noteUnits notes which units an update changes.
func (u *tableUpdate) noteUnits() {
	if u.t.res == nil || u.def.billing == "PAY_PER_REQUEST" || u.t.def.billing == "PAY_PER_REQUEST" {
		return
	}
	u.t.res.changes.note(u.t.def.throughput, u.def.throughput, u.now)
	for x, s := range u.changed {
		if x.res != nil {
			x.res.changes.note(x.throughput, s.throughput, u.now)
		}
	}
}

// describe appends the times of the changes.
func (c *changes) describe(o *out, now time.Time) {
	o.int("NumberOfDecreasesToday", c.count(now))
	if !c.increased.IsZero() {
		o.float("LastIncreaseDateTime", seconds(c.increased))
	}
	if !c.decreased.IsZero() {
		o.float("LastDecreaseDateTime", seconds(c.decreased))
	}
}
