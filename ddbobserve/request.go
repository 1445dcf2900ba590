// Package ddbobserve describes the requests that a DB makes, for telemetry, tests and tools. A DB reports each of them to its
// Options.Observe. [Recorder] keeps them.
package ddbobserve

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Primary is the name of the index that is the table itself.
const Primary = "primary"

// Companions stands in the place of an entity's name for items of the library's own, such as those of unique constraints and
// aggregates. Versions are among them, whatever reads or writes them: those of a history are counted beside the current items.
const Companions = "~"

// Request is one request for items, with all of its attempts, and its outcome. It is data of the receiver's own: nothing else has a
// reference into it, except for Err.
type Request struct {
	Operation string // of the API: "Query"
	Table     string // the physical table
	Index     string // the one that is read; Primary for the table itself and for writes
	Entity    string // whose items it is for, "" if there are several; Companions if all are of the library's own
	Pattern   string // the access pattern of the context: see WithPattern

	Condition  []KeyCondition // of a Query
	Filter     string         // of a Query or Scan, with names and values in place
	Projection []string       // the attributes that are selected; nil for all
	CountOnly  bool           // a Query whose response has Counted and no items
	Limit      int            // the items that are examined at most; 0 for none
	Descending bool
	Segment    int  // of a parallel Scan, from 0
	Segments   int  // of all of a parallel Scan; 0 for another request
	Consistent bool // strongly consistent reads; a TransactGetItems does not say it

	Keys   []Key   // that GetItem, BatchGetItem and TransactGetItems read, in their order
	Writes []Write // of PutItem, UpdateItem, DeleteItem, BatchWriteItem and TransactWriteItems, in their order

	Items       map[string]Items // of the response, by entity; Companions for items of the library's own, "" for unknown ones
	Examined    int              // items that a Query or Scan read before the filter
	Counted     int              // items that a Query or Scan returned or counted
	More        bool             // there is another page
	Unprocessed int              // keys or writes of a batch that the service did not process
	Hits        int              // items or pages that a client with a cache had

	Capacity  map[string]Capacity // by index, as the response says
	Estimated Capacity            // of failed conditions, whose errors do not say what they consumed
	Attempts  int                 // requests sent, with the retries of the client; 0 if ctx ended before, 1 if the client does not let them be counted
	Duration  time.Duration       // of all attempts, with the pauses between them
	Throttled []Throttle          // why attempts were throttled, where the service said so; also of attempts before the last one
	Err       error               // nil if it succeeded
}

// Key is the attributes of a primary key.
type Key = map[string]types.AttributeValue

// KeyCondition is one comparison of a Query's key condition.
type KeyCondition struct {
	Attribute string
	Op        string                 // =, <, <=, >, >=, BETWEEN or begins_with
	Values    []types.AttributeValue // two of BETWEEN, else one
}

// The actions of a Write.
const (
	Put    = "put"
	Update = "update"
	Delete = "delete"
	Check  = "check"
)

// Write is one write of a request.
type Write struct {
	Action    string // Put, Update, Delete or Check
	Entity    string // "" if it is not known, Companions for an item of the library's own
	Key       Key
	Bytes     int    // of the item of a Put, as DynamoDB counts them
	Condition string // with names and values in place, "" for none
}

// Items counts items, and their bytes as DynamoDB counts them. Of an index entry or of selected attributes these are the bytes in
// the response, which are less than those of the item.
type Items struct{ Count, Bytes int }

// Capacity is consumed capacity, in units.
type Capacity struct{ Read, Write float64 }

// Throttle is one reason of the service for throttling a request: the code of the reason, such as
// "TableReadProvisionedThroughputExceeded", and the ARN of the table or index.
type Throttle struct{ Reason, Resource string }

// Consumed returns the capacity of the request in all indexes, with the estimate.
func (r Request) Consumed() Capacity {
	sum := r.Estimated
	for _, c := range r.Capacity {
		sum.Read += c.Read
		sum.Write += c.Write
	}
	return sum
}
