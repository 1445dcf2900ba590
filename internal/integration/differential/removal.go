package differential

import "regexp"

// creates matches an update expression that gives an item something.
var creates = regexp.MustCompile(`(?i)\b(SET|ADD)\s`)

// onlyRemoves reports whether an update can only remove something.
func onlyRemoves(update object) bool {
	if text, ok := update["UpdateExpression"].(string); ok {
		return text != "" && !creates.MatchString(text)
	}
	actions, _ := update["AttributeUpdates"].(object)
	for _, a := range actions {
		if u, _ := a.(object); u["Action"] != "DELETE" {
			return false
		}
	}
	return len(actions) > 0
}

// removesFromNothing reports whether a request removes attributes of a missing item. AWS then creates no item:
// alternator's test_item.py, test_update_item_non_existent. The other engines create one, and after that their data
// cannot be compared.
func removesFromNothing(e *Engine, r request) (bool, error) {
	updates := []object{}
	if r.operation == "UpdateItem" {
		updates = append(updates, r.body)
	}
	items, _ := r.body["TransactItems"].([]object)
	for _, i := range items {
		if u, ok := i["Update"].(object); ok {
			updates = append(updates, u)
		}
	}
	for _, u := range updates {
		if !onlyRemoves(u) {
			continue
		}
		got, err := ask(e, request{"GetItem", object{"TableName": u["TableName"], "Key": u["Key"]}})
		if err != nil {
			return false, err
		}
		if v := got.pages[0]; !v.failed() && v.body["Item"] == nil {
			return true, nil
		}
	}
	return false, nil
}
