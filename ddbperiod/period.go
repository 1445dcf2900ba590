package ddbperiod

import (
	"fmt"
	"strings"
	"time"
)

// Period is the length of the time that one table is for. Periods are in UTC. The zero Period is refused.
type Period uint8

// The periods, with an example of the name of a table of the series readings.
const (
	Hour  Period = iota + 1 // readings-2026-11-30T17
	Day                     // readings-2026-11-30
	Week                    // readings-2026-W49: as in ISO 8601, from Monday on
	Month                   // readings-2026-11
	Year                    // readings-2026
)

// layouts are those of the names, except for a week's. Their lengths differ, so that no name is of two periods.
var layouts = [...]string{Hour: "2006-01-02T15", Day: "2006-01-02", Month: "2006-01", Year: "2006"}

// String returns "hour", "day", "week", "month" or "year".
func (p Period) String() string {
	switch p {
	case Hour:
		return "hour"
	case Day:
		return "day"
	case Week:
		return "week"
	case Month:
		return "month"
	case Year:
		return "year"
	}
	return fmt.Sprintf("Period(%d)", uint8(p))
}

func (p Period) valid() bool { return Hour <= p && p <= Year }

// Start returns when the period of t begins.
func (p Period) Start(t time.Time) time.Time {
	t = t.UTC()
	y, m, d := t.Date()
	switch p {
	case Hour:
		return time.Date(y, m, d, t.Hour(), 0, 0, 0, time.UTC)
	case Week:
		return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
	case Month:
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	case Year:
		return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// far is more hours than there are in the years that a time may have. Beyond it, numbers of periods would overflow.
const far = 100_000_000

// Add returns when the nth period after that of t begins; n may be negative. A hundred million periods are the most.
func (p Period) Add(t time.Time, n int) time.Time {
	n = max(-far, min(n, far))
	start := p.Start(t)
	y, m, d := start.Date()
	switch p {
	case Hour:
		return time.Date(y, m, d, start.Hour()+n, 0, 0, 0, time.UTC)
	case Week:
		return time.Date(y, m, d+7*n, 0, 0, 0, 0, time.UTC)
	case Month:
		return time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	case Year:
		return time.Date(y+n, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC)
}

// text is the end of a table's name. It sorts as the periods do.
func (p Period) text(start time.Time) string {
	if p == Week {
		y, w := start.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	}
	return start.Format(layouts[p])
}

// named is the inverse of text: ok is false for any other text.
func (p Period) named(text string) (start time.Time, ok bool) {
	if p == Week {
		var y, w int
		if n, err := fmt.Sscanf(text, "%4d-W%2d", &y, &w); n != 2 || err != nil {
			return start, false
		}
		start = p.Add(time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC), w-1) // January 4 is in the first week
	} else {
		var err error
		if start, err = time.Parse(layouts[p], text); err != nil {
			return start, false
		}
	}
	return start, p.text(start) == text
}

// tableName is the name of the table of the series called name whose period begins at start.
func (p Period) tableName(name string, start time.Time) string { return name + "-" + p.text(start) }

// tableNamed is the inverse of tableName. A name that is not exactly such a table's is of no period.
func (p Period) tableNamed(name, table string) (start time.Time, ok bool) {
	text, ok := strings.CutPrefix(table, name+"-")
	if !ok {
		return start, false
	}
	return p.named(text)
}
