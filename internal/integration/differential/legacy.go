package differential

import "pgregory.net/rapid"

// legacyGenerators are requests with the parameters from before expressions, with puts that give them data.
var legacyGenerators = []generator{
	put, put, legacyWrite, legacyWrite, legacyUpdate, legacyUpdate, legacyGet, legacyQuery, legacyQuery, legacyScan, legacyScan,
}

// operators are the comparisons with their number of values; 0 is none and 3 is any number.
var operators = map[string]int{
	"EQ": 1, "NE": 1, "LT": 1, "LE": 1, "GT": 1, "GE": 1, "IN": 3, "BETWEEN": 2, "BEGINS_WITH": 1,
	"CONTAINS": 1, "NOT_CONTAINS": 1, "NULL": 0, "NOT_NULL": 0,
}

var operatorNames = []string{
	"EQ", "NE", "LT", "LE", "GT", "GE", "IN", "BETWEEN", "BEGINS_WITH", "CONTAINS", "NOT_CONTAINS", "NULL", "NOT_NULL",
}

// compared draws a comparison with values that draw returns.
func compared(t *rapid.T, operator string, draw func() object) object {
	n := operators[operator]
	if n == 3 {
		n = rapid.IntRange(1, 3).Draw(t, "values")
	}
	if rapid.IntRange(0, 15).Draw(t, "miscounted") == 1 {
		n++
	}
	c := object{"ComparisonOperator": operator}
	var values []object
	for range n {
		values = append(values, draw())
	}
	if values != nil {
		c["AttributeValueList"] = values
	}
	return c
}

// comparison draws a comparison of any attribute.
func comparison(t *rapid.T) object {
	operator := rapid.SampledFrom(operatorNames).Draw(t, "operator")
	depth := rapid.IntRange(0, 1).Draw(t, "depth")
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	return compared(t, operator, func() object {
		if rapid.IntRange(0, 3).Draw(t, "of any type") == 1 {
			return anyValue(t, depth)
		}
		return scalar(t, kind)
	})
}

// filtered draws a map of one or two comparisons, and the operator that joins them.
func filtered(t *rapid.T, body object, parameter string, draw func() object) {
	filter := object{}
	for range rapid.IntRange(1, 2).Draw(t, "comparisons") {
		filter[rapid.SampledFrom(names).Draw(t, "attribute")] = draw()
	}
	body[parameter] = filter
	joined(t, body, len(filter))
}

func joined(t *rapid.T, body object, n int) {
	if operator := rapid.SampledFrom([]string{"", "AND", "OR"}).Draw(t, "joined by"); operator != "" && n > 1 {
		body["ConditionalOperator"] = operator
	}
}

// expectation draws an entry of Expected.
func expectation(t *rapid.T) object {
	switch rapid.IntRange(0, 5).Draw(t, "expected") {
	case 0:
		return object{"Exists": false}
	case 1:
		return object{"Value": anyValue(t, 1)}
	case 2:
		return object{"Exists": rapid.Bool().Draw(t, "exists"), "Value": anyValue(t, 0)}
	default:
		return comparison(t)
	}
}

// expecting adds Expected to a write in some cases, and ReturnValues.
func expecting(t *rapid.T, body object, returns ...string) {
	if rapid.Bool().Draw(t, "expecting") {
		filtered(t, body, "Expected", func() object { return expectation(t) })
	}
	if v := rapid.SampledFrom(returns).Draw(t, "return values"); v != "" {
		body["ReturnValues"] = v
	}
	capacity(t, body)
}

func legacyWrite(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name}
	operation := "DeleteItem"
	if rapid.Bool().Draw(t, "put") {
		operation, body["Item"] = "PutItem", tb.item(t)
	} else {
		body["Key"] = tb.key(t)
	}
	expecting(t, body, "", "ALL_OLD")
	return request{operation, body}
}

func legacyUpdate(t *rapid.T, tb *table) request {
	updates := object{}
	for range rapid.IntRange(0, 3).Draw(t, "updates") {
		// The default action is tested by ddbmem: DynamoDB Local does nothing without an action.
		action := rapid.SampledFrom([]string{"PUT", "ADD", "ADD", "DELETE"}).Draw(t, "action")
		u := object{"Action": action}
		if action != "DELETE" || rapid.Bool().Draw(t, "with value") {
			u["Value"] = anyValue(t, 1)
		}
		updates[rapid.SampledFrom(names).Draw(t, "attribute")] = u
	}
	body := object{"TableName": tb.name, "Key": tb.key(t), "AttributeUpdates": updates}
	expecting(t, body, "", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")
	return request{"UpdateItem", body}
}

// attributesToGet adds AttributesToGet to a read in some cases.
func attributesToGet(t *rapid.T, body object) {
	if rapid.Bool().Draw(t, "projected") {
		body["AttributesToGet"] = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "pk", "g", "q"}), 1, 3, rapid.ID[string]).Draw(t, "attributes")
	}
	capacity(t, body)
}

func legacyGet(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name, "Key": tb.key(t)}
	attributesToGet(t, body)
	return request{"GetItem", body}
}

func legacyQuery(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name}
	partition, sort := []attribute{tb.hash}, tb.keys()[1:]
	if len(tb.indexes) > 0 && rapid.Bool().Draw(t, "on index") {
		x := rapid.SampledFrom(tb.indexes).Draw(t, "index")
		body["IndexName"], partition, sort = x.name, x.partition, x.sort
	}
	keys := object{}
	for _, a := range partition {
		keys[a.name] = compared(t, "EQ", func() object { return tb.keyValue(t, a) })
	}
	for _, a := range sort {
		if rapid.Bool().Draw(t, "sort condition") {
			operator := rapid.SampledFrom([]string{"EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"}).Draw(t, "operator")
			keys[a.name] = compared(t, operator, func() object { return tb.keyValue(t, a) })
		}
	}
	body["KeyConditions"] = keys
	if rapid.Bool().Draw(t, "filtered") {
		filtered(t, body, "QueryFilter", func() object { return comparison(t) })
	}
	if rapid.Bool().Draw(t, "backward") {
		body["ScanIndexForward"] = false
	}
	attributesToGet(t, body)
	return request{"Query", body}
}

func legacyScan(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name}
	filtered(t, body, "ScanFilter", func() object { return comparison(t) })
	attributesToGet(t, body)
	return request{"Scan", body}
}
