package ddbaccess

import (
	"fmt"
	"math"
	"slices"
)

// Tolerance is by how much an estimate may differ from what is measured: a tenth.
const Tolerance = 0.1

// Deviations returns where the estimates differ from what was measured by more than the [Tolerance], a sentence for each pattern
// and each of its views. It is for the report of [Catalog.MeasureAtScale]: of another, the sample has other sizes than those
// declared. An estimate that is unknown does not differ, and neither does one of a pattern whose bounds of the sort key narrow a
// query: how many of the copies are within them is chance.
func (rep *Report) Deviations() (out []string) {
	for _, p := range rep.Patterns {
		if p.failed != nil {
			out = append(out, fmt.Sprintf("%s: it fails on copies of items: %v", p.Name, p.failed))
			continue
		}
		narrowed := slices.ContainsFunc(p.Requests, func(q Request) bool { return q.narrowed })
		if d := deviation(p.Measured, p.Estimated); d != "" && !narrowed {
			out = append(out, p.Name+": "+d)
		}
		for _, v := range p.Derived {
			if d := deviation(v.Measured, v.Estimated); d != "" {
				out = append(out, fmt.Sprintf("%s: view %s: %s", p.Name, v.View, d))
			}
		}
	}
	return out
}

func deviation(measured Units, estimated *Units) string {
	if estimated == nil || near(measured.Read, estimated.Read) && near(measured.Write, estimated.Write) {
		return ""
	}
	return fmt.Sprintf("estimated %s, measured %s", estimated.String(), measured.String())
}

func near(measured, estimated float64) bool {
	return math.Abs(measured-estimated) <= Tolerance*measured
}
