package ddbaccess

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// group is the calls of one request of a report: the pages of a read, of all segments, or a single call.
type group struct {
	calls []call
	found []*found // by a query

	request Request
	charges []charge
}

// grouped returns the groups of calls. Pages of queries that run at the same time can be mixed.
func grouped(calls []call, p *Pattern) (groups []*group) {
	for _, c := range calls {
		i := -1
		for k, g := range slices.Backward(groups) {
			if g.takes(&c, p) {
				i = k
				break
			}
		}
		if i < 0 {
			groups, i = append(groups, &group{}), len(groups)
		}
		groups[i].calls = append(groups[i].calls, c)
	}
	return groups
}

// takes reports whether a call reads the next page of the group, or another segment of its scan. Pages that a function asks for are
// requests of their own: each has all of the limit.
func (g *group) takes(c *call, p *Pattern) bool {
	if readOf(&g.calls[0].Request) != readOf(&c.Request) {
		return false
	}
	for _, last := range slices.Backward(g.calls) {
		if last.Segment == c.Segment {
			return last.More && (p.kind == kindMany || p.kind == kindWhole || !limited(&last, c))
		}
	}
	return true
}

// limited reports whether a page ended at its limit, and the next one has the same: it is not what the first one left.
func limited(last, next *call) bool {
	return last.Limit > 0 && last.Limit == next.Limit && last.Examined >= last.Limit
}

// readOf is what the pages of a read have in common.
func readOf(r *ddbobserve.Request) string {
	return strings.Join([]string{
		r.Operation, r.Index, r.Subject(), r.Filter, strings.Join(r.Projection, ","),
		strconv.Itoa(r.Segments), truth(r.CountOnly), truth(r.Descending), truth(r.Consistent),
	}, "\n")
}

func truth(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// arrange puts groups into an order that does not depend on which of them ended first, where they may be concurrent: reads between
// two writes, writes of one operation, and of a view all but its queries.
func arrange(groups []*group, view bool) {
	for len(groups) > 0 {
		first, n := groups[0], 1
		for n < len(groups) && together(first, groups[n], view) {
			n++
		}
		slices.SortStableFunc(groups[:n], compareGroups)
		groups = groups[n:]
	}
}

// together reports whether two groups may be concurrent, if all between them may be.
func together(a, b *group, view bool) bool {
	if a.request.writes() || b.request.writes() || view {
		return a.request.Operation == b.request.Operation
	}
	return true
}

// operations is the order of reads: those by key first, and a batch after the query whose items it reads.
var operations = []string{"GetItem", "TransactGetItems", "Query", "Scan", "BatchGetItem"}

func compareGroups(a, b *group) int {
	p, q := &a.request, &b.request
	return cmp.Or(
		cmp.Compare(slices.Index(operations, p.Operation), slices.Index(operations, q.Operation)),
		cmp.Compare(p.Index, q.Index), slices.Compare(p.Keys, q.Keys), cmp.Compare(p.Filter, q.Filter),
		cmp.Compare(p.Limit, q.Limit), cmp.Compare(truth(p.Descending), truth(q.Descending)), cmp.Compare(truth(p.Consistent), truth(q.Consistent)),
		cmp.Compare(p.Items, q.Items), cmp.Compare(p.Pages, q.Pages),
		cmp.Compare(p.Measured.Read, q.Measured.Read), cmp.Compare(p.Measured.Write, q.Measured.Write),
		compareUnits(p.Estimated, q.Estimated), cmp.Compare(a.calls[0].Subject(), b.calls[0].Subject()),
	)
}

// compareUnits compares estimates, of which the unknown ones are the first.
func compareUnits(a, b *Units) int {
	if a == nil || b == nil {
		return cmp.Compare(order(a == nil), order(b == nil))
	}
	return cmp.Or(cmp.Compare(a.Read, b.Read), cmp.Compare(a.Write, b.Write))
}

// index is the one that a group reads.
func (g *group) index(d *ddbdesign.Table) (ddbdesign.Index, bool) { return d.Index(g.calls[0].Index) }
