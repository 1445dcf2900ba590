package things

import (
	"encoding/json"
	"fmt"
	"time"
)

// Date is a day as a number, such as 20261120: it sorts like the calendar, in a key and as an attribute. Its text and
// its JSON are "2026-11-20".
type Date int32

// DateOf returns the day of t in UTC.
func DateOf(t time.Time) Date {
	y, m, d := t.UTC().Date()
	return Date(y*10_000 + int(m)*100 + d)
}

// ParseDate returns the day that s is the text of. The error is an [InvalidError].
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() == 0 {
		return 0, invalid("date", "%.20q is not a day of the calendar: write it as 2026-11-20", s)
	}
	return DateOf(t), nil
}

func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d/10_000, d/100%100, d%100) }

// MarshalJSON returns the text of d.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON is [ParseDate] of a JSON text.
func (d *Date) UnmarshalJSON(b []byte) error {
	var s string
	err := json.Unmarshal(b, &s)
	if err == nil {
		*d, err = ParseDate(s)
	}
	return err
}

// Check refuses what is not a day of the calendar from year 1 to 9999: other values are no date, or sort wrongly in a key.
func (d Date) Check(field string) error {
	y, m, day := int(d/10_000), int(d/100%100), int(d%100)
	if y < 1 || y > 9999 || DateOf(time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)) != d {
		return invalid(field, "%d is not a day of the calendar: 20261120 is one", d)
	}
	return nil
}
