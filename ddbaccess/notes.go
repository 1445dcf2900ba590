package ddbaccess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// notes are what the numbers of the report assume.
func notes(rep *Report) (out []string) {
	out = append(out, "Measured is what the example of a pattern cost on the sample. Estimated is what it would cost at the declared volumes.")
	if rep.Design.Indexes != nil && slices.ContainsFunc(rep.Design.Indexes, func(ix ddbdesign.Index) bool { return ix.Projection != ddbdesign.ProjectAll }) {
		out = append(out, "Entries of an index that does not project all attributes are as large as in the sample.")
	}
	var unknown, derived []string
	for _, p := range rep.Patterns {
		if p.Estimated == nil {
			unknown = append(unknown, p.Name)
		}
		if len(p.Derived) > 0 {
			derived = append(derived, p.Name)
		}
	}
	if len(unknown) > 0 {
		out = append(out, fmt.Sprintf("Unknown for lack of a declared volume: %s.", strings.Join(unknown, ", ")))
	}
	if len(derived) > 0 {
		out = append(out, "What the views derive is that of one change: changes that arrive together share requests.")
	}
	if rep.Month != nil {
		out = append(out, fmt.Sprintf("Money is for a month of 730 hours, on demand, in %s at prices of %s (%s), before tax and without reads of the stream.",
			rep.Prices.Region, rep.Prices.Date, rep.Prices.Source))
	}
	return out
}
