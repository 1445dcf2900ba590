package ddbaccess

import (
	"fmt"

	"github.com/singletable-go/ddb/ddbobserve"
)

// The units of the largest item, 400 KB, and of the largest page of items, 1 MB and a little: the last item of a page may end
// behind the limit.
const (
	itemReadMost  = 100
	itemWriteMost = 400
	pageReadMost  = 257
)

// atMost is what a request costs at most, in read units (R) or write units (W) of the table. A query without a limit is
// followed by another for each further page. Each index that a write changes costs as much again.
func atMost(r *ddbobserve.Request) string {
	f := factor(r)
	each := func(n int, units float64, unit string) string {
		if n == 1 {
			return fmt.Sprintf("%g %s", units, unit)
		}
		return fmt.Sprintf("%d × %g %s", n, units, unit)
	}
	switch {
	case len(r.Writes) > 0:
		return each(len(r.Writes), f*itemWriteMost, "W")
	case len(r.Keys) > 0:
		return each(len(r.Keys), f*itemReadMost, "R")
	case r.Limit == 0:
		return fmt.Sprintf("%g R × pages", f*pageReadMost)
	}
	return fmt.Sprintf("%g R", f*min(float64(r.Limit*itemReadMost), pageReadMost))
}
