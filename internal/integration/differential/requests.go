package differential

import (
	"pgregory.net/rapid"
)

// request is one request as it is sent.
type request struct {
	operation string
	body      object
}

// itemGenerators and transactionGenerators are the requests by operation; repetition is the weight.
var (
	itemGenerators = []generator{
		put, put, put, get, update, update, update, remove, query, query, query, scan, scan, batchGet, batchWrite, raw,
	}
	transactionGenerators = []generator{transactWrite, transactGet}
)

func capacity(t *rapid.T, body object) {
	if c := rapid.SampledFrom([]string{"", "TOTAL", "INDEXES"}).Draw(t, "capacity"); c != "" {
		body["ReturnConsumedCapacity"] = c
	}
}

// conditional adds a condition to a write, and ReturnValues.
func conditional(t *rapid.T, w *writer, body object, values ...string) {
	if rapid.IntRange(0, 2).Draw(t, "conditional") == 1 {
		body["ConditionExpression"] = w.spoil(w.condition(2))
		if rapid.Bool().Draw(t, "return old") {
			body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
		}
	}
	if v := rapid.SampledFrom(append(values, "")).Draw(t, "return values"); v != "" {
		body["ReturnValues"] = v
	}
	w.into(body)
	capacity(t, body)
}

func put(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name, "Item": tb.item(t)}
	conditional(t, newWriter(t, tb), body, "NONE", "ALL_OLD")
	return request{"PutItem", body}
}

func remove(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name, "Key": tb.key(t)}
	conditional(t, newWriter(t, tb), body, "NONE", "ALL_OLD")
	return request{"DeleteItem", body}
}

func update(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name, "Key": tb.key(t)}
	w := newWriter(t, tb)
	if rapid.IntRange(0, 20).Draw(t, "no update") != 1 {
		body["UpdateExpression"] = w.spoil(w.update())
	}
	conditional(t, w, body, "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW", "ALL_NEW")
	return request{"UpdateItem", body}
}

func get(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name, "Key": tb.key(t)}
	projected(t, tb, body)
	return request{"GetItem", body}
}

// projected adds a projection, consistency and capacity to a read of single items.
func projected(t *rapid.T, tb *table, body object) {
	w := newWriter(t, tb)
	if rapid.Bool().Draw(t, "projected") {
		body["ProjectionExpression"] = w.spoil(w.projection())
	}
	if rapid.Bool().Draw(t, "consistent") {
		body["ConsistentRead"] = true
	}
	w.into(body)
	capacity(t, body)
}

// reads adds the common parts of query and scan and returns the schema that they read.
func reads(t *rapid.T, tb *table, w *writer, body object) (partition, sort []attribute) {
	partition, sort = []attribute{tb.hash}, tb.keys()[1:]
	if len(tb.indexes) > 0 && rapid.Bool().Draw(t, "on index") {
		x := rapid.SampledFrom(tb.indexes).Draw(t, "index")
		body["IndexName"] = x.name
		partition, sort = x.partition, x.sort
	}
	if rapid.IntRange(0, 2).Draw(t, "filtered") == 1 {
		body["FilterExpression"] = w.spoil(w.condition(1))
	}
	switch rapid.IntRange(0, 5).Draw(t, "select") {
	case 1:
		body["ProjectionExpression"] = w.spoil(w.projection())
	case 2:
		body["Select"] = rapid.SampledFrom([]string{"COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"}).Draw(t, "what")
	}
	if rapid.IntRange(0, 2).Draw(t, "consistent") == 1 {
		body["ConsistentRead"] = true
	}
	if rapid.Bool().Draw(t, "limited") {
		body["Limit"] = rapid.IntRange(1, 4).Draw(t, "limit")
	}
	capacity(t, body)
	return partition, sort
}

func query(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name}
	w := newWriter(t, tb)
	partition, sort := reads(t, tb, w, body)
	body["KeyConditionExpression"] = w.spoil(w.keyCondition(partition, sort))
	if rapid.Bool().Draw(t, "backward") {
		body["ScanIndexForward"] = false
	}
	w.into(body)
	return request{"Query", body}
}

func scan(t *rapid.T, tb *table) request {
	body := object{"TableName": tb.name}
	w := newWriter(t, tb)
	reads(t, tb, w, body)
	w.into(body)
	return request{"Scan", body}
}

func batchGet(t *rapid.T, tb *table) request {
	var keys []object
	for range rapid.IntRange(1, 4).Draw(t, "keys") {
		keys = append(keys, tb.key(t))
	}
	part := object{"Keys": keys}
	projected(t, tb, part)
	body := object{"RequestItems": object{tb.name: part}}
	if c, ok := part["ReturnConsumedCapacity"]; ok {
		delete(part, "ReturnConsumedCapacity")
		body["ReturnConsumedCapacity"] = c
	}
	return request{"BatchGetItem", body}
}

func batchWrite(t *rapid.T, tb *table) request {
	var writes []object
	for range rapid.IntRange(1, 4).Draw(t, "writes") {
		if rapid.Bool().Draw(t, "put") {
			writes = append(writes, object{"PutRequest": object{"Item": tb.item(t)}})
		} else {
			writes = append(writes, object{"DeleteRequest": object{"Key": tb.key(t)}})
		}
	}
	body := object{"RequestItems": object{tb.name: writes}}
	capacity(t, body)
	return request{"BatchWriteItem", body}
}

func transactGet(t *rapid.T, tb *table) request {
	var items []object
	for range rapid.IntRange(1, 3).Draw(t, "gets") {
		part := object{"TableName": tb.name, "Key": tb.key(t)}
		projected(t, tb, part)
		delete(part, "ConsistentRead")
		delete(part, "ReturnConsumedCapacity")
		items = append(items, object{"Get": part})
	}
	body := object{"TransactItems": items}
	capacity(t, body)
	return request{"TransactGetItems", body}
}

func transactWrite(t *rapid.T, tb *table) request {
	var items []object
	for range rapid.IntRange(1, 3).Draw(t, "writes") {
		items = append(items, transactItem(t, tb))
	}
	body := object{"TransactItems": items}
	capacity(t, body)
	return request{"TransactWriteItems", body}
}

func transactItem(t *rapid.T, tb *table) object {
	w := newWriter(t, tb)
	part := object{"TableName": tb.name}
	kind := rapid.SampledFrom([]string{"Put", "Put", "Update", "Delete", "ConditionCheck"}).Draw(t, "kind")
	switch kind {
	case "Put":
		part["Item"] = tb.item(t)
	case "Update":
		part["Key"] = tb.key(t)
		part["UpdateExpression"] = w.update()
	default:
		part["Key"] = tb.key(t)
	}
	if kind == "ConditionCheck" || rapid.IntRange(0, 2).Draw(t, "conditional") == 1 {
		part["ConditionExpression"] = w.condition(1)
		if rapid.Bool().Draw(t, "return old") {
			part["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
		}
	}
	w.into(part)
	return object{kind: part}
}

// raw draws a request with a fault in its structure.
func raw(t *rapid.T, tb *table) request {
	tb.fault = ""
	r := rapid.SampledFrom([]func(*rapid.T, *table) request{put, get, update, remove, query, scan}).Draw(t, "of")(t, tb)
	wrong := map[string]any{
		"TableName": "no-such-table", "ReturnConsumedCapacity": "SOME", "Select": "SOME", "ReturnValues": "SOME", "Limit": 0,
		"IndexName": "none", "ExpressionAttributeNames": object{}, "ExpressionAttributeValues": object{},
		"UpdateExpression": "", "ConditionExpression": "", "FilterExpression": "", "ProjectionExpression": "", "KeyConditionExpression": "",
	}
	name := rapid.SampledFrom([]string{
		"TableName", "ReturnConsumedCapacity", "Select", "ReturnValues", "Limit", "IndexName", "ExpressionAttributeNames",
		"ExpressionAttributeValues", "UpdateExpression", "ConditionExpression", "FilterExpression", "ProjectionExpression", "KeyConditionExpression",
	}).Draw(t, "member")
	if _, there := r.body[name]; there && rapid.Bool().Draw(t, "left out") {
		delete(r.body, name)
	} else {
		r.body[name] = wrong[name]
	}
	return r
}
