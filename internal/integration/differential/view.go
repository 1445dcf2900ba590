package differential

import (
	"maps"
	"slices"
	"strings"
)

// maxPages bounds the pages of one request.
const maxPages = 60

// outcome is the result of a request on an engine: its response, and for a page of a query or scan the pages after it.
type outcome struct {
	request request
	pages   []verdict
}

func (o outcome) first() verdict { return o.pages[0] }
func (o outcome) failed() bool   { return o.first().failed() }

// ask sends a request to an engine and follows its pages.
func ask(e *Engine, r request) (outcome, error) {
	o := outcome{request: r}
	body := maps.Clone(r.body)
	for range maxPages {
		a, err := e.Do(r.operation, []byte(canonical(body)))
		if err != nil {
			return o, err
		}
		v := judge(a)
		o.pages = append(o.pages, v)
		if v.next == nil || v.failed() || r.operation != "Query" && r.operation != "Scan" {
			break
		}
		body["ExclusiveStartKey"] = v.next
	}
	return o, nil
}

// view returns the outcome as text that is equal for two engines that agree. Unordered items are sorted: those of a
// scan and of a batch, and those with equal sort keys of a query on an index.
func (o outcome) view(tb *table) string {
	if o.failed() {
		return o.first().String()
	}
	switch o.request.operation {
	case "Query", "Scan":
		return o.viewPages(tb)
	case "ExecuteStatement":
		body := maps.Clone(o.first().body)
		list, _ := body["Items"].([]any)
		body["Items"] = unordered(list)
		return canonical(body)
	case "BatchGetItem":
		body := maps.Clone(o.first().body)
		responses := object{}
		all, _ := body["Responses"].(object)
		for name, items := range all {
			list, _ := items.([]any)
			responses[name] = unordered(list)
		}
		body["Responses"] = responses
		return canonical(body)
	default:
		return o.first().String()
	}
}

// ordered reports whether the response has only one valid order, as a query on a table has.
func (o outcome) ordered() bool {
	return o.request.operation == "Query" && o.request.body["IndexName"] == nil
}

func (o outcome) viewPages(tb *table) string {
	if o.ordered() {
		texts := make([]string, len(o.pages))
		for i, p := range o.pages {
			texts[i] = p.String()
		}
		return strings.Join(texts, "\n")
	}
	var all []any
	var count, scanned float64
	var units any
	for _, p := range o.pages {
		items, _ := p.body["Items"].([]any)
		all = append(all, items...)
		n, _ := p.body["Count"].(float64)
		m, _ := p.body["ScannedCount"].(float64)
		count, scanned, units = count+n, scanned+m, p.body["ConsumedCapacity"]
		if p.failed() {
			return "page: " + p.String()
		}
	}
	view := object{"Items": unordered(all), "Count": count, "ScannedCount": scanned}
	if len(o.pages) == 1 {
		view["ConsumedCapacity"] = units
	}
	if o.request.operation == "Query" {
		view["Order"] = o.sortKeys(tb, all)
	} else if o.request.body["Limit"] == nil {
		view["Pages"] = len(o.pages)
	}
	return canonical(view)
}

// sortKeys returns the values of the first sort attribute of the queried index, in the response's order.
func (o outcome) sortKeys(tb *table, items []any) []any {
	i := slices.IndexFunc(tb.indexes, func(x index) bool { return x.name == o.request.body["IndexName"] })
	if i < 0 || len(tb.indexes[i].sort) == 0 {
		return nil
	}
	var values []any
	for _, item := range items {
		fields, _ := item.(object)
		values = append(values, fields[tb.indexes[i].sort[0].name])
	}
	return values
}
