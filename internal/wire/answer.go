package wire

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// shape is where a response has its items.
type shape uint8

const (
	oneItem  shape = iota + 1 // {"Item": {…}}
	newOrOld                  // {"Attributes": {…}}, or {"Item": {…}} in an error
	allItems                  // {"Items": [{…}, …]}
	byTable                   // {"Responses": {"table": [{…}, …]}}
	inTurn                    // {"Responses": [{"Item": {…}}, {}, …]}
)

// shapeOf returns the shape of an operation's responses, and the member with the items; "" for one without items.
func shapeOf(out any) (member string, s shape) {
	switch out.(type) {
	case *dynamodb.GetItemOutput:
		return "Item", oneItem
	case *dynamodb.QueryOutput, *dynamodb.ScanOutput:
		return "Items", allItems
	case *dynamodb.BatchGetItemOutput:
		return "Responses", byTable
	case *dynamodb.TransactGetItemsOutput:
		return "Responses", inTurn
	case *dynamodb.PutItemOutput, *dynamodb.UpdateItemOutput, *dynamodb.DeleteItemOutput:
		return "Attributes", newOrOld
	}
	return "", 0
}

// read indexes the items of the page's body, and sets rest to the body with null in their place. It returns false for a
// body that is declined.
func (p *Page) read(member string, s shape) bool {
	if len(p.body) >= math.MaxUint32 {
		return false
	}
	r := reader{Page: p}
	if !r.delim('{') || r.empty('}') {
		return false
	}
	found := false
	for another := true; another; {
		from, to, ok := r.name()
		if !ok {
			return false
		}
		if string(p.body[from:to]) != member {
			ok = r.any(0)
		} else if ok = !found; ok {
			found = true
			r.peek()
			start := r.i
			ok = r.held(s)
			p.rest = append(append(p.rest, p.body[:start]...), "null"...)
			p.rest = append(p.rest, p.body[min(r.i, len(p.body)):]...)
		}
		if !ok {
			return false
		}
		if another, ok = r.more('}'); !ok {
			return false
		}
	}
	return found && r.peek() == 0 && r.i == len(p.body)
}

func (r *reader) held(s shape) bool {
	switch s {
	case oneItem, newOrOld:
		return r.item()
	case allItems:
		return r.list((*reader).item)
	case inTurn:
		return r.list((*reader).turn)
	}
	if !r.delim('{') {
		return false
	}
	if r.empty('}') {
		return true
	}
	if _, _, ok := r.name(); !ok || !r.list((*reader).item) {
		return false
	}
	return r.delim('}') // of an unexpected second table
}

func (r *reader) list(each func(*reader) bool) bool {
	if !r.delim('[') {
		return false
	}
	if r.empty(']') {
		return true
	}
	for another := true; another; {
		if !each(r) {
			return false
		}
		var ok bool
		if another, ok = r.more(']'); !ok {
			return false
		}
	}
	return true
}

// turn takes one response of a transaction: {"Item": {…}}, or {} if there is none.
func (r *reader) turn() bool {
	if !r.delim('{') {
		return false
	}
	if r.empty('}') {
		r.items = append(r.items, none)
		return true
	}
	from, to, ok := r.name()
	return ok && string(r.body[from:to]) == "Item" && r.item() && r.delim('}')
}
