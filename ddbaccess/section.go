package ddbaccess

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// section is a table of the report with what is around it. Cells can have several lines.
type section struct {
	title, intro string
	header       []string
	right, code  []bool // columns that are aligned to the right, and columns of expressions
	cells        [][]string
	notes        []string
}

// sections are the tables of the report, in the order of the page.
func (rep *Report) sections() (out []section) {
	for _, s := range []section{rep.patternSection(), rep.familySection(), rep.storageSection(), rep.findingSection()} {
		if len(s.cells) > 0 {
			out = append(out, s.tidied())
		}
	}
	return out
}

func (rep *Report) patternSection() section {
	s := section{
		title:  "Patterns",
		intro:  "Each pattern was run once on the sample. Units are read units (R) and write units (W).",
		header: []string{"#", "access pattern", "request", "index", "key condition", "items", "requests", "measured", "estimated", "at most", "calls/s"},
		right:  []bool{true, false, false, false, false, true, true, true, true, true, true},
		code:   []bool{4: true, 10: false},
	}
	if rep.Prices != nil {
		s.header = append(s.header, rep.Prices.Currency+" a month")
		s.right, s.code = append(s.right, true), append(s.code, false)
	}
	for i, p := range rep.Patterns {
		whole := requestLines(strconv.Itoa(i+1), p.Name, p.Requests, p.Measured, p.Estimated)
		if whole[0][10] = rate(p.Rate); p.Items > 0 || whole[0][5] != "" {
			whole[0][5] = strconv.Itoa(p.Items)
		}
		for _, d := range p.Derived {
			whole = append(whole, requestLines("", p.Name+" → view "+d.View, d.Requests, d.Measured, d.Estimated)...)
		}
		if rep.Prices != nil {
			for j := range whole {
				whole[j] = append(whole[j], "")
			}
			whole[0][11] = rep.monthOf(p)
		}
		s.cells = append(s.cells, whole...)
	}
	if m := rep.Month; m != nil {
		stored := fmt.Sprintf("%.2f for storage", m.Storage)
		switch {
		case m.Unstored > 0 && m.Storage == 0:
			stored = "an unknown amount for storage"
		case m.Unstored > 0:
			stored += ", without what is unknown"
		}
		text := fmt.Sprintf("In a month: %.2f %s for requests at the declared rates, and %s.", m.Requests, rep.Prices.Currency, stored)
		if m.Unknown > 0 {
			are := map[bool]string{true: "is", false: "are"}[m.Unknown == 1]
			text += fmt.Sprintf(" %s whose cost is unknown %s not counted.", plural(m.Unknown, "pattern"), are)
		}
		s.notes = append(s.notes, text)
	}
	s.notes = append(append(s.notes, rep.Notes...), s.legend())
	return s
}

// legend explains the column of the worst case.
func (s section) legend() string {
	text := "At most: what a request costs in the table if each item has 400 KB."
	several, pages := "", ""
	for _, cells := range s.cells {
		switch most := cells[9]; {
		case strings.HasSuffix(most, "pages"):
			pages = cmp.Or(pages, most)
		case strings.Contains(most, " × "):
			several = cmp.Or(several, most)
		}
	}
	if n, each, ok := strings.Cut(several, " × "); ok {
		text += fmt.Sprintf(" %s is %s for each of %s items.", several, each, n)
	}
	if each, _, ok := strings.Cut(pages, " × "); ok {
		text += fmt.Sprintf(" %s is %s for each page of 1 MB that a query reads.", pages, each)
	}
	return text
}

// requestLines are the lines of a pattern or a view: one for a single request, else one for the sum and one for each.
func requestLines(number, name string, requests []Request, measured Units, estimated *Units) (out [][]string) {
	if len(requests) != 1 {
		out = append(out, []string{
			number, name, plural(requestCount(requests), "request"), "", "", "", strconv.Itoa(requestCount(requests)),
			measured.String(), estimate(estimated), "", "",
		})
		number = ""
	}
	for _, q := range requests {
		out = append(out, []string{
			number, name, q.Operation, q.Index, q.keys(), q.items(), strconv.Itoa(q.Pages),
			q.Measured.String(), estimate(q.Estimated), q.AtMost, "",
		})
	}
	return out
}

// items is the number of items that a read returns.
func (q Request) items() string {
	if q.writes() {
		return ""
	}
	return strconv.Itoa(q.Items)
}

// keys are the keys of a request, each in a line, and what narrows it.
func (q Request) keys() string {
	return strings.TrimSpace(strings.Join(q.Keys, "\n") + q.bounds())
}

// bounds is what stands behind the keys, as package ddbobserve prints it.
func (q Request) bounds() (text string) {
	if q.Filter != "" {
		text += " FILTER " + q.Filter
	}
	if len(q.Projection) > 0 {
		text += " SELECT " + strings.Join(q.Projection, ", ")
	}
	if q.CountOnly {
		text += " COUNT"
	}
	if q.Descending {
		text += " DESC"
	}
	if q.Limit > 0 {
		text += fmt.Sprintf(" LIMIT %d", q.Limit)
	}
	if q.Consistent {
		text += " CONSISTENT"
	}
	return text
}

func requestCount(requests []Request) (n int) {
	for _, q := range requests {
		n += q.Pages
	}
	return n
}

func (rep *Report) monthOf(p Result) string {
	_, ok := p.whole()
	switch {
	case p.Rate == 0:
		return "–"
	case !ok:
		return "unknown"
	}
	return fmt.Sprintf("%.2f", p.Month)
}

func (rep *Report) familySection() section {
	s := section{
		title:  "Busiest keys",
		intro:  fmt.Sprintf("The busiest partition key of each kind, at %g times the rates. A partition has 3,000 R and 1,000 W a second.", rep.Peak),
		header: []string{"partition key", "index", "R/s", "W/s", "of a partition", "largest collection"},
		right:  []bool{false, false, true, true, true, true},
		code:   []bool{0: true, 5: false},
	}
	folded := 0
	for i, f := range rep.Families {
		if i > 0 && f.Share < little && len(f.Unknown) == 0 {
			folded++
			continue
		}
		share := percent(f.Share)
		if len(f.Unknown) > 0 {
			share += " + unknown: " + strings.Join(f.Unknown, ", ")
		}
		collection := "–"
		if f.Collection > 0 {
			collection = fmt.Sprintf("%s, %s of 10 GB", bytesText(f.Collection), percent(f.Collection/collectionBytes))
		}
		s.cells = append(s.cells, []string{f.Partition, f.Index, number(f.Busiest.Read), number(f.Busiest.Write), share, collection})
	}
	if folded > 0 {
		s.notes = append(s.notes, fmt.Sprintf("%s below 0.1 %%.", plural(folded, "more key")))
	}
	var missing lacks
	for _, f := range rep.Families {
		missing = missing.and(f.Undeclared)
	}
	if len(missing) > 0 {
		s.notes = append(s.notes, fmt.Sprintf("To know the busiest keys, declare %s.", list(missing)))
	}
	return s
}

func (rep *Report) storageSection() section {
	s := section{
		title:  "Storage",
		intro:  "Items and index entries at the declared volumes, with the 100 bytes that DynamoDB adds to each, and without the library's own.",
		header: []string{"index", "bytes", "W/s"},
		right:  []bool{false, true, true},
		code:   make([]bool, 3),
	}
	for _, ix := range rep.Indexes {
		size := bytesText(ix.Bytes)
		if len(ix.Unknown) > 0 {
			size += " + unknown: " + strings.Join(ix.Unknown, ", ")
		}
		s.cells = append(s.cells, []string{ix.Index, size, number(ix.Writes)})
	}
	var missing lacks
	for _, ix := range rep.Indexes {
		missing = missing.and(ix.Undeclared)
	}
	if len(missing) > 0 {
		s.notes = append(s.notes, fmt.Sprintf("To know the storage, declare %s.", list(missing)))
	}
	if a := rep.amplification(); a > 0 {
		s.notes = append(s.notes, fmt.Sprintf("For each write unit of the table, the indexes take %s, as the examples write.", number(a)))
	}
	return s
}

func (rep *Report) findingSection() section {
	s := section{
		title: "Findings", header: []string{"rule", "finding", "accepted"}, right: make([]bool, 3), code: make([]bool, 3),
	}
	for _, f := range rep.Findings {
		s.cells = append(s.cells, []string{f.Rule, f.Text, f.Reason})
	}
	return s
}

func rate(r float64) string {
	if r == 0 {
		return "–"
	}
	return number(r)
}

func estimate(u *Units) string {
	if u == nil {
		return "unknown"
	}
	return u.String()
}

// String returns "0.5 R", "4 W", or "1 R + 4 W".
func (u Units) String() string {
	one := func(n float64, unit string) string {
		return strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0") + " " + unit
	}
	switch {
	case u.Write == 0:
		return one(u.Read, "R")
	case u.Read == 0:
		return one(u.Write, "W")
	}
	return one(u.Read, "R") + " + " + one(u.Write, "W")
}

// little is the share of a partition below which a key is not worth a line.
const little = 0.001

// number is a number with up to three digits that say something, and thousands apart. Less than a hundredth is not told apart.
func number(n float64) string {
	switch {
	case n == 0:
		return "0"
	case n < 0.01:
		return "< 0.01"
	case n < 100:
		return strconv.FormatFloat(significant(n, 3), 'f', -1, 64)
	}
	digits := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// significant rounds to so many digits.
func significant(n float64, digits int) float64 {
	out, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'g', digits, 64), 64)
	return out
}

func percent(share float64) string {
	switch p := 100 * share; {
	case p == 0:
		return "0 %"
	case p < 0.1:
		return "< 0.1 %"
	case p < 10:
		return fmt.Sprintf("%.1f %%", p)
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

func bytesText(n float64) string {
	for _, unit := range []string{"B", "KB", "MB", "GB", "TB"} {
		if n < 1024 || unit == "TB" {
			return number(significant(n, 3)) + " " + unit
		}
		n /= 1024
	}
	return ""
}
